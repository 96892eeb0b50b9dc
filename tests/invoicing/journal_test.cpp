#include "invoicing/journal.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "invoicing/tax.hpp"

namespace reckoner::invoicing {

namespace {

using domain::Chart;
using domain::Posted;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const money::Currency kEur = money::Currency::of("EUR");

money::Money eur(std::string_view amount) {
  return {money::Decimal::parse(amount), kEur};
}

money::Money cents(std::int64_t count) {
  return {money::Decimal::from_parts(count, 2), kEur};
}

domain::PostingRule rule(Posted what, std::string account, std::string charge = "",
                         std::string plan = "") {
  domain::PostingRule made;
  made.what = what;
  made.account = std::move(account);
  made.charge = std::move(charge);
  made.plan = std::move(plan);
  return made;
}

/// Traffic, Enterprise, coupons, cents and one rate of tax have accounts of their own.
Chart detailed_chart() {
  Chart chart = domain::standard_chart();
  for (domain::PostingRule& standard : chart.rules) {
    if (standard.what == Posted::kCoupons) standard.account = "coupons";
    if (standard.what == Posted::kRounding) standard.account = "rounding";
    if (standard.what == Posted::kCreditsLapsed) standard.account = "lapsed";
  }
  chart.rules.push_back(rule(Posted::kRevenue, "traffic", "bandwidth"));
  chart.rules.push_back(rule(Posted::kRevenue, "enterprise", "", "Enterprise"));
  domain::PostingRule reduced = rule(Posted::kTax, "tax-7");
  reduced.percent = 7;
  chart.rules.push_back(reduced);
  return chart;
}

std::string_view plan_of(std::int64_t subscription) {
  return subscription == 2 ? "Enterprise" : "SMB";
}

struct Line {
  std::string charge;
  std::int64_t subscription;
  money::Money amount;
  std::optional<money::Decimal> percent;
  bool included;
};

/// A document of these lines, taxed per rate, coupons taken off the first line.
domain::Document document_of(const std::vector<Line>& lines, const money::Money& coupon,
                             const money::Money& prepaid,
                             TaxRounding rounded = TaxRounding::kPerRate) {
  const money::Money zero(kEur);
  domain::Document document{.customer = {1},
                            .customer_key = "acme",
                            .customer_name = "Acme",
                            .email = "",
                            .zone = "UTC",
                            .currency = kEur,
                            .number = "",
                            .corrects = std::nullopt,
                            .corrects_number = "",
                            .reason = "",
                            .issued_on = std::nullopt,
                            .due_on = std::nullopt,
                            .lines = {},
                            .payments = {},
                            .coupons = {},
                            .taxes = {},
                            .credits = {},
                            .brought_forward = zero,
                            .subtotal = zero,
                            .total = zero,
                            .credits_total = zero,
                            .payments_total = zero,
                            .carried_forward = zero,
                            .credit_limit = std::nullopt};
  std::vector<TaxableLine> taxable;
  for (const Line& line : lines) {
    domain::StatementLine statement{.key = line.charge,
                                    .subscription = line.subscription,
                                    .charge = line.charge,
                                    .description = line.charge,
                                    .starts_on = time::parse_date("2026-10-01"),
                                    .ends_on = time::parse_date("2026-11-01"),
                                    .quantity = 1,
                                    .unit = "",
                                    .amount = line.amount,
                                    .facts = "{}"};
    document.lines.push_back({.period = {time::parse_instant("2026-10-01T00:00:00Z"), 1},
                              .period_label = "2026-10",
                              .line = std::move(statement),
                              .tax_percent = line.percent});
    const bool takes_coupon = &line == lines.data();
    taxable.push_back({"standard",
                       {"DE", line.percent, ""},
                       takes_coupon ? line.amount - coupon : line.amount,
                       line.included});
  }
  if (!coupon.is_zero()) document.coupons = {{1, "Coupon", coupon}};
  if (!prepaid.is_zero()) document.credits = {{2, "Prepaid", prepaid}};
  document.taxes = tax_of(taxable, kEur, rounded, money::Rounding::kHalfAwayFromZero).totals;
  domain::add_up(document);
  return document;
}

std::vector<std::string> told(const JournalEntry& entry) {
  std::vector<std::string> lines;
  for (const JournalLine& line : entry) {
    lines.push_back(std::string(line.account) + " " + line.amount.to_string());
  }
  return lines;
}

std::vector<std::string> posted(const domain::Document& document, const Chart& chart) {
  return told(document_entry(document, chart, plan_of));
}

const money::Money kNone(kEur);

TEST(Journal, OneRevenueAccountTakesWhatTaxAndCreditsLeave) {
  const domain::Document document = document_of(
      {{"subscription", 1, eur("100.00"), 19, false}, {"bandwidth", 1, eur("20.00"), 7, false}},
      eur("10.00"), eur("30.00"));
  EXPECT_THAT(
      posted(document, domain::standard_chart()),
      UnorderedElementsAre("receivable 98.50", "prepaid 30.00", "tax -18.50", "revenue -110.00"));
}

TEST(Journal, ChargesPlansCouponsAndRatesHaveAccountsOfTheirOwn) {
  const domain::Document document =
      document_of({{"subscription", 1, eur("100.00"), 19, false},
                   {"bandwidth", 1, eur("20.00"), 7, false},
                   {"bandwidth", 2, eur("1.00"), 19, false},
                   {"subscription", 2, eur("5.00"), std::nullopt, false}},
                  eur("10.00"), kNone);
  EXPECT_THAT(
      posted(document, detailed_chart()),
      UnorderedElementsAre("receivable 134.69", "tax -17.29", "tax-7 -1.40", "revenue -100.00",
                           "traffic -21.00", "enterprise -5.00", "coupons 10.00"));
}

TEST(Journal, TaxInThePriceIsTakenOutOfEachLine) {
  const domain::Document document = document_of(
      {{"subscription", 1, eur("119.00"), 19, true}, {"bandwidth", 1, eur("11.90"), 19, true}},
      kNone, kNone);
  EXPECT_THAT(
      posted(document, detailed_chart()),
      UnorderedElementsAre("receivable 130.90", "tax -20.90", "revenue -100.00", "traffic -10.00"));
}

/// Three times 0.10 with 19 % inside: 0.02 of each line, 0.05 of the document.
TEST(Journal, ACentBetweenLinesAndDocumentIsRounding) {
  const domain::Document document = document_of({{"subscription", 1, eur("0.10"), 19, true},
                                                 {"storage", 1, eur("0.10"), 19, true},
                                                 {"bandwidth", 1, eur("0.10"), 19, true}},
                                                kNone, kNone);
  EXPECT_THAT(posted(document, detailed_chart()),
              UnorderedElementsAre("receivable 0.30", "tax -0.05", "revenue -0.16", "traffic -0.08",
                                   "rounding -0.01"));
  EXPECT_THAT(posted(document, domain::standard_chart()),
              UnorderedElementsAre("receivable 0.30", "tax -0.05", "revenue -0.25"));
}

TEST(Journal, ACouponOnPricesWithTaxIsPostedWithoutIt) {
  const domain::Document document =
      document_of({{"subscription", 1, eur("119.00"), 19, true}}, eur("11.90"), kNone);
  EXPECT_THAT(
      posted(document, detailed_chart()),
      UnorderedElementsAre("receivable 107.10", "tax -17.10", "revenue -100.00", "coupons 10.00"));
}

TEST(Journal, OneRateInSomePricesAndOnTopOfOthersIsShared) {
  const domain::Document document = document_of(
      {{"subscription", 1, eur("119.00"), 19, true}, {"bandwidth", 1, eur("119.00"), 19, false}},
      kNone, kNone);
  EXPECT_THAT(posted(document, detailed_chart()),
              UnorderedElementsAre("receivable 260.61", "tax -41.61", "revenue -109.50",
                                   "traffic -109.50"));
}

TEST(Journal, WhatMovesNothingHasNoEntry) {
  EXPECT_THAT(posted(document_of({{"subscription", 1, kNone, 19, false}}, kNone, kNone),
                     domain::standard_chart()),
              IsEmpty());
}

TEST(Journal, PaymentsAndPrepaidCreditMoveTwoAccounts) {
  const Chart chart = detailed_chart();
  EXPECT_THAT(told(payment_entry(eur("5.00"), chart, "")),
              ElementsAre("cash 5.00", "receivable -5.00"));
  EXPECT_THAT(told(payment_entry(eur("-5.00"), chart, "")),
              ElementsAre("cash -5.00", "receivable 5.00"));
  EXPECT_THAT(told(grant_entry(eur("50.00"), chart, "")),
              ElementsAre("credits-granted 50.00", "prepaid -50.00"));
  EXPECT_THAT(told(lapse_entry(eur("50.00"), chart, "")),
              ElementsAre("prepaid 50.00", "lapsed -50.00"));
  EXPECT_THAT(lapse_entry(kNone, chart, ""), IsEmpty());
}

TEST(Journal, PaymentsGoToTheAccountOfTheirCurrency) {
  Chart chart = domain::standard_chart();
  chart.accounts.push_back({"bank-jpy", "1010", "Bank JPY", {}});
  domain::PostingRule rule;
  rule.what = domain::Posted::kPayments;
  rule.currency = "JPY";
  rule.account = "bank-jpy";
  chart.rules.push_back(rule);
  const money::Money yen(money::Decimal(500), money::Currency::of("JPY"));
  EXPECT_THAT(told(payment_entry(yen, chart, "")), ElementsAre("bank-jpy 500", "receivable -500"));
  EXPECT_THAT(told(payment_entry(eur("5.00"), chart, "")),
              ElementsAre("cash 5.00", "receivable -5.00"));
}

domain::Document random_document() {
  std::vector<Line> lines;
  const auto count = *rc::gen::inRange(1, 12);
  const bool included = *rc::gen::arbitrary<bool>();
  const bool mixed = *rc::gen::weightedElement<bool>({{5, false}, {1, true}});
  for (int i = 0; i < count; ++i) {
    lines.push_back({*rc::gen::element<std::string>("subscription", "bandwidth", "storage"),
                     *rc::gen::inRange<std::int64_t>(1, 3),
                     cents(*rc::gen::inRange<std::int64_t>(-99999, 999999)),
                     *rc::gen::element<std::optional<money::Decimal>>(
                         std::nullopt, 0, 7, 19, money::Decimal::parse("25.5")),
                     mixed ? *rc::gen::arbitrary<bool>() : included});
  }
  const auto coupon =
      *rc::gen::weightedElement<std::int64_t>({{3, 0}, {1, 1}, {1, 12345}, {1, -70}});
  const auto prepaid = *rc::gen::weightedElement<std::int64_t>({{3, 0}, {1, 999}, {1, -5000}});
  return document_of(lines, cents(coupon), cents(prepaid),
                     *rc::gen::element(TaxRounding::kPerLine, TaxRounding::kPerRate));
}

using ByAccount = std::map<std::string, money::Money, std::less<>>;

ByAccount by_account(const JournalEntry& entry) {
  ByAccount sums;
  for (const JournalLine& line : entry) {
    const bool is_new = sums.try_emplace(std::string(line.account), line.amount).second;
    RC_ASSERT(is_new);
    RC_ASSERT(!line.amount.is_zero());
  }
  return sums;
}

money::Money of(const ByAccount& sums, std::string_view account) {
  const auto found = sums.find(account);
  return found == sums.end() ? kNone : found->second;
}

money::Money total_of(const ByAccount& sums) {
  money::Money total(kEur);
  for (const auto& [account, amount] : sums) total += amount;
  return total;
}

RC_GTEST_PROP(JournalProperties, EveryEntryBalancesAndHasEachAccountOnce, ()) {
  const domain::Document document = random_document();
  for (const Chart& chart : {domain::standard_chart(), detailed_chart()}) {
    const ByAccount sums = by_account(document_entry(document, chart, plan_of));
    RC_ASSERT(total_of(sums).is_zero());
    RC_ASSERT(of(sums, "receivable") == document.total - document.credits_total);
    RC_ASSERT(of(sums, "prepaid") == document.credits_total);
    money::Money tax(kEur);
    for (const domain::TaxTotal& total : document.taxes) tax += total.tax;
    RC_ASSERT(of(sums, "tax") + of(sums, "tax-7") == -tax);
  }
}

RC_GTEST_PROP(JournalProperties, AccountsOfTheirOwnDivideWhatOneAccountWouldTake, ()) {
  const domain::Document document = random_document();
  const ByAccount whole = by_account(document_entry(document, domain::standard_chart(), plan_of));
  const ByAccount parts = by_account(document_entry(document, detailed_chart(), plan_of));
  money::Money sum(kEur);
  for (const char* account : {"revenue", "traffic", "enterprise", "coupons", "rounding"}) {
    sum += of(parts, account);
  }
  RC_ASSERT(sum == of(whole, "revenue"));
}

/// With tax on top only, each account has just its lines, and no cent is left.
RC_GTEST_PROP(JournalProperties, WithoutTaxInPricesEachAccountHasItsLines, ()) {
  domain::Document document = random_document();
  for (const domain::TaxTotal& total : document.taxes) RC_PRE(!total.included);
  const ByAccount sums = by_account(document_entry(document, detailed_chart(), plan_of));
  money::Money traffic(kEur);
  for (const domain::DocumentLine& line : document.lines) {
    if (line.line.charge == "bandwidth") traffic += line.line.amount;
  }
  RC_ASSERT(of(sums, "traffic") == -traffic);
  RC_ASSERT(of(sums, "coupons") == document.subtotal - document.total - [&] {
    money::Money minus_tax(kEur);
    for (const auto& tax : document.taxes) minus_tax -= tax.tax;
    return minus_tax;
  }());
  RC_ASSERT(of(sums, "rounding").is_zero());
}

/// Rounding is rounding: at most half a cent a line and half a cent a rate.
RC_GTEST_PROP(JournalProperties, WhatIsRoundedIsSmall, ()) {
  const domain::Document document = random_document();
  std::map<std::string, int> ways;
  for (const domain::TaxTotal& total : document.taxes) ++ways[total.percent.to_string()];
  for (const auto& [percent, count] : ways) RC_PRE(count == 1);
  const money::Money rounding =
      of(by_account(document_entry(document, detailed_chart(), plan_of)), "rounding");
  const auto most = cents(static_cast<std::int64_t>(document.lines.size()));
  RC_ASSERT(rounding <= most);
  RC_ASSERT(-most <= rounding);
}

/// A void is the document the other way round, and so is its entry.
RC_GTEST_PROP(JournalProperties, TheMirrorOfADocumentTakesItsEntryBack, ()) {
  const domain::Document document = random_document();
  domain::Document mirror = document;
  for (domain::DocumentLine& line : mirror.lines) line.line.amount = -line.line.amount;
  for (domain::CreditDraw& draw : mirror.coupons) draw.amount = -draw.amount;
  for (domain::CreditDraw& draw : mirror.credits) draw.amount = -draw.amount;
  for (domain::TaxTotal& tax : mirror.taxes) {
    tax.tax = -tax.tax;
    tax.base = -tax.base;
  }
  domain::add_up(mirror);
  ByAccount sums = by_account(document_entry(document, detailed_chart(), plan_of));
  for (const auto& [account, amount] :
       by_account(document_entry(mirror, detailed_chart(), plan_of))) {
    RC_ASSERT(of(sums, account) == -amount);
    sums.erase(account);
  }
  RC_ASSERT(sums.empty());
}

}  // namespace

}  // namespace reckoner::invoicing
