// The manual's table of facts is what rules really see.

#include "handlers/rule_facts.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace reckoner::handlers {

namespace {

TEST(RuleFacts, TheManualHasTheGeneratedTable) {
  std::ifstream file(std::string(RECKONER_SOURCE_DIR) + "/docs/rules.md");
  std::stringstream manual;
  manual << file.rdbuf();
  EXPECT_THAT(manual.str(), testing::HasSubstr(rule_facts_table())) << rule_facts_table();
}

}  // namespace

}  // namespace reckoner::handlers
