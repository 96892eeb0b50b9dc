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

DocumentLine line(std::string_view amount) {
  return {.period = {},
          .period_label = "2026-10",
          .line = {.key = "k",
                   .subscription = 1,
                   .charge = "c",
                   .description = "",
                   .starts_on = {},
                   .ends_on = {},
                   .quantity = 1,
                   .unit = "",
                   .amount = usd(amount),
                   .facts = "{}"},
          .tax_percent = std::nullopt};
}

/// Two lines, a coupon, tax on top and inside, prepaid credit and a payment.
Document full_document() {
  Document document = empty_document();
  document.brought_forward = usd("7");
  document.lines = {line("100"), line("20")};
  document.coupons = {{1, "Coupon", usd("10")}, {2, "Given back", usd("-1")}};
  document.taxes = {{"DE", "standard", 19, usd("91"), usd("17.29"), false, ""},
                    {"DE", "reduced", 7, usd("18.69"), usd("1.31"), true, ""}};
  document.credits = {{3, "Prepaid", usd("50")}};
  document.payments = {{1, "r", time::parse_date("2026-10-01"), usd("5"), ""}};
  add_up(document);
  return document;
}

TEST(DocumentTest, IsAddedUpInItsOrder) {
  const Document document = full_document();
  EXPECT_EQ(document.subtotal, usd("120"));
  EXPECT_EQ(document.total, usd("128.29")) << "120 - 9 + 17.29; the tax inside adds nothing";
  EXPECT_EQ(document.credits_total, usd("50"));
  EXPECT_EQ(document.payments_total, usd("5"));
  EXPECT_EQ(document.carried_forward, usd("80.29"));
  EXPECT_NO_THROW(check(document));
  Document again = document;
  add_up(again);
  EXPECT_EQ(again.carried_forward, document.carried_forward);
}

TEST(DocumentTest, EverySumIsChecked) {
  for (const auto member : {&Document::subtotal, &Document::total, &Document::credits_total,
                            &Document::payments_total, &Document::carried_forward}) {
    Document document = full_document();
    document.*member += usd("0.01");
    EXPECT_THROW(check(document), Bug);
  }
  Document document = full_document();
  document.taxes.front().tax += usd("0.01");
  EXPECT_THROW(check(document), Bug);
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
