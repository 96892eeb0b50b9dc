#include "invoicing/proofs.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using money::Decimal;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kHalfUp = money::Rounding::kHalfAwayFromZero;

money::Money usd(std::string_view amount) {
  return {Decimal::parse(amount), money::Currency::of("USD")};
}

domain::DocumentLine line(std::string charge, std::string_view amount, std::string facts = "{}") {
  domain::DocumentLine line{.period = {.starts_at = time::parse_instant("2026-10-01T00:00:00Z"),
                                       .cycle = 1,
                                       .side = domain::Side::kArrears},
                            .period_label = "2026-10",
                            .true_up = false,
                            .line = {.key = "sub:1|" + charge + "||arrears",
                                     .subscription = 1,
                                     .charge = charge,
                                     .description = charge,
                                     .starts_on = time::parse_date("2026-10-01"),
                                     .ends_on = time::parse_date("2026-11-01"),
                                     .quantity = 1,
                                     .unit = "",
                                     .amount = usd(amount),
                                     .facts = std::move(facts)},
                            .tax_percent = std::nullopt};
  return line;
}

domain::Document document(std::vector<domain::DocumentLine> lines) {
  const money::Money zero = usd("0");
  return {.customer = {1},
          .customer_key = "acme",
          .customer_name = "Acme",
          .email = {},
          .zone = "UTC",
          .kind = domain::DocumentKind::kInvoice,
          .currency = zero.currency(),
          .ordinal = 1,
          .number = "INV-1",
          .corrects = std::nullopt,
          .corrects_number = {},
          .reason = {},
          .issued_on = std::nullopt,
          .due_on = std::nullopt,
          .lines = std::move(lines),
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
}

domain::TaxTotal tax(std::string_view percent, std::string_view base, std::string_view amount,
                     bool included = false) {
  return {.country = "DE",
          .category = "standard",
          .percent = Decimal::parse(percent),
          .base = usd(base),
          .tax = usd(amount),
          .included = included,
          .note = {}};
}

TEST(Proofs, AKeyStandsOnceInAPeriod) {
  EXPECT_THAT(doubled_keys(document({line("a", "1"), line("b", "1")})), IsEmpty());
  EXPECT_THAT(doubled_keys(document({line("a", "1"), line("a", "1"), line("a", "1")})),
              ElementsAre("bills 'sub:1|a||arrears' of 2026-10 more than once"));
  domain::DocumentLine later = line("a", "1");
  later.period.starts_at = time::parse_instant("2026-11-01T00:00:00Z");
  EXPECT_THAT(doubled_keys(document({line("a", "1"), later})), IsEmpty());
  domain::Document note = document({line("a", "1"), line("a", "1")});
  note.corrects = 1;
  EXPECT_THAT(doubled_keys(note), IsEmpty()) << "a credit note may name a line twice";
}

TEST(Proofs, TaxIsThePartOfItsRate) {
  domain::Document one = document({line("a", "10.02"), line("b", "0.05")});
  for (domain::DocumentLine& each : one.lines) each.tax_percent = 19;
  one.taxes = {tax("19", "10.07", "1.91")};
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerRate, kHalfUp), IsEmpty());
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerLine, kHalfUp), IsEmpty());  // 1.90 + 0.01
  one.taxes = {tax("19", "10.07", "1.92")};
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerRate, kHalfUp),
              ElementsAre("'standard' at 19 %: 1.92 is not the tax on 10.07"));
  one.taxes = {tax("19", "11.07", "2.10")};
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerRate, kHalfUp),
              ElementsAre("'standard' at 19 %: lines of 10.07, and 11.07 taxed"));
  one.coupons = {{1, "c", usd("1")}};
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerRate, kHalfUp), IsEmpty());
  one.taxes.clear();
  one.coupons.clear();
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerRate, kHalfUp),
              ElementsAre("'standard' at 19 %: lines of 10.07, and 0.00 taxed"));
}

TEST(Proofs, TaxThatPricesContain) {
  domain::Document one = document({line("a", "119.00")});
  one.lines.front().tax_percent = 19;
  one.taxes = {tax("19", "100.00", "19.00", true)};
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerRate, kHalfUp), IsEmpty());
  one.taxes = {tax("19", "99.99", "19.01", true)};
  EXPECT_THAT(wrong_taxes(one, TaxRounding::kPerRate, kHalfUp),
              ElementsAre("'standard' at 19 %: 19.01 is not the tax on 99.99"));
}

TEST(Proofs, FiguresBesideAnAmount) {
  const auto amount = [](std::string_view facts) {
    const auto figures = amount_of_figures(facts, money::Currency::of("USD"), kHalfUp);
    return figures ? figures->amount.to_string() : "none";
  };
  EXPECT_EQ(amount(R"({"model":"manual","quantity":1.5,"price":99.99})"), "149.99");
  EXPECT_EQ(amount(R"({"model":"rule-surcharge","percent":10,"base":"20.05","rule":"r"})"), "2.01");
  EXPECT_EQ(amount(R"({"model":"rule-discount","percent":10,"base":"20.05","rule":"r"})"), "-2.01");
  EXPECT_EQ(amount(R"({"model":"percentage-discount","percentage":10,"base":"20.00"})"), "-2.00");
  EXPECT_EQ(amount(R"({"model":"minimum","figure":10,"coverage":[15,31],"counted":3})"), "1.84");
  EXPECT_EQ(amount(R"({"model":"maximum","figure":10,"coverage":[1,1],"counted":30})"), "-20.00");
  EXPECT_EQ(amount(R"({"model":"carbon"})"), "none");
  EXPECT_EQ(amount(R"({"plan":"p","stretches":[]})"), "none");
  EXPECT_THROW(amount(R"({"model":"manual","quantity":1})"), Error);
}

TEST(Proofs, PartsSumToTheirWhole) {
  const std::string facts = R"({"model":"minimum","figure":10,"coverage":[1,1],"counted":3})";
  domain::DocumentLine reduced = line("minimum", "2.00", facts);
  reduced.line.key += "tax=reduced";
  EXPECT_THAT(wrong_parts(document({line("minimum", "5.00", facts), reduced}), kHalfUp), IsEmpty());
  EXPECT_THAT(wrong_parts(document({line("minimum", "5.01", facts), reduced}), kHalfUp),
              ElementsAre("'minimum': its parts sum to 7.01, its figures come to 7.00"));
  domain::DocumentLine later = line("minimum", "1.00", facts);
  later.true_up = true;
  EXPECT_THAT(wrong_parts(document({later}), kHalfUp), IsEmpty()) << "a difference, not the whole";
}

TEST(Proofs, TheSmallestAmount) {
  EXPECT_EQ(smallest_amount(money::Currency::of("USD")).to_string(), "0.01");
  EXPECT_EQ(smallest_amount(money::Currency::of("JPY")).to_string(), "1");
  EXPECT_EQ(smallest_amount(money::Currency::of("BHD")).to_string(), "0.001");
}

}  // namespace

}  // namespace reckoner::invoicing
