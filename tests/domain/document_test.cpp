#include "domain/document.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner::domain {

namespace {

const money::Currency kUsd = money::Currency::of("USD");

money::Money usd(std::string_view amount) {
  return money::Money(money::Decimal::parse(amount), kUsd);
}

Document empty_document() {
  const money::Money zero(kUsd);
  return {.customer = {1},
          .customer_key = "acme",
          .customer_name = "Acme",
          .email = "",
          .zone = "UTC",
          .kind = DocumentKind::kInvoice,
          .currency = kUsd,
          .ordinal = 0,
          .number = "",
          .issued_on = std::nullopt,
          .due_on = std::nullopt,
          .lines = {},
          .payments = {},
          .brought_forward = zero,
          .total = zero,
          .payments_total = zero,
          .carried_forward = zero,
          .credit_limit = std::nullopt};
}

TEST(LineKeyTest, SaysWhoseLineItIsAndForWhat) {
  EXPECT_EQ(make_line_key(2, "bandwidth", "", Side::kArrears), "sub:2|bandwidth||arrears");
  EXPECT_EQ(make_line_key(2, "bandwidth", "region=eu;zone=1", Side::kAdvance),
            "sub:2|bandwidth|region=eu;zone=1|advance");
  EXPECT_EQ(make_line_key(std::nullopt, "CarbonFeeHandler", "", Side::kArrears),
            "customer|CarbonFeeHandler||arrears");
}

TEST(DocumentTest, SumsMustHold) {
  Document document = empty_document();
  document.brought_forward = usd("40");
  document.carried_forward = usd("40");
  EXPECT_NO_THROW(check(document));
  document.total = usd("1");
  document.carried_forward = usd("41");
  EXPECT_THROW(check(document), Bug) << "a total without lines";
  document = empty_document();
  document.payments.push_back({1, "r", time::parse_date("2026-10-01"), usd("5"), ""});
  EXPECT_THROW(check(document), Bug) << "a payment that is not in the sum";
  document.payments_total = usd("5");
  EXPECT_THROW(check(document), Bug) << "a payment that is not carried forward";
  document.carried_forward = usd("-5");
  EXPECT_NO_THROW(check(document));
}

TEST(DocumentTest, WordsAreReadBackAsTheyAreWritten) {
  for (const Side side : {Side::kAdvance, Side::kArrears}) {
    EXPECT_EQ(parse_side(to_string(side)), side);
  }
  for (const DocumentKind kind : {DocumentKind::kInvoice, DocumentKind::kCreditNote}) {
    EXPECT_EQ(parse_document_kind(to_string(kind)), kind);
  }
  EXPECT_THROW(parse_side("front"), Error);
  EXPECT_THROW(parse_document_kind("bill"), Error);
}

TEST(PeriodKeyTest, PeriodsAreOrderedByTime) {
  const PeriodKey october{time::parse_instant("2026-10-01T00:00:00Z"), 2, Side::kArrears};
  const PeriodKey november{time::parse_instant("2026-11-01T00:00:00Z"), 1, Side::kAdvance};
  EXPECT_LT(october, november);
}

}  // namespace

}  // namespace reckoner::domain
