#include "domain/chart.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace reckoner::domain {
namespace {

PostingRule rule(Posted what, std::string account) {
  PostingRule made;
  made.what = what;
  made.account = std::move(account);
  return made;
}

TEST(Chart, TheMostSpecificRuleWins) {
  Chart chart = standard_chart();
  PostingRule of_plan = rule(Posted::kRevenue, "enterprise");
  of_plan.plan = "Enterprise";
  PostingRule of_charge = rule(Posted::kRevenue, "traffic");
  of_charge.charge = "bandwidth";
  PostingRule of_both = rule(Posted::kRevenue, "enterprise-traffic");
  of_both.plan = "Enterprise";
  of_both.charge = "bandwidth";
  PostingRule of_euro = rule(Posted::kRevenue, "euro");
  of_euro.currency = "EUR";
  for (const PostingRule& more : {of_euro, of_both, of_plan, of_charge}) {
    chart.rules.push_back(more);
  }
  const auto account = [&](std::string_view charge, std::string_view plan, std::string_view code) {
    return account_for(chart, Posted::kRevenue, {.charge = charge, .plan = plan, .currency = code});
  };
  EXPECT_EQ(account("storage", "SMB", "USD"), "revenue");
  EXPECT_EQ(account("storage", "SMB", "EUR"), "euro");
  EXPECT_EQ(account("bandwidth", "SMB", "EUR"), "traffic");
  EXPECT_EQ(account("storage", "Enterprise", "EUR"), "enterprise");
  EXPECT_EQ(account("bandwidth", "Enterprise", "EUR"), "enterprise-traffic");
  EXPECT_EQ(account("", "", "USD"), "revenue");
}

TEST(Chart, TaxIsToldApartByRateCategoryAndCountry) {
  Chart chart = standard_chart();
  PostingRule of_country = rule(Posted::kTax, "vat-de");
  of_country.country = "DE";
  PostingRule of_percent = of_country;
  of_percent.account = "vat-de-7";
  of_percent.percent = money::Decimal::parse("7.0");
  chart.rules.push_back(of_country);
  chart.rules.push_back(of_percent);
  const auto account = [&](std::string_view country, const char* percent) {
    return account_for(chart, Posted::kTax,
                       {.percent = money::Decimal::parse(percent), .country = country});
  };
  EXPECT_EQ(account("DE", "19"), "vat-de");
  EXPECT_EQ(account("DE", "7"), "vat-de-7");
  EXPECT_EQ(account("FR", "7"), "tax");
}

TEST(Chart, TheDefaultLegalEntityIsAConditionToo) {
  Chart chart = standard_chart();
  PostingRule ours = rule(Posted::kPayments, "bank-here");
  ours.entity = "default";
  chart.rules.push_back(ours);
  EXPECT_EQ(account_for(chart, Posted::kPayments, {.entity = ""}), "bank-here");
  EXPECT_EQ(account_for(chart, Posted::kPayments, {.entity = "ch"}), "cash");
}

/// What stands in ledgers of before charts could be configured.
TEST(Chart, TheStandardOneHasTheAccountsOfEarlierPostings) {
  for (const char* name : {"receivable", "prepaid", "tax", "revenue", "cash"}) {
    const auto& accounts = standard_chart().accounts;
    EXPECT_TRUE(std::any_of(accounts.begin(), accounts.end(), [&](const LedgerAccount& account) {
      return account.name == name;
    })) << name;
  }
}

}  // namespace
}  // namespace reckoner::domain
