#include "invoicing/discount.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace reckoner::invoicing {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const money::Currency kUsd = money::Currency::of("USD");

domain::StatementLine line(std::string charge, std::string_view amount,
                           std::optional<std::int64_t> subscription = 1,
                           std::string tax = "standard") {
  return {.key = domain::make_line_key(subscription, charge, "", domain::Side::kArrears),
          .subscription = subscription,
          .charge = charge,
          .description = charge,
          .starts_on = time::parse_date("2026-10-01"),
          .ends_on = time::parse_date("2026-11-01"),
          .quantity = 1,
          .unit = "",
          .amount = money::Money(money::Decimal::parse(amount), kUsd),
          .facts = "{}",
          .tax = std::move(tax)};
}

domain::Discount discount(std::int64_t number, std::string_view percentage,
                          std::vector<std::string> charges = {},
                          std::string_view from = "2026-01-01T00:00:00Z",
                          std::optional<std::string_view> until = std::nullopt) {
  return {number, money::Decimal::parse(percentage), time::parse_instant(from),
          until ? std::optional(time::parse_instant(*until)) : std::nullopt, std::move(charges)};
}

/// "key amount".
std::vector<std::string> off(const std::vector<domain::StatementLine>& lines,
                             const std::vector<domain::Discount>& discounts) {
  std::vector<std::string> texts;
  for (const auto& each : discount_lines(lines, discounts, time::Zone::utc(), kUsd,
                                         money::Rounding::kHalfAwayFromZero)) {
    texts.push_back(each.key + " " + each.amount.to_string());
  }
  return texts;
}

TEST(DiscountTest, TakesAPercentageOffTheLinesOfEachSubscription) {
  EXPECT_THAT(off({line("fee", "100.00"), line("fee", "10.00", 2), line("usage", "0.05"),
                   line("carbon", "3.00", std::nullopt)},
                  {discount(7, "10")}),
              ElementsAre("sub:1|discount-7||arrears -10.01", "sub:2|discount-7||arrears -1.00",
                          "customer|discount-7||arrears -0.30"));
}

TEST(DiscountTest, TheLineSaysWhatItCameFrom) {
  const std::vector<domain::StatementLine> lines{line("fee", "100.00")};
  const std::vector<domain::Discount> discounts{discount(1, "12.5")};
  const auto made =
      discount_lines(lines, discounts, time::Zone::utc(), kUsd, money::Rounding::kHalfAwayFromZero);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].facts, R"({"model":"percentage-discount","percentage":12.5,"base":"100.00"})");
  EXPECT_EQ(made[0].description, "Discount of 12.5 %");
  EXPECT_EQ(made[0].charge, "discount-1");
  EXPECT_EQ(made[0].quantity, money::Decimal::parse("12.5"));
  EXPECT_EQ(made[0].unit, "%");
}

TEST(DiscountTest, SeveralCompoundInTheirOrder) {
  EXPECT_THAT(off({line("fee", "100.00")}, {discount(1, "15"), discount(2, "20")}),
              ElementsAre("sub:1|discount-1||arrears -15.00", "sub:1|discount-2||arrears -17.00"));
}

TEST(DiscountTest, HoldsByDays) {
  const std::vector<domain::StatementLine> lines{line("fee", "31.00")};
  const auto held = [&](std::string_view from, std::optional<std::string_view> until) {
    return off(lines, {discount(1, "100", {}, from, until)});
  };
  EXPECT_THAT(held("2026-10-31T00:00:00Z", std::nullopt),
              ElementsAre("sub:1|discount-1||arrears -1.00"));
  EXPECT_THAT(held("2026-01-01T00:00:00Z", "2026-10-15T00:00:00Z"),
              ElementsAre("sub:1|discount-1||arrears -14.00"));
  EXPECT_THAT(held("2026-11-01T00:00:00Z", std::nullopt), IsEmpty());
  EXPECT_THAT(held("2026-01-01T00:00:00Z", "2026-10-01T00:00:00Z"), IsEmpty());
}

TEST(DiscountTest, EachTaxCategoryIsLoweredByItsOwn) {
  EXPECT_THAT(
      off({line("fee", "100.00"), line("books", "20.00", 1, "reduced")}, {discount(1, "10")}),
      ElementsAre("sub:1|discount-1||arrears -10.00",
                  "sub:1|discount-1|tax=reduced|arrears -2.00"));
}

TEST(DiscountTest, AScopeKeepsToItsChargesAndSeesWhatEarlierOnesLeft) {
  const std::vector<domain::StatementLine> lines{line("fee", "90.00"), line("usage", "10.00")};
  EXPECT_THAT(off(lines, {discount(1, "50", {"usage"})}),
              ElementsAre("sub:1|discount-1||arrears -5.00"));
  EXPECT_THAT(off(lines, {discount(1, "10"), discount(2, "50", {"usage"})}),
              ElementsAre("sub:1|discount-1||arrears -10.00", "sub:1|discount-2||arrears -4.50"));
  EXPECT_THAT(off(lines, {discount(1, "50", {"usage"}), discount(2, "10")}),
              ElementsAre("sub:1|discount-1||arrears -5.00", "sub:1|discount-2||arrears -9.50"));
  EXPECT_THAT(off(lines, {discount(1, "50", {"other"})}), IsEmpty());
}

TEST(DiscountTest, NothingIsTakenOffNothing) {
  EXPECT_THAT(off({line("fee", "0.00")}, {discount(1, "10")}), IsEmpty());
  EXPECT_THAT(off({line("fee", "-5.00")}, {discount(1, "10")}), IsEmpty());
  EXPECT_THAT(off({line("fee", "5.00")}, {discount(1, "100"), discount(2, "10")}),
              ElementsAre("sub:1|discount-1||arrears -5.00"));
}

TEST(DiscountTest, EndsAfterItsPeriods) {
  const time::CycleRule rule{.anchor_day = 31, .zone = time::Zone::named("Europe/Berlin")};
  const time::Instant first = time::parse_instant("2027-01-30T23:00:00Z");
  const auto end = [&](std::int64_t periods) {
    return time::to_string(end_of_periods(rule, first, periods));
  };
  EXPECT_EQ(end(1), "2027-01-30T23:00:00Z");
  EXPECT_EQ(end(2), "2027-02-27T23:00:00Z");
  EXPECT_EQ(end(3), "2027-03-30T22:00:00Z");
}

RC_GTEST_PROP(DiscountProperty, NeverTakesMoreThanThereIs, ()) {
  const auto amounts =
      *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 100000));
  const auto percentages = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 101));
  std::vector<domain::StatementLine> lines;
  money::Money sum(kUsd);
  for (const std::int64_t amount : amounts) {
    lines.push_back(line(amount % 2 == 0 ? "fee" : "usage", "0", amount % 3));
    lines.back().amount = money::Money(money::Decimal::from_parts(amount, 2), kUsd);
    sum += lines.back().amount;
  }
  std::vector<domain::Discount> discounts;
  for (const int percentage : percentages) {
    discounts.push_back(discount(
        std::ssize(discounts), std::to_string(percentage),
        percentage % 2 == 0 ? std::vector<std::string>{} : std::vector<std::string>{"usage"}));
  }
  for (const auto& each : discount_lines(lines, discounts, time::Zone::utc(), kUsd,
                                         money::Rounding::kHalfAwayFromZero)) {
    RC_ASSERT(each.amount.sign() <= 0);
    sum += each.amount;
  }
  RC_ASSERT(sum.sign() >= 0);
}

}  // namespace

}  // namespace reckoner::invoicing
