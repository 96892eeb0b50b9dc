#include "invoicing/credits.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace reckoner::invoicing {

namespace {

using domain::CreditKind;
using testing::ElementsAre;
using testing::IsEmpty;

const money::Currency kEur = money::Currency::of("EUR");
constexpr auto kRounding = money::Rounding::kHalfAwayFromZero;

money::Money eur(std::string_view amount) {
  return {money::Decimal::parse(amount), kEur};
}

time::Date day(std::string_view text) {
  return time::parse_date(text);
}

const time::Date kToday = day("2026-11-01");

domain::Credit credit(std::int64_t number, CreditKind kind = CreditKind::kCoupon) {
  return {.number = number,
          .key = "credit-" + std::to_string(number),
          .title = "Credit " + std::to_string(number),
          .kind = kind,
          .currency = kEur,
          .amount_left = std::nullopt,
          .percent = std::nullopt,
          .documents_left = std::nullopt,
          .priority = 0,
          .starts_on = std::nullopt,
          .expires_on = std::nullopt,
          .charges = {}};
}

domain::Credit fixed(std::int64_t number, std::string_view left,
                     CreditKind kind = CreditKind::kCoupon) {
  domain::Credit made = credit(number, kind);
  made.amount_left = money::Decimal::parse(left);
  return made;
}

domain::Credit percent(std::int64_t number, std::string_view percentage) {
  domain::Credit made = credit(number);
  made.percent = money::Decimal::parse(percentage);
  return made;
}

CreditLine line(std::string_view amount, std::string charge = "fee", std::int64_t corrects = 0,
                std::string tax = "standard", std::int64_t subscription = 1) {
  return {eur(amount), std::move(charge), subscription, std::move(tax), corrects};
}

CreditsApplied applied_to(const std::vector<CreditLine>& lines,
                          const std::vector<domain::Credit>& credits,
                          const std::vector<EarlierDraw>& earlier = {},
                          CreditKind kind = CreditKind::kCoupon) {
  return apply_credits(kind, lines, credits, earlier, kToday, kEur, kRounding);
}

/// "number amount".
std::vector<std::string> draws(const CreditsApplied& applied) {
  std::vector<std::string> texts;
  for (const auto& draw : applied.draws) {
    texts.push_back(std::to_string(draw.credit) + " " + draw.amount.to_string());
  }
  return texts;
}

/// "draw number amount documents".
std::vector<std::string> movements(const CreditsApplied& applied) {
  std::vector<std::string> texts;
  for (const auto& each : applied.movements) {
    texts.push_back(std::string(to_string(each.kind)) + " " + std::to_string(each.credit) + " " +
                    each.amount.to_string() + " " + std::to_string(each.documents));
  }
  return texts;
}

std::vector<std::string> texts(const std::vector<money::Money>& amounts) {
  std::vector<std::string> result;
  for (const money::Money& amount : amounts) result.push_back(amount.to_string());
  return result;
}

TEST(CouponTest, EachIsDrawnOnWhatIsLeftAndNeverAboveIt) {
  struct Row {
    std::string_view base;
    std::vector<domain::Credit> coupons;
    std::vector<std::string> expected;
  };
  const std::vector<Row> rows{
      {"100", {fixed(1, "30")}, {"1 30.00"}},
      {"100", {fixed(1, "130")}, {"1 100.00"}},
      {"100", {percent(1, "15"), percent(2, "20")}, {"1 15.00", "2 17.00"}},
      {"1.00", {fixed(1, "0.10"), percent(2, "20")}, {"1 0.10", "2 0.18"}},
      {"0.05", {fixed(1, "0.10"), percent(2, "20")}, {"1 0.05"}},
      {"10", {percent(1, "33.333")}, {"1 3.33"}},
      {"1", {percent(1, "0.1")}, {}},
      {"0", {fixed(1, "10")}, {}},
      {"-5", {fixed(1, "10"), percent(2, "10")}, {}},
      {"100", {fixed(1, "0")}, {}},
      {"100", {fixed(1, "0.009")}, {}},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(draws(applied_to({line(row.base)}, row.coupons)), row.expected) << row.base;
  }
}

TEST(CouponTest, AreDrawnByPriorityThenExpiryThenNumber) {
  std::vector<domain::Credit> coupons;
  for (std::int64_t number = 1; number <= 5; ++number) coupons.push_back(fixed(number, "1"));
  coupons[1].expires_on = day("2027-02-01");
  coupons[2].expires_on = day("2027-01-01");
  coupons[3].priority = -1;
  coupons[4].priority = 1;
  EXPECT_THAT(draws(applied_to({line("100")}, coupons)),
              ElementsAre("4 1.00", "3 1.00", "2 1.00", "1 1.00", "5 1.00"));
}

TEST(CouponTest, ThoseThatMayNotBeDrawnAreSkipped) {
  domain::Credit expired = fixed(1, "1"), not_started = fixed(2, "1"), used = fixed(3, "1"),
                 other_charge = fixed(4, "1"), other_currency = fixed(5, "1"),
                 last_day = fixed(6, "1"), first_day = fixed(7, "1"), one_left = fixed(8, "1");
  expired.expires_on = kToday;
  not_started.starts_on = day("2026-11-02");
  used.documents_left = 0;
  other_charge.charges = {"usage"};
  other_currency.currency = money::Currency::of("NOK");
  last_day.expires_on = day("2026-11-02");
  first_day.starts_on = kToday;
  one_left.documents_left = 1;
  const domain::Credit prepaid = fixed(9, "1", CreditKind::kPrepaid);
  EXPECT_THAT(
      draws(applied_to({line("100")}, {expired, not_started, used, other_charge, other_currency,
                                       last_day, first_day, one_left, prepaid})),
      ElementsAre("6 1.00", "7 1.00", "8 1.00"));
}

TEST(CouponTest, IsSpreadOverTheLinesOfItsScope) {
  domain::Credit usage_only = fixed(1, "10.00");
  usage_only.charges = {"usage", "storage"};
  const auto applied = applied_to({line("50", "fee"), line("20", "usage"), line("10", "storage")},
                                  {usage_only, percent(2, "10")});
  EXPECT_THAT(texts(applied.shares), ElementsAre("5.00", "8.00", "4.00"));
  EXPECT_THAT(texts(applied.rest), ElementsAre("45.00", "12.00", "6.00"));
}

TEST(CouponTest, DiscountsLowerWhatItSees) {
  const auto applied = applied_to({line("100"), line("-20", "discount-1")}, {percent(1, "50")});
  EXPECT_THAT(draws(applied), ElementsAre("1 40.00"));
  EXPECT_THAT(texts(applied.shares), ElementsAre("40.00", "0.00"));
}

TEST(CouponTest, NettingKeepsToTaxCategoriesFirstSoNoBaseTurnsNegative) {
  const auto applied = applied_to(
      {line("100", "fee"), line("100", "books", 0, "reduced"), line("-80", "discount-1")},
      {percent(1, "100")});
  EXPECT_THAT(texts(applied.rest), ElementsAre("80.00", "0.00", "-80.00"));
}

TEST(CouponTest, NeverGivesMoreThanItsAmountOverAllDocuments) {
  // 100.00 in total: 80 in October, 20 in November; late October usage gets nothing.
  domain::Credit coupon = fixed(1, "100");
  const auto draw = [&](const std::vector<CreditLine>& lines,
                        const std::vector<EarlierDraw>& earlier) {
    const auto applied = applied_to(lines, {coupon}, earlier);
    for (const auto& movement : applied.movements) enter(movement, coupon);
    return draws(applied);
  };
  EXPECT_THAT(draw({line("80")}, {}), ElementsAre("1 80.00"));
  EXPECT_THAT(draw({line("50")}, {}), ElementsAre("1 20.00"));
  EXPECT_THAT(draw({line("30"), line("5", "usage", 1)}, {{1, 1, eur("80")}, {1, 2, eur("20")}}),
              IsEmpty());
  EXPECT_EQ(coupon.amount_left, money::Decimal(0));
}

TEST(CouponTest, DocumentsLeftAreCounted) {
  domain::Credit coupon = percent(1, "20");
  coupon.documents_left = 2;
  std::vector<std::string> totals;
  for (int document = 0; document < 4; ++document) {
    const auto applied = applied_to({line("49")}, {coupon});
    for (const auto& movement : applied.movements) enter(movement, coupon);
    totals.push_back(applied.rest.front().to_string());
  }
  EXPECT_THAT(totals, ElementsAre("39.20", "39.20", "49.00", "49.00"));
}

TEST(GivingBackTest, ACorrectionRestoresTheGrantAndNotCash) {
  // A grant of 100, of which document 7 drew 80; a correction of -30.
  for (const CreditKind kind : {CreditKind::kCoupon, CreditKind::kPrepaid}) {
    domain::Credit grant = fixed(1, "20", kind);
    const auto applied = applied_to({line("-30", "fee", 7)}, {grant}, {{1, 7, eur("80")}}, kind);
    EXPECT_THAT(draws(applied), ElementsAre("1 -30.00"));
    EXPECT_THAT(texts(applied.rest), ElementsAre("0.00"));
    EXPECT_THAT(movements(applied), ElementsAre("reverse 1 30.00 0"));
    for (const auto& movement : applied.movements) enter(movement, grant);
    EXPECT_EQ(grant.amount_left, money::Decimal(50));
  }
}

TEST(GivingBackTest, OnlyTheRestIsMoney) {
  const auto applied = applied_to({line("-100", "fee", 7)}, {fixed(1, "20")}, {{1, 7, eur("80")}});
  EXPECT_THAT(draws(applied), ElementsAre("1 -80.00"));
  EXPECT_THAT(texts(applied.rest), ElementsAre("-20.00"));
  EXPECT_THAT(movements(applied), ElementsAre("reverse 1 80.00 1"));
}

TEST(GivingBackTest, WhatReturnsToAnExpiredGrantLapsesThere) {
  domain::Credit grant = fixed(1, "0");
  grant.expires_on = day("2026-10-15");
  const auto applied = applied_to({line("-30", "fee", 7)}, {grant}, {{1, 7, eur("80")}});
  EXPECT_THAT(draws(applied), ElementsAre("1 -30.00"));
  EXPECT_THAT(movements(applied), ElementsAre("reverse 1 30.00 0", "lapse 1 30.00 0"));
  for (const auto& movement : applied.movements) enter(movement, grant);
  EXPECT_EQ(grant.amount_left, money::Decimal(0));
}

TEST(GivingBackTest, TheLastDrawnReturnsFirst) {
  const auto applied = applied_to({line("-30", "fee", 7)}, {fixed(1, "0"), fixed(2, "0")},
                                  {{1, 7, eur("25")}, {2, 7, eur("10")}});
  EXPECT_THAT(draws(applied), ElementsAre("2 -10.00", "1 -20.00"));
}

TEST(GivingBackTest, APercentageReturnsItsShare) {
  // 100 less 20 % was billed; 30 less are deserved: 24 in money.
  const auto applied = applied_to({line("-30", "fee", 7)}, {percent(1, "20")}, {{1, 7, eur("20")}});
  EXPECT_THAT(draws(applied), ElementsAre("1 -6.00"));
  EXPECT_THAT(texts(applied.rest), ElementsAre("-24.00"));
}

TEST(GivingBackTest, PercentagesReturnTheirShareBeforeAmounts) {
  // 100 less 20 % less 30 was billed, whichever came first; 30 less are deserved.
  const std::vector<domain::Credit> coupons{percent(1, "20"), fixed(2, "0")};
  const auto applied =
      applied_to({line("-30", "fee", 7)}, coupons, {{1, 7, eur("20")}, {2, 7, eur("30")}});
  EXPECT_THAT(draws(applied), ElementsAre("1 -6.00", "2 -24.00"));
  const auto whole =
      applied_to({line("-100", "fee", 7)}, coupons, {{1, 7, eur("20")}, {2, 7, eur("30")}});
  EXPECT_THAT(draws(whole), ElementsAre("1 -20.00", "2 -30.00"));
  EXPECT_THAT(texts(whole.rest), ElementsAre("-50.00"));
}

TEST(GivingBackTest, KeepsToTheDocumentAndTheScope) {
  domain::Credit usage_only = fixed(1, "0");
  usage_only.charges = {"usage"};
  const std::vector<EarlierDraw> earlier{{1, 7, eur("10")}};
  EXPECT_THAT(draws(applied_to({line("-30", "usage", 8)}, {usage_only}, earlier)), IsEmpty());
  EXPECT_THAT(draws(applied_to({line("-30", "fee", 7)}, {usage_only}, earlier)), IsEmpty());
  EXPECT_THAT(draws(applied_to({line("-30", "usage", 0)}, {usage_only}, earlier)), IsEmpty());
  EXPECT_THAT(draws(applied_to({line("-30", "usage", 7)}, {usage_only}, earlier)),
              ElementsAre("1 -10.00"));
}

TEST(GivingBackTest, ACorrectionThatComesToNothingMovesNothing) {
  // Late usage of 0.30 fills the minimum: the top-up falls by as much.
  domain::Credit expired = fixed(1, "0");
  expired.expires_on = day("2026-10-15");
  const auto applied = applied_to({line("0.30", "usage", 7), line("-0.30", "top-up", 7)}, {expired},
                                  {{1, 7, eur("10")}});
  EXPECT_THAT(applied.movements, IsEmpty());
}

TEST(GivingBackTest, WhatReturnsMayPayTheSameDocument) {
  const auto applied =
      applied_to({line("50"), line("-30", "fee", 7)}, {fixed(1, "0")}, {{1, 7, eur("80")}});
  EXPECT_THAT(draws(applied), ElementsAre("1 -30.00", "1 30.00"));
  EXPECT_THAT(texts(applied.rest), ElementsAre("20.00", "0.00"));
}

TEST(PrepaidTest, PaysInOrderUntilTheDocumentIsPaid) {
  const auto pay = [](std::string_view due, const std::vector<domain::Credit>& credits) {
    return draws(applied_to({line(due)}, credits, {}, CreditKind::kPrepaid));
  };
  const domain::Credit first = fixed(1, "10", CreditKind::kPrepaid);
  const domain::Credit second = fixed(2, "10", CreditKind::kPrepaid);
  EXPECT_THAT(pay("1.10", {first}), ElementsAre("1 1.10"));
  EXPECT_THAT(pay("15", {first, second}), ElementsAre("1 10.00", "2 5.00"));
  EXPECT_THAT(pay("35", {first, second}), ElementsAre("1 10.00", "2 10.00"));
  EXPECT_THAT(pay("-5", {first, second}), IsEmpty());
  EXPECT_THAT(pay("5", {fixed(3, "10")}), IsEmpty()) << "a coupon pays nothing";
}

TEST(PrepaidTest, NeverPaysMoreThanTheWholeDocument) {
  const auto applied =
      applied_to({line("100"), line("-60", "fee", 7)}, {fixed(1, "500", CreditKind::kPrepaid)}, {},
                 CreditKind::kPrepaid);
  EXPECT_THAT(draws(applied), ElementsAre("1 40.00"));
}

TEST(LinesDueTest, AreWhatCouponsLeaveWithTheTaxOnTop) {
  const std::vector<CreditLine> lines{line("100"), line("50", "usage")};
  const auto coupons = applied_to(lines, {percent(1, "10")});
  const TaxDecision tax{"DE", money::Decimal(19), ""};
  std::vector<TaxableLine> taxable{{"standard", tax, coupons.rest[0], false},
                                   {"standard", tax, coupons.rest[1], true}};
  const auto due =
      lines_due(lines, taxable, tax_of(taxable, kEur, TaxRounding::kPerRate, kRounding));
  EXPECT_EQ(due[0].amount, eur("107.10"));
  EXPECT_EQ(due[1].amount, eur("45.00"));
  EXPECT_EQ(due[1].charge, "usage");
}

// Properties: random documents, credits and earlier draws of one customer.

struct World {
  std::vector<CreditLine> lines;
  std::vector<domain::Credit> credits;
  std::vector<EarlierDraw> earlier;
};

rc::Gen<World> worlds() {
  return rc::gen::exec([] {
    World world;
    const auto count = *rc::gen::inRange(1, 5);
    for (int number = 1; number <= count; ++number) {
      domain::Credit made = *rc::gen::inRange(0, 3) == 0
                                ? percent(number, std::to_string(*rc::gen::inRange(1, 101)))
                                : fixed(number, std::to_string(*rc::gen::inRange(0, 200)));
      made.kind = *rc::gen::element(CreditKind::kCoupon, CreditKind::kPrepaid);
      if (*rc::gen::inRange(0, 4) == 0) made.expires_on = kToday;
      if (*rc::gen::inRange(0, 4) == 0) made.documents_left = *rc::gen::inRange(0, 3);
      if (*rc::gen::inRange(0, 3) == 0) made.charges = {"usage"};
      world.credits.push_back(made);
      for (std::int64_t document = 1; document <= 2; ++document) {
        if (*rc::gen::arbitrary<bool>()) {
          world.earlier.push_back(
              {number,
               document,
               {money::Decimal::from_parts(*rc::gen::inRange(1, 5000), 2), kEur}});
        }
      }
    }
    const auto lines = *rc::gen::inRange(0, 8);
    for (int i = 0; i < lines; ++i) {
      world.lines.push_back(line("0", *rc::gen::element<std::string>("fee", "usage"),
                                 *rc::gen::inRange<std::int64_t>(0, 3),
                                 *rc::gen::element<std::string>("standard", "reduced"),
                                 *rc::gen::inRange<std::int64_t>(1, 3)));
      world.lines.back().amount = {money::Decimal::from_parts(*rc::gen::inRange(-10000, 10001), 2),
                                   kEur};
    }
    return world;
  });
}

money::Money sum_of(const std::vector<money::Money>& amounts) {
  money::Money sum(kEur);
  for (const money::Money& amount : amounts) sum += amount;
  return sum;
}

RC_GTEST_PROP(CreditsProperty, EverythingSums, ()) {
  const World world = *worlds();
  for (const CreditKind kind : {CreditKind::kCoupon, CreditKind::kPrepaid}) {
    const auto applied = applied_to(world.lines, world.credits, world.earlier, kind);
    money::Money drawn(kEur), moved(kEur), amounts(kEur);
    for (const auto& draw : applied.draws) drawn += draw.amount;
    for (const auto& each : applied.movements) {
      if (each.kind == CreditMovementKind::kDraw) moved += each.amount;
      if (each.kind == CreditMovementKind::kReverse) moved -= each.amount;
    }
    for (const auto& each : world.lines) amounts += each.amount;
    RC_ASSERT(drawn == sum_of(applied.shares));
    RC_ASSERT(drawn == moved);
    RC_ASSERT(amounts == drawn + sum_of(applied.rest));
  }
}

RC_GTEST_PROP(CreditsProperty, NeverMoreThanIsLeftAndNeverBackMoreThanWasDrawn, ()) {
  World world = *worlds();
  for (const CreditKind kind : {CreditKind::kCoupon, CreditKind::kPrepaid}) {
    std::map<std::pair<std::int64_t, std::int64_t>, money::Money> held;
    for (const auto& draw : world.earlier) held.insert({{draw.credit, draw.document}, draw.amount});
    for (const auto& each : applied_to(world.lines, world.credits, world.earlier, kind).movements) {
      domain::Credit& moved = world.credits.at(static_cast<std::size_t>(each.credit - 1));
      enter(each, moved);
      RC_ASSERT(each.amount.sign() > 0);
      RC_ASSERT(moved.kind == kind);
      RC_ASSERT(moved.amount_left.value_or(0) >= money::Decimal(0));
      RC_ASSERT(moved.documents_left.value_or(0) >= 0);
      if (each.kind == CreditMovementKind::kReverse) {
        money::Money& left = held.at({each.credit, each.corrects});
        left -= each.amount;
        RC_ASSERT(left.sign() >= 0);
      }
    }
  }
}

RC_GTEST_PROP(CreditsProperty, NoLineChangesItsSign, ()) {
  const World world = *worlds();
  const auto applied = applied_to(world.lines, world.credits, world.earlier);
  for (std::size_t i = 0; i < world.lines.size(); ++i) {
    RC_ASSERT(applied.rest[i].sign() * world.lines[i].amount.sign() >= 0);
    RC_ASSERT(applied.shares[i].sign() * world.lines[i].amount.sign() >= 0);
  }
}

RC_GTEST_PROP(CreditsProperty, TakingEverythingBackRestoresEveryCredit, ()) {
  World world = *worlds();
  world.earlier.clear();
  for (auto& credit : world.credits) {
    credit.expires_on.reset();
    credit.charges.clear();
  }
  for (auto& each : world.lines) {
    each.corrects = 0;
    if (each.amount.sign() < 0) each.amount = -each.amount;
  }
  const auto before = world.credits;
  const auto number = [](std::int64_t credit) { return static_cast<std::size_t>(credit - 1); };
  const auto first = applied_to(world.lines, world.credits);
  for (const auto& each : first.movements) {
    enter(each, world.credits.at(number(each.credit)));
    world.earlier.push_back({.credit = each.credit, .document = 9, .amount = each.amount});
  }
  for (auto& each : world.lines) {
    each.corrects = 9;
    each.amount = -each.amount;
  }
  for (auto& credit : world.credits) credit.documents_left = 0;  // or they would be drawn again
  const auto back = applied_to(world.lines, world.credits, world.earlier);
  for (const auto& each : back.movements) enter(each, world.credits.at(number(each.credit)));
  for (std::size_t i = 0; i < before.size(); ++i) {
    RC_ASSERT(world.credits[i].amount_left == before[i].amount_left);
  }
  RC_ASSERT(sum_of(back.shares) == -sum_of(first.shares));
}

RC_GTEST_PROP(CreditsProperty, TheOrderOfTheCreditsGivenDoesNotMatter, ()) {
  World world = *worlds();
  const auto before = movements(applied_to(world.lines, world.credits, world.earlier));
  std::ranges::reverse(world.credits);
  RC_ASSERT(movements(applied_to(world.lines, world.credits, world.earlier)) == before);
}

}  // namespace

}  // namespace reckoner::invoicing
