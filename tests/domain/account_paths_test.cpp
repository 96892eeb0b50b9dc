#include "domain/account_paths.hpp"

#include <gtest/gtest.h>

namespace reckoner::domain {
namespace {

TEST(AccountPaths, FollowFromWhatIsPosted) {
  Chart chart = standard_chart();
  for (const auto& [what, name] :
       {std::pair(Posted::kRevenue, "traffic"), std::pair(Posted::kTax, "vat-7.de"),
        std::pair(Posted::kPayments, "bank_eur"), std::pair(Posted::kCreditsLapsed, "lapsed")}) {
    chart.accounts.push_back({.name = name, .number = {}, .title = {}, .place = {}});
    PostingRule rule;
    rule.what = what;
    rule.account = name;
    rule.currency = "EUR";
    chart.rules.push_back(rule);
  }
  chart.accounts.push_back({.name = "idle", .number = {}, .title = {}, .place = {}});
  const AccountPaths paths(chart, {{"traffic", "Income:Net:Traffic"}, {"cash", "Assets:Bank"}});
  EXPECT_EQ(paths.of("traffic"), "Income:Net:Traffic");
  EXPECT_EQ(paths.of("cash"), "Assets:Bank");
  EXPECT_EQ(paths.of("receivable"), "Assets:Receivable");
  EXPECT_EQ(paths.of("vat-7.de"), "Liabilities:Vat-7-de");
  EXPECT_EQ(paths.of("bank_eur"), "Assets:Bank-eur");
  EXPECT_EQ(paths.of("lapsed"), "Expenses:Lapsed");
  EXPECT_EQ(paths.of("idle"), "Equity:Idle");
  EXPECT_EQ(paths.of("gone"), "Equity:Former:Gone");
}

}  // namespace
}  // namespace reckoner::domain
