#include "documents/document_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "specimen.hpp"

namespace reckoner::documents {
namespace {

TEST(DocumentJson, HasAllMembersInOrderAndAmountsAsStrings) {
  domain::Document document = specimen();
  document.lines.erase(document.lines.begin() + 1, document.lines.end());
  document.payments.pop_back();
  EXPECT_EQ(
      to_json(document),
      R"({"kind":"invoice","interim":false,"number":"R-2026-000042","ordinal":3,)"
      R"("customer":{"key":"acme","name":"Müller & Söhne","email":"billing@acme.example",)"
      R"("zone":"Europe/Berlin"},"currency":"USD","issued_on":"2026-11-01","due_on":"2026-11-15",)"
      R"("lines":[{"period":{"label":"2026-09","cycle":1,"starts_at":"2026-09-01T00:00:00Z",)"
      R"("side":"arrears"},"true_up":true,"key":"sub:1|bandwidth||arrears","subscription":1,)"
      R"("charge":"bandwidth","description":"Bandwidth above the allowance",)"
      R"("starts_on":"2026-09-01","ends_on":"2026-10-01","quantity":"10","unit":"MB",)"
      R"("amount":"0.30","facts":{"price":"0.03"}}],)"
      R"("payments":[{"number":1,"reference":"TX-1","received_on":"2026-10-05",)"
      R"("amount":"60.00","note":""}],"brought_forward":"40.00","total":"114.22",)"
      R"("payments_total":"100.00","carried_forward":"54.22","credit_limit":"1000.00"})");
}

TEST(DocumentJson, WritesNullForWhatIsNotThere) {
  domain::Document document = specimen();
  document.number.clear();
  document.issued_on.reset();
  document.due_on.reset();
  document.credit_limit.reset();
  document.lines[0].line.subscription.reset();
  document.lines[0].line.facts.clear();
  const text::Json json = text::parse_json(to_json(document));
  EXPECT_TRUE(json.at("interim").as_boolean());
  for (const char* name : {"number", "issued_on", "due_on", "credit_limit"}) {
    EXPECT_TRUE(json.at(name).is_null()) << name;
  }
  EXPECT_TRUE(json.at("lines").as_array()[0].at("subscription").is_null());
  EXPECT_TRUE(json.at("lines").as_array()[0].at("facts").is_null());
  document.lines[0].line.facts = "{";
  EXPECT_THROW(to_json(document), Error);
}

void expect_documented(const text::Json& json, const std::string& page) {
  if (json.kind() == text::Json::Kind::kArray) {
    for (const text::Json& item : json.as_array()) expect_documented(item, page);
  } else if (json.kind() == text::Json::Kind::kObject) {
    for (const auto& member : json.as_object()) {
      EXPECT_THAT(page, ::testing::HasSubstr("`" + member.name + "`"));
      if (member.name != "facts") expect_documented(member.value, page);
    }
  }
}

TEST(DocumentJson, IsDescribedMemberByMember) {
  std::ifstream file(RECKONER_SOURCE_DIR "/docs/document-json.md");
  std::stringstream page;
  page << file.rdbuf();
  expect_documented(text::parse_json(to_json(specimen())), page.str());
}

}  // namespace
}  // namespace reckoner::documents
