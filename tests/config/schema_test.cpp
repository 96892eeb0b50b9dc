#include "schema.hpp"

namespace reckoner::config {
namespace {

std::string shipped(const std::string& name) {
  return read_text(shipped_directory() / name);
}

TEST(Schemas, AcceptTheShippedFiles) {
  EXPECT_TRUE(Schema("billing-config.xsd").accepts(shipped("billing-config.xml")))
      << "xmllint (package libxml2-utils) must be installed";
  EXPECT_TRUE(Schema("meters.xsd").accepts(shipped("meters.xml")));
  const Schema pricing("pricing.xsd");
  for (const auto& entry : std::filesystem::directory_iterator(shipped_directory() / "pricing")) {
    if (entry.path().extension() != ".xml") continue;
    EXPECT_TRUE(pricing.accepts(read_text(entry.path()))) << entry.path();
  }
  EXPECT_FALSE(pricing.accepts(shipped("meters.xml"))) << "a schema must be able to refuse";
}

/// The mistakes that a schema can see, it refuses; the others are marked as such.
TEST(Schemas, RefuseBadPricing) {
  const Files small = small_configuration();
  std::vector<BadCase> cases;
  std::vector<std::string> texts;
  for (const char* kind :
       {"pricing", "pricing-plans", "pricing-charges", "pricing-models", "pricing-books"}) {
    const auto path = std::filesystem::path(RECKONER_SOURCE_DIR) / "tests/config/bad" /
                      (std::string(kind) + ".txt");
    for (BadCase& bad : read_bad_cases(path)) {
      texts.push_back(bad.files.content.at("pricing/plans.xml"));
      cases.push_back(std::move(bad));
    }
  }
  EXPECT_GE(cases.size(), 200U);
  const std::vector<bool> accepted = Schema("pricing.xsd").accepts(texts);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(accepted[i], !cases[i].schema_refuses) << cases[i].source;
  }
}

}  // namespace
}  // namespace reckoner::config
