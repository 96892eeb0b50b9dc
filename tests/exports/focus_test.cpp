#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "base/error.hpp"
#include "exports/focus_reader.hpp"
#include "exports/focus_row.hpp"
#include "exports/focus_writer.hpp"

namespace reckoner::exports {
namespace {

using testing::ElementsAre;

const money::Currency kEuro = money::Currency::of("EUR");

money::Money euro(std::string_view amount) {
  return {money::Decimal::parse(amount), kEuro};
}

time::Date day(std::string_view text) {
  return time::parse_date(text);
}

domain::DocumentLine line(std::string charge, std::string_view amount, std::string_view quantity,
                          std::string facts, std::string_view period = "2026-10-01") {
  return {
      .period = {.starts_at = time::Zone::named("Europe/Berlin").start_of(day(period)), .cycle = 1},
      .period_label = std::string(period.substr(0, 7)),
      .line = {.key = charge,
               .subscription = 2,
               .charge = charge,
               .description = "What " + charge + " costs",
               .starts_on = day(period),
               .ends_on = time::month_day(day(period), 1, 1),
               .quantity = money::Decimal::parse(quantity),
               .unit = "GB",
               .amount = euro(amount),
               .facts = std::move(facts)},
      .tax_percent = {}};
}

domain::Charge charge(std::string name, domain::QuantitySource source, domain::Every every = {}) {
  domain::Charge made;
  made.name = std::move(name);
  made.source = std::move(source);
  made.every = every;
  return made;
}

class Focus : public testing::Test {
 protected:
  Focus() {
    charges.emplace("traffic",
                    charge("traffic", domain::OfMeters{.meters = {"bytes"}, .unit = "GB"}));
    charges.emplace("fee", charge("fee", domain::Once{}));
    charges.emplace("setup", charge("setup", domain::Once{}, domain::OnlyOnce{}));
  }

  std::vector<FocusRow> rows() {
    domain::add_up(document);
    return focus_rows(document,
                      {.issuer = "Example Cloud GmbH",
                       .service_category = "Other",
                       .charge_of =
                           [&](std::string_view plan, std::string_view name) {
                             const auto found = charges.find(std::string(name));
                             const bool known = plan == "SMB" && found != charges.end();
                             return known ? &found->second : nullptr;
                           },
                       .subscription_key = [](std::int64_t) { return "acme-web"; },
                       .first_billed = [&](const domain::PeriodKey&) { return first_billed; }});
  }

  static money::Money sum(const std::vector<FocusRow>& rows) {
    money::Money sum(kEuro);
    for (const FocusRow& row : rows) sum += row.billed_cost;
    return sum;
  }

  domain::Document document{.customer = {},
                            .customer_key = "acme",
                            .customer_name = "Acme",
                            .email = {},
                            .zone = "Europe/Berlin",
                            .currency = kEuro,
                            .number = "INV-2026-000007",
                            .corrects = {},
                            .corrects_number = {},
                            .reason = {},
                            .issued_on = day("2026-11-01"),
                            .due_on = {},
                            .lines = {},
                            .payments = {},
                            .coupons = {},
                            .taxes = {},
                            .credits = {},
                            .brought_forward = money::Money(kEuro),
                            .subtotal = money::Money(kEuro),
                            .total = money::Money(kEuro),
                            .credits_total = money::Money(kEuro),
                            .payments_total = money::Money(kEuro),
                            .carried_forward = money::Money(kEuro),
                            .credit_limit = {}};
  std::map<std::string, domain::Charge> charges;
  time::Date first_billed = day("2026-11-01");
};

TEST_F(Focus, RowsAreWhatTheChargesAre) {
  document.lines = {line("traffic", "20.00", "400", R"({"plan":"SMB"})"),
                    line("fee", "100.00", "1", R"({"plan":"SMB"})"),
                    line("setup", "10.00", "1", R"({"plan":"SMB"})"),
                    line("ManualChargeHandler", "5.00", "1", R"({"model":"manual"})"),
                    line("CommitmentHandler", "7.00", "1", R"({"model":"minimum"})"),
                    line("DiscountHandler", "-4.00", "1", "")};
  std::vector<std::string> told;
  for (const FocusRow& row : rows()) {
    told.push_back(std::string(to_string(row.category)) + " " +
                   std::string(to_string(row.frequency)) + " " +
                   (row.quantity ? row.quantity->to_string() + " " + row.unit : "null") + " " +
                   row.service_name);
  }
  EXPECT_THAT(
      told, ElementsAre("Usage Usage-Based 400 GB SMB", "Purchase Recurring 1 GB SMB",
                        "Purchase One-Time 1 GB SMB", "Purchase One-Time 1 GB ManualChargeHandler",
                        "Adjustment Recurring null CommitmentHandler",
                        "Credit Recurring null DiscountHandler"));
}

TEST_F(Focus, CostsSumToTheTotalWithCouponsAndTaxesOnTop) {
  document.lines = {line("traffic", "20.00", "400", R"({"plan":"SMB"})"),
                    line("fee", "100.00", "1", R"({"plan":"SMB"})")};
  document.coupons = {{.credit = 1, .title = "Welcome", .amount = euro("10.00")}};
  document.taxes = {{.country = "DE",
                     .category = "standard",
                     .percent = money::Decimal(19),
                     .base = euro("110.00"),
                     .tax = euro("20.90"),
                     .included = false,
                     .note = ""},
                    {.country = "DE",
                     .category = "contained",
                     .percent = money::Decimal(7),
                     .base = euro("1.00"),
                     .tax = euro("0.07"),
                     .included = true,
                     .note = ""}};
  const auto made = rows();
  ASSERT_EQ(made.size(), 4U);
  EXPECT_EQ(sum(made), document.total);
  EXPECT_EQ(made[2].category, ChargeCategory::kCredit);
  EXPECT_EQ(made[2].billed_cost, euro("-10.00"));
  EXPECT_EQ(made[3].category, ChargeCategory::kTax);
  EXPECT_FALSE(made[3].quantity.has_value());
  EXPECT_EQ(made[3].charge_period_start, made[0].charge_period_start);
}

TEST_F(Focus, WhatWasInvoicedInAnEarlierMonthIsCorrected) {
  document.kind = domain::DocumentKind::kCreditNote;
  document.corrects_number = "INV-2026-000001";
  document.lines = {line("traffic", "-20.00", "-400", R"({"plan":"SMB"})")};
  document.taxes = {{.country = "DE",
                     .category = "standard",
                     .percent = money::Decimal(19),
                     .base = euro("-20.00"),
                     .tax = euro("-3.80"),
                     .included = false,
                     .note = ""}};
  first_billed = day("2026-10-31");
  const auto earlier = rows();
  EXPECT_TRUE(earlier[0].correction && earlier[1].correction);
  EXPECT_EQ(earlier[0].category, ChargeCategory::kUsage);
  EXPECT_EQ(earlier[0].quantity, money::Decimal(-400));
  EXPECT_EQ(earlier[0].corrects, "INV-2026-000001");
  EXPECT_EQ(sum(earlier), euro("-23.80"));
  // In the same billing period it is no correction, and so may have no quantity below zero.
  first_billed = day("2026-11-01");
  const auto same = rows();
  EXPECT_FALSE(same[0].correction || same[1].correction);
  EXPECT_EQ(same[0].category, ChargeCategory::kAdjustment);
  EXPECT_FALSE(same[0].quantity.has_value());
}

TEST_F(Focus, PeriodsAreInUtcAndNeverEmpty) {
  document.lines = {line("fee", "1.00", "1", R"({"plan":"SMB"})")};
  document.lines[0].line.ends_on = document.lines[0].line.starts_on;
  const FocusRow row = rows()[0];
  EXPECT_EQ(time::to_string(row.billing_period_start), "2026-11-01T00:00:00Z");
  EXPECT_EQ(time::to_string(row.billing_period_end), "2026-12-01T00:00:00Z");
  EXPECT_EQ(time::to_string(row.charge_period_start), "2026-09-30T22:00:00Z");
  EXPECT_EQ(time::to_string(row.charge_period_end), "2026-10-01T22:00:00Z");
}

TEST_F(Focus, AFileReadsBackToTheSameSums) {
  document.lines = {line("traffic", "20.00", "400", R"({"plan":"SMB"})"),
                    line("fee", "100.00", "1", R"({"plan":"SMB"})"),
                    line("fee", "-1.00", "1", R"({"plan":"SMB"})", "2026-09-01")};
  std::string text;
  FocusWriter writer([&](std::string_view piece) { text += piece; });
  writer.write(rows());
  writer.finish();
  std::istringstream billed(text);
  EXPECT_THAT(read_focus(billed), ElementsAre(FocusCost{.month = day("2026-11-01"),
                                                        .service = "SMB",
                                                        .sub_account = "acme/2",
                                                        .currency = kEuro,
                                                        .amount = money::Decimal::parse("119"),
                                                        .rows = 3}));
  std::istringstream charged(text);
  const auto by_charge = read_focus(charged, FocusMetric::kEffective, FocusMonth::kCharge);
  // Midnight in Berlin is still the month before in UTC.
  ASSERT_EQ(by_charge.size(), 2U);
  EXPECT_EQ(time::to_string(by_charge[0].month), "2026-08-01");
  EXPECT_EQ(by_charge[1].amount, money::Decimal(120));
}

std::string refusal(const std::string& rows) {
  std::istringstream in("BilledCost,BillingCurrency,BillingPeriodStart,ServiceName,Tags\n" + rows);
  try {
    read_focus(in);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

TEST(ReadFocus, TakesFilesOfOthers) {
  std::istringstream in(
      "Tags,BilledCost,BillingCurrency,BillingPeriodStart,ServiceName\n"
      "{},35.2E-7,USD,2024-01-01T00:00:00Z,Compute\n"
      "{},-1,USD,2024-01-01T00:00:00Z,Compute\n");
  const auto costs = read_focus(in);
  ASSERT_EQ(costs.size(), 1U);
  EXPECT_EQ(costs[0].amount.to_string(), "-0.99999648");
  EXPECT_EQ(costs[0].sub_account, "");
}

TEST(ReadFocus, TellsWhatIsWrong) {
  EXPECT_EQ(refusal("1,USD,2024-01-01T00:00:00Z,A,\n"), "read");
  EXPECT_EQ(refusal(",USD,2024-01-01T00:00:00Z,A,\n"),
            "line 2: BilledCost: it is empty, and must not be null");
  EXPECT_THAT(refusal("1,USD,2024-01-01T00:00:00Z,A,\n$1,USD,2024-01-01T00:00:00Z,A,\n"),
              testing::StartsWith("line 3: BilledCost: "));
  EXPECT_THAT(refusal("1,ZZZ,2024-01-01T00:00:00Z,A,\n"),
              testing::StartsWith("line 2: BillingCurrency: "));
  EXPECT_THAT(refusal("1,USD,January,A,\n"), testing::StartsWith("line 2: BillingPeriodStart: "));
  EXPECT_EQ(refusal(""), "the file has no rows");
}

}  // namespace
}  // namespace reckoner::exports
