#include "invoicing/corrections.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const money::Currency kEur = money::Currency::of("EUR");
const time::Date kToday = time::parse_date("2026-12-01");
const domain::PeriodKey kOctober{time::parse_instant("2026-10-01T00:00:00Z"), 1,
                                 domain::Side::kArrears};

money::Money eur(std::string_view amount) {
  return {money::Decimal::parse(amount), kEur};
}

domain::DocumentLine line(std::string key, std::string_view amount, std::string tax,
                          std::optional<money::Decimal> percent) {
  return {.period = kOctober,
          .period_label = "2026-10",
          .line = {.key = key,
                   .subscription = 1,
                   .charge = key,
                   .description = key,
                   .starts_on = time::parse_date("2026-10-01"),
                   .ends_on = time::parse_date("2026-11-01"),
                   .quantity = 31,
                   .unit = "day",
                   .amount = eur(amount),
                   .facts = "{}",
                   .tax = std::move(tax)},
          .tax_percent = percent};
}

/// 100.00 at 19 % and 50.00 at 7 %, a coupon of 30.00 and prepaid credit of 40.00.
domain::Document october() {
  const money::Money zero(kEur);
  domain::Document document{
      .customer = {1},
      .customer_key = "acme",
      .customer_name = "Acme",
      .email = "",
      .zone = "UTC",
      .currency = kEur,
      .ordinal = 7,
      .number = "INV-2026-000007",
      .corrects = std::nullopt,
      .corrects_number = "",
      .reason = "",
      .issued_on = time::parse_date("2026-11-01"),
      .due_on = time::parse_date("2026-11-15"),
      .lines = {line("fee", "100", "standard", 19), line("books", "50", "reduced", 7)},
      .payments = {{1, "bank-1", time::parse_date("2026-10-12"), eur("60"), ""}},
      .coupons = {{1, "Welcome", eur("30")}},
      .taxes = {{"DE", "standard", 19, eur("80"), eur("15.20"), false, ""},
                {"DE", "reduced", 7, eur("40"), eur("2.80"), false, ""}},
      .credits = {{2, "Prepaid", eur("40")}},
      .brought_forward = zero,
      .subtotal = zero,
      .total = zero,
      .credits_total = zero,
      .payments_total = zero,
      .carried_forward = zero,
      .credit_limit = std::nullopt};
  domain::add_up(document);
  return document;
}

std::vector<domain::Credit> credits() {
  const domain::Credit coupon{.number = 1,
                              .key = "welcome",
                              .title = "Welcome",
                              .kind = domain::CreditKind::kCoupon,
                              .currency = kEur,
                              .amount_left = money::Decimal(0),
                              .percent = std::nullopt,
                              .documents_left = 0,
                              .priority = 0,
                              .starts_on = std::nullopt,
                              .expires_on = std::nullopt,
                              .charges = {}};
  domain::Credit prepaid = coupon;
  prepaid.number = 2;
  prepaid.key = "prepaid";
  prepaid.title = "Prepaid";
  prepaid.kind = domain::CreditKind::kPrepaid;
  prepaid.amount_left = money::Decimal(10);
  prepaid.documents_left = std::nullopt;
  return {coupon, prepaid};
}

std::vector<std::string> told(const std::vector<CreditMovement>& movements) {
  std::vector<std::string> texts;
  for (const auto& each : movements) {
    texts.push_back(std::string(to_string(each.kind)) + " " + std::to_string(each.credit) + " " +
                    each.amount.to_string() + " " + std::to_string(each.documents));
  }
  return texts;
}

template <class Function>
std::string message_of(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ManualCreditTest, ManualCreditsOfALineNeverExceedWhatWasBilled) {
  const std::vector<LineBilled> lines{{kOctober, "fee", eur("100"), eur("60")},
                                      {kOctober, "back", eur("-20"), eur("0")}};
  const auto check = [&](const std::vector<ManualCredit>& asked) {
    return message_of([&] { check_manual_credits(lines, asked); });
  };
  EXPECT_EQ(check({{kOctober, "fee", eur("40")}, {kOctober, "back", eur("20")}}), "accepted");
  EXPECT_EQ(check({{kOctober, "fee", eur("40.01")}}),
            "line 'fee': credits of 100.01 in all are more than the 100.00 billed");
  EXPECT_EQ(check({{kOctober, "fee", eur("30")}, {kOctober, "fee", eur("20")}}),
            "line 'fee': credits of 110.00 in all are more than the 100.00 billed");
  EXPECT_EQ(check({{kOctober, "back", eur("20.01")}}),
            "line 'back': credits of 20.01 in all are more than the 20.00 billed");
  EXPECT_EQ(check({{kOctober, "gone", eur("1")}}), "line 'gone' was never billed");
  EXPECT_EQ(check({{{kOctober.starts_at, 2, kOctober.side}, "fee", eur("1")}}),
            "line 'fee' was never billed");
  EXPECT_EQ(check({{kOctober, "fee", eur("0")}}), "line 'fee': a credit of 0.00 is not above zero");
}

TEST(ManualCreditTest, WordsAreReadBackAsTheyAreWritten) {
  for (const CreditNature nature : {CreditNature::kCorrection, CreditNature::kConcession}) {
    EXPECT_EQ(parse_credit_nature(to_string(nature)), nature);
  }
  EXPECT_THROW(parse_credit_nature("favour"), Error);
}

Correction note(const domain::Document& document, const std::vector<ManualCredit>& asked,
                const std::vector<EarlierDraw>& earlier, CreditNature nature) {
  const std::vector<domain::Credit> all = credits();
  return credit_note(document, asked,
                     {.nature = nature,
                      .reason = "wrong price",
                      .issued_on = kToday,
                      .brought_forward = eur("5"),
                      .credits = all,
                      .earlier = earlier});
}

TEST(CreditNoteTest, BearsTheTaxOfTheLinesItCorrects) {
  const auto [document, movements] =
      note(october(), {{kOctober, "books", eur("10")}, {kOctober, "fee", eur("20")}}, {},
           CreditNature::kCorrection);
  domain::check(document);
  EXPECT_EQ(document.kind, domain::DocumentKind::kCreditNote);
  EXPECT_EQ(document.corrects, 7);
  EXPECT_EQ(document.corrects_number, "INV-2026-000007");
  EXPECT_EQ(document.reason, "wrong price");
  EXPECT_EQ(document.number, "");
  EXPECT_THAT(document.payments, IsEmpty());
  ASSERT_EQ(document.lines.size(), 2U);
  EXPECT_EQ(document.lines[0].line.key, "books");
  EXPECT_EQ(document.lines[0].line.amount, eur("-10"));
  EXPECT_EQ(document.lines[0].line.quantity, money::Decimal(0));
  EXPECT_EQ(document.lines[0].line.facts, R"({"correction":"INV-2026-000007"})");
  EXPECT_TRUE(document.lines[0].counts);
  EXPECT_EQ(document.lines[0].tax_percent, money::Decimal(7));
  ASSERT_EQ(document.taxes.size(), 2U);
  EXPECT_EQ(document.taxes[0].tax, eur("-3.80"));
  EXPECT_EQ(document.taxes[1].tax, eur("-0.70"));
  EXPECT_EQ(document.total, eur("-34.50"));
  EXPECT_EQ(document.carried_forward, eur("-29.50"));
  EXPECT_THAT(movements, IsEmpty());
}

TEST(CreditNoteTest, GivesBackCouponsThenTaxThenPrepaidCredit) {
  // -100: the coupon takes back 30, so 70 lose 19 % (13.30); 40 of the 83.30 were prepaid.
  const auto [document, movements] =
      note(october(), {{kOctober, "fee", eur("100")}}, {{1, 7, eur("30")}, {2, 7, eur("40")}},
           CreditNature::kConcession);
  domain::check(document);
  EXPECT_FALSE(document.lines[0].counts);
  EXPECT_EQ(document.taxes.at(0).base, eur("-70"));
  EXPECT_EQ(document.total, eur("-83.30"));
  EXPECT_EQ(document.credits_total, eur("-40"));
  EXPECT_EQ(document.carried_forward, eur("-38.30"));
  EXPECT_THAT(told(movements), ElementsAre("reverse 1 30.00 1", "reverse 2 40.00 1"));
}

TEST(CreditNoteTest, WhatTheDocumentCannotTellIsRefused) {
  EXPECT_EQ(message_of([] {
              note(october(), {{kOctober, "gone", eur("1")}}, {}, CreditNature::kCorrection);
            }),
            "INV-2026-000007 has no line 'gone'");
  domain::Document twice = october();
  twice.taxes.push_back(twice.taxes.front());
  twice.taxes.back().included = true;
  EXPECT_EQ(message_of([&] {
              note(twice, {{kOctober, "fee", eur("1")}}, {}, CreditNature::kCorrection);
            }),
            "INV-2026-000007 taxes 'standard' in two ways at 19 %: void it instead");
}

TEST(CreditNoteTest, AnUntaxedLineStaysUntaxed) {
  domain::Document untaxed = october();
  untaxed.taxes.clear();
  for (auto& each : untaxed.lines) each.tax_percent.reset();
  const auto document =
      note(untaxed, {{kOctober, "fee", eur("10")}}, {}, CreditNature::kCorrection).document;
  EXPECT_THAT(document.taxes, IsEmpty());
  EXPECT_EQ(document.total, eur("-10"));
}

TEST(VoidTest, TurnsEverySignAndFreesThePayments) {
  const domain::Document voided = october();
  const auto [mirror, movements] = void_document(voided, kToday, eur("5"), "not ours", credits());
  domain::check(mirror);
  EXPECT_EQ(mirror.kind, domain::DocumentKind::kCreditNote);
  EXPECT_EQ(mirror.corrects, 7);
  EXPECT_EQ(mirror.reason, "not ours");
  EXPECT_EQ(mirror.ordinal, 0);
  EXPECT_FALSE(mirror.issued_on || mirror.due_on);
  EXPECT_EQ(mirror.total, -voided.total);
  EXPECT_EQ(mirror.credits_total, -voided.credits_total);
  EXPECT_EQ(mirror.subtotal, -voided.subtotal);
  EXPECT_THAT(mirror.payments, IsEmpty());
  EXPECT_EQ(mirror.carried_forward, eur("5") - voided.total + voided.credits_total);
  for (std::size_t i = 0; i < voided.lines.size(); ++i) {
    EXPECT_EQ(mirror.lines[i].line.amount, -voided.lines[i].line.amount);
    EXPECT_EQ(mirror.lines[i].line.quantity, -voided.lines[i].line.quantity);
    EXPECT_EQ(mirror.lines[i].tax_percent, voided.lines[i].tax_percent);
    EXPECT_FALSE(mirror.lines[i].counts);
  }
  EXPECT_EQ(mirror.taxes[0].base + voided.taxes[0].base, eur("0"));
  EXPECT_THAT(told(movements), ElementsAre("reverse 2 40.00 1", "reverse 1 30.00 1"));
}

TEST(VoidTest, WhatReturnsToAnExpiredCreditLapses) {
  std::vector<domain::Credit> expired = credits();
  expired[0].expires_on = kToday;
  EXPECT_THAT(told(void_document(october(), kToday, eur("0"), "", expired).movements),
              ElementsAre("reverse 2 40.00 1", "reverse 1 30.00 1", "lapse 1 30.00 0"));
}

TEST(VoidTest, CreditThatACreditNoteGaveBackIsDrawnAgainWhileItIsThere) {
  domain::Document note = october();
  note.kind = domain::DocumentKind::kCreditNote;
  note.coupons.clear();
  note.credits = {{2, "Prepaid", eur("-10")}};
  domain::add_up(note);
  const auto mirror = void_document(note, kToday, eur("0"), "", credits());
  EXPECT_EQ(mirror.document.kind, domain::DocumentKind::kInvoice);
  EXPECT_THAT(told(mirror.movements), ElementsAre("draw 2 10.00 -1"));
  note.credits[0].amount = eur("-10.01");
  domain::add_up(note);
  EXPECT_EQ(message_of([&] { void_document(note, kToday, eur("0"), "", credits()); }),
            "credit 'prepaid' has 10 left of the 10.01 that would be drawn again");
}

TEST(VoidTest, VoidingTheVoidGivesTheDocumentBack) {
  const domain::Document voided = october();
  domain::Document once = void_document(voided, kToday, eur("0"), "", credits()).document;
  std::vector<domain::Credit> restored = credits();
  restored[0].amount_left = money::Decimal(30);
  restored[1].amount_left = money::Decimal(50);
  const domain::Document twice = void_document(once, kToday, eur("0"), "", restored).document;
  EXPECT_EQ(twice.kind, voided.kind);
  EXPECT_EQ(twice.total, voided.total);
  EXPECT_EQ(twice.credits_total, voided.credits_total);
  EXPECT_EQ(twice.lines[0].line.amount, voided.lines[0].line.amount);
}

}  // namespace

}  // namespace reckoner::invoicing
