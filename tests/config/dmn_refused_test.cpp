#include <gtest/gtest.h>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/dmn.hpp"
#include "rules/decision_model.hpp"

namespace reckoner::config {
namespace {

/// What is found only when the model is compiled with the facts there are.
std::string message_of(const std::string& content) {
  rules::FactNames facts;
  facts.add("plan.name", rules::Type::kString);
  facts.add("period.days", rules::Type::kNumber);
  try {
    const Document document = parse_xml("pricing/fee.dmn", content);
    rules::DecisionModel::compile(read_dmn(document.root()), facts);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DmnRefused, EachModelGivesItsMessage) {
  const auto cases =
      read_bad_cases(std::filesystem::path(RECKONER_SOURCE_DIR) / "tests/config/refused_dmn.txt");
  EXPECT_GE(cases.size(), 25U);
  for (const BadCase& each : cases)
    EXPECT_EQ(message_of(each.files.content.at("pricing/fee.dmn")), each.message) << each.source;
}

}  // namespace
}  // namespace reckoner::config
