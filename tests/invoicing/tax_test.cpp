#include "invoicing/tax.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const money::Currency kEur = money::Currency::of("EUR");
constexpr auto kRounding = money::Rounding::kHalfAwayFromZero;

money::Money eur(std::string_view amount) {
  return {money::Decimal::parse(amount), kEur};
}

money::Money cents(std::int64_t count) {
  return {money::Decimal::from_parts(count, 2), kEur};
}

time::Date day(std::string_view text) {
  return time::parse_date(text);
}

domain::TaxRate rate(std::string country, std::string category, std::string_view percent,
                     std::optional<std::string_view> from = std::nullopt) {
  return {std::move(country), std::move(category), money::Decimal::parse(percent),
          from ? std::optional(day(*from)) : std::nullopt, domain::Place{}};
}

domain::TaxRules german_rules() {
  return {"DE",
          {"AT", "FR", "DE"},
          {rate("DE", "standard", "19"), rate("DE", "reduced", "7"),
           rate("DE", "standard", "16", "2020-07-01"), rate("DE", "reduced", "5", "2020-07-01"),
           rate("DE", "standard", "19", "2021-01-01"), rate("DE", "reduced", "7", "2021-01-01"),
           rate("AT", "standard", "20"), rate("FI", "standard", "25.5", "2024-09-01")}};
}

domain::Customer customer(std::string country, std::string tax_id = "", bool exempt = false) {
  domain::Customer made;
  made.country = std::move(country);
  made.tax_id = std::move(tax_id);
  made.tax_exempt = exempt;
  return made;
}

/// "DE 19", "DE - note", …
std::string told(const TaxDecision& decision) {
  return decision.country + " " + (decision.percent ? decision.percent->to_string() : "-") +
         (decision.note.empty() ? "" : " " + decision.note);
}

TEST(TaxDecisionTest, TheFirstRuleThatHoldsDecides) {
  struct Row {
    domain::Customer customer;
    std::string category;
    std::string_view on;
    std::string expected;
  };
  const std::vector<Row> rows{
      {customer("DE"), "standard", "2020-06-30", "DE 19"},
      {customer("DE"), "standard", "2020-07-01", "DE 16"},
      {customer("DE"), "standard", "2020-12-31", "DE 16"},
      {customer("DE"), "standard", "2021-01-01", "DE 19"},
      {customer("DE"), "reduced", "2020-10-01", "DE 5"},
      {customer(""), "standard", "2026-10-31", "DE 19"},
      {customer("AT"), "standard", "2026-10-31", "AT 20"},
      {customer("AT", "ATU1"), "standard", "2026-10-31", "AT 0 Reverse charge"},
      {customer("FR", "FR1"), "anything", "2026-10-31", "FR 0 Reverse charge"},
      {customer("DE", "DE1"), "standard", "2026-10-31", "DE 19"},
      {customer("", "DE1"), "standard", "2026-10-31", "DE 19"},
      {customer("FI", "FI1"), "standard", "2026-10-31", "FI 25.5"},
      {customer("US"), "standard", "2026-10-31", "US - Outside the scope of tax"},
      {customer("FR"), "standard", "2026-10-31", "FR - Outside the scope of tax"},
      {customer("DE", "", true), "standard", "2026-10-31", "DE 0 Tax exempt"},
      {customer("AT", "ATU1", true), "standard", "2026-10-31", "AT 0 Tax exempt"},
      {customer("US", "", true), "standard", "2026-10-31", "US 0 Tax exempt"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(told(decide_tax(german_rules(), row.customer, row.category, day(row.on))),
              row.expected)
        << row.customer.country << " " << row.category << " " << row.on;
  }
}

TEST(TaxDecisionTest, NothingIsTaxedWithoutAHomeOrWithoutRates) {
  domain::TaxRules rules = german_rules();
  rules.home = "";
  EXPECT_EQ(told(decide_tax(rules, customer("DE"), "standard", day("2026-10-31"))), " -");
  EXPECT_EQ(
      told(decide_tax({"DE", {}, {}}, customer("DE", "", true), "standard", day("2026-10-31"))),
      " -");
}

TEST(TaxDecisionTest, ACategoryWithoutARateThatDayIsAnErrorThatNamesIt) {
  const auto message = [](std::string country, std::string category, std::string_view on) {
    try {
      static_cast<void>(
          decide_tax(german_rules(), customer(std::move(country)), category, day(on)));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("taxed");
  };
  EXPECT_EQ(message("AT", "books", "2026-10-31"),
            "no tax rate for country AT, category 'books' on 2026-10-31");
  EXPECT_EQ(message("FI", "standard", "2024-08-31"),
            "no tax rate for country FI, category 'standard' on 2024-08-31");
}

TEST(TaxPointTest, ArrearsByTheLastDayCoveredAndAdvanceByTheFirstIssue) {
  domain::DocumentLine line{.period = {{}, 1, domain::Side::kArrears},
                            .period_label = "2020-06",
                            .line = {.key = "k",
                                     .subscription = 1,
                                     .charge = "usage",
                                     .description = "",
                                     .starts_on = day("2020-06-15"),
                                     .ends_on = day("2020-07-01"),
                                     .quantity = 1,
                                     .unit = "",
                                     .amount = eur("1"),
                                     .facts = ""},
                            .tax_percent = std::nullopt};
  const time::Date issued = day("2020-07-02");
  EXPECT_EQ(tax_point(line, TaxPoint::kPeriodEnd, issued), day("2020-06-30"));
  EXPECT_EQ(tax_point(line, TaxPoint::kIssue, issued), issued);
  line.line.ends_on = line.line.starts_on;
  EXPECT_EQ(tax_point(line, TaxPoint::kPeriodEnd, issued), day("2020-06-15"));
  line.period.side = domain::Side::kAdvance;
  EXPECT_EQ(tax_point(line, TaxPoint::kPeriodEnd, issued), issued);
}

TaxableLine taxed(std::string_view percent, const money::Money& amount, bool included = false,
                  std::string category = "standard") {
  return {std::move(category), {"DE", money::Decimal::parse(percent), ""}, amount, included};
}

std::vector<std::string> told(const std::vector<domain::TaxTotal>& totals) {
  std::vector<std::string> texts;
  for (const domain::TaxTotal& total : totals) {
    texts.push_back(total.country + " " + total.category + " " + total.percent.to_string() + ": " +
                    total.base.to_string() + " + " + total.tax.to_string() +
                    (total.included ? " included" : "") +
                    (total.note.empty() ? "" : " " + total.note));
  }
  return texts;
}

TEST(DocumentTaxTest, IsRoundedOnceARateOrOnceALine) {
  const std::vector<TaxableLine> lines{taxed("19", eur("0.02")), taxed("19", eur("0.02")),
                                       taxed("7", eur("10.00")), taxed("19", eur("0.04"))};
  const DocumentTax per_rate = tax_of(lines, kEur, TaxRounding::kPerRate, kRounding);
  EXPECT_THAT(told(per_rate.totals),
              ElementsAre("DE standard 19: 0.08 + 0.02", "DE standard 7: 10.00 + 0.70"));
  EXPECT_THAT(per_rate.of_lines, ElementsAre(eur("0"), eur("0.01"), eur("0.70"), eur("0.01")));
  const DocumentTax per_line = tax_of(lines, kEur, TaxRounding::kPerLine, kRounding);
  EXPECT_THAT(told(per_line.totals),
              ElementsAre("DE standard 19: 0.08 + 0.01", "DE standard 7: 10.00 + 0.70"));
}

TEST(DocumentTaxTest, TaxInsideThePriceLeavesTheRestAsBase) {
  const std::vector<TaxableLine> lines{taxed("19", eur("119.00"), true),
                                       taxed("19", eur("9.99"), true), taxed("19", eur("1.00"))};
  const DocumentTax tax = tax_of(lines, kEur, TaxRounding::kPerRate, kRounding);
  EXPECT_THAT(told(tax.totals), ElementsAre("DE standard 19: 1.00 + 0.19",
                                            "DE standard 19: 108.39 + 20.60 included"));
}

TEST(DocumentTaxTest, TotalsStandByFallingPercentThenCategory) {
  const std::vector<TaxableLine> lines{
      taxed("7", eur("1"), false, "reduced"), taxed("19", eur("1"), false, "standard"),
      taxed("7", eur("1"), false, "books"), taxed("19", eur("1"), false, "digital")};
  EXPECT_THAT(told(tax_of(lines, kEur, TaxRounding::kPerRate, kRounding).totals),
              ElementsAre("DE digital 19: 1.00 + 0.19", "DE standard 19: 1.00 + 0.19",
                          "DE books 7: 1.00 + 0.07", "DE reduced 7: 1.00 + 0.07"));
}

TEST(DocumentTaxTest, NotedLinesAreListedAndUntaxedOnesAreNot) {
  const std::vector<TaxableLine> lines{
      {"standard", {"AT", money::Decimal(0), std::string(kReverseCharge)}, eur("10")},
      {"standard", {"US", std::nullopt, std::string(kOutOfScope)}, eur("20")},
      {"standard", {}, eur("30")}};
  const DocumentTax tax = tax_of(lines, kEur, TaxRounding::kPerRate, kRounding);
  EXPECT_THAT(told(tax.totals), ElementsAre("AT standard 0: 10.00 + 0.00 Reverse charge",
                                            "US standard 0: 20.00 + 0.00 Outside the scope of "
                                            "tax"));
  EXPECT_THAT(tax.of_lines, ElementsAre(eur("0"), eur("0"), eur("0")));
  EXPECT_THAT(tax_of({}, kEur, TaxRounding::kPerRate, kRounding).totals, IsEmpty());
}

TEST(DocumentTaxTest, LateUsageMayDifferByOneCentARate) {
  // 10.02 at 19 %, and 0.02 that arrive late: 1.90 and 0.00, where 10.04 would bear 1.91.
  const auto tax = [](std::string_view amount) {
    const std::vector<TaxableLine> lines{taxed("19", eur(amount))};
    return tax_of(lines, kEur, TaxRounding::kPerRate, kRounding).totals.front().tax;
  };
  EXPECT_EQ(tax("10.02") + tax("0.02"), eur("1.90"));
  EXPECT_EQ(tax("10.04"), eur("1.91"));
}

rc::Gen<std::vector<TaxableLine>> taxable_lines() {
  return rc::gen::container<std::vector<TaxableLine>>(rc::gen::apply(
      [](int percent, std::int64_t amount, bool included) {
        return taxed(std::to_string(percent), cents(amount), included);
      },
      rc::gen::element(0, 5, 7, 19, 20), rc::gen::inRange<std::int64_t>(-100000, 100001),
      rc::gen::arbitrary<bool>()));
}

money::Money sum_of(const std::vector<money::Money>& amounts) {
  money::Money sum(kEur);
  for (const money::Money& amount : amounts) sum += amount;
  return sum;
}

RC_GTEST_PROP(DocumentTaxProperty, LinesSumToTotalsAndBasesToAmounts, ()) {
  const auto lines = *taxable_lines();
  for (const TaxRounding rounded : {TaxRounding::kPerRate, TaxRounding::kPerLine}) {
    const DocumentTax tax = tax_of(lines, kEur, rounded, kRounding);
    money::Money taxes(kEur), bases(kEur), amounts(kEur);
    for (const auto& total : tax.totals) {
      taxes += total.tax;
      bases += total.included ? total.base + total.tax : total.base;
    }
    for (const auto& line : lines) amounts += line.amount;
    RC_ASSERT(taxes == sum_of(tax.of_lines));
    RC_ASSERT(bases == amounts);
  }
}

RC_GTEST_PROP(DocumentTaxProperty, ASplitInvoiceDiffersByAtMostOneCentARate, ()) {
  const auto lines = *taxable_lines();
  const auto cut = std::min(lines.size(), *rc::gen::inRange<std::size_t>(0, 20));
  const auto tax = [](std::span<const TaxableLine> some) {
    return sum_of(tax_of(some, kEur, TaxRounding::kPerRate, kRounding).of_lines);
  };
  const std::span all(lines);
  const auto rates = std::ssize(tax_of(lines, kEur, TaxRounding::kPerRate, kRounding).totals);
  const money::Money off = tax(all.first(cut)) + tax(all.subspan(cut)) - tax(all);
  RC_ASSERT(off <= cents(rates) && off >= cents(-rates));
}

RC_GTEST_PROP(DocumentTaxProperty, ANegativeInvoiceMirrorsThePositive, ()) {
  auto lines = *taxable_lines();
  const auto before = tax_of(lines, kEur, TaxRounding::kPerRate, kRounding).of_lines;
  for (auto& line : lines) line.amount = -line.amount;
  const auto after = tax_of(lines, kEur, TaxRounding::kPerRate, kRounding).of_lines;
  for (std::size_t i = 0; i < lines.size(); ++i) RC_ASSERT(before[i] == -after[i]);
}

}  // namespace

}  // namespace reckoner::invoicing
