#include "pricing/price.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>

#include "base/error.hpp"

namespace reckoner::pricing {

namespace {

using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

money::Decimal decimal(std::string_view text) {
  return money::Decimal::parse(text);
}

/// The second implementation: rationals without a limit.
Rational rational(const money::Decimal& value) {
  Integer power = 1;
  for (int i = 0; i < value.scale(); ++i) power *= 10;
  return Rational(Integer(value.coefficient()), power);
}
Rational rational(const money::Ratio& value) {
  return rational(value.numerator()) / rational(value.denominator());
}

Rational slow_overage(const domain::Metering& metering, const money::Decimal& quantity,
                      const Coverage& coverage) {
  if (!metering.allowance) return 0;
  Rational allowance = rational(*metering.allowance);
  if (metering.allowance_on_change == domain::AllowanceOnChange::kProrated) {
    allowance *= Rational(coverage.days, coverage.period_days);
  }
  const Rational over = rational(quantity) / rational(metering.unit_size) - allowance;
  return over < 0 ? Rational(0) : over;
}

domain::Metering metering(std::optional<money::Decimal> allowance) {
  return {.meter = "bandwidth",
          .unit = "MB",
          .unit_size = 1'048'576,
          .allowance = allowance,
          .allowance_on_change = domain::AllowanceOnChange::kProrated};
}

std::string cents(const money::Ratio& exact) {
  return money::round_to_currency(exact, money::Currency::of("USD"),
                                  money::Rounding::kHalfAwayFromZero)
      .to_string();
}

TEST(PriceTest, AFeeIsProratedByTheDaysOfItsPeriod) {
  EXPECT_EQ(cents(price_flat(100, {5, 31})), "16.13");
  EXPECT_EQ(cents(price_flat(100, {21, 30})), "70.00");
  EXPECT_EQ(cents(price_flat(100, {28, 28})), "100.00");
  EXPECT_EQ(cents(price_flat(100, {0, 30})), "0.00");
  EXPECT_THROW(price_flat(100, {32, 31}), Bug);
}

TEST(PriceTest, OverageIsWhatIsAboveTheAllowance) {
  const Overage over = overage_of(metering(1536), money::Decimal(2000) * 1'048'576, {31, 31});
  EXPECT_EQ(over.used, money::Ratio(2000));
  EXPECT_EQ(over.over, money::Ratio(464));
  EXPECT_EQ(cents(price_per_unit({decimal("0.03")}, over.over)), "13.92");
  EXPECT_EQ(overage_of(metering(1536), 5, {31, 31}).over, money::Ratio(0));
}

TEST(PriceTest, AnAllowanceIsProratedExactlyOrStaysWhole) {
  domain::Metering part = metering(1000);
  EXPECT_EQ(overage_of(part, 0, {15, 31}).allowance, money::Ratio(15'000, 31));
  part.allowance_on_change = domain::AllowanceOnChange::kWhole;
  EXPECT_EQ(overage_of(part, 0, {15, 31}).allowance, money::Ratio(1000));
}

TEST(PriceTest, UnlimitedIsNeverOver) {
  const Overage over = overage_of(metering(std::nullopt), decimal("99999999999999999999"), {1, 31});
  EXPECT_FALSE(over.allowance.has_value());
  EXPECT_EQ(over.over, money::Ratio(0));
}

rc::Gen<money::Decimal> decimals() {
  return rc::gen::map(
      rc::gen::pair(rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000), rc::gen::inRange(0, 7)),
      [](const auto& drawn) { return money::Decimal::from_parts(drawn.first, drawn.second); });
}

rc::Gen<Coverage> coverages() {
  return rc::gen::mapcat(rc::gen::inRange<std::int64_t>(1, 62), [](std::int64_t period_days) {
    return rc::gen::map(rc::gen::inRange<std::int64_t>(0, period_days + 1), [=](std::int64_t days) {
      return Coverage{days, period_days};
    });
  });
}

RC_GTEST_PROP(PriceProperty, AFeeIsWhatRationalsSay, ()) {
  const auto fee = *decimals();
  const auto coverage = *coverages();
  RC_ASSERT(rational(price_flat(fee, coverage)) ==
            rational(fee) * Rational(coverage.days, coverage.period_days));
}

RC_GTEST_PROP(PriceProperty, TheShortestPartsOfAPeriodAddUpToTheWholeFee, ()) {
  const auto fee = *decimals();
  const auto period_days = *rc::gen::inRange<std::int64_t>(1, 62);
  money::Ratio sum{money::Decimal(0)};
  for (std::int64_t day = 0; day < period_days; ++day) {
    sum = sum + price_flat(fee, {1, period_days});
  }
  RC_ASSERT(sum == money::Ratio(fee));
}

RC_GTEST_PROP(PriceProperty, OverageAndItsPriceAreWhatRationalsSay, ()) {
  domain::Metering drawn{
      .meter = "m",
      .unit = "u",
      .unit_size = *rc::gen::element(money::Decimal(1), money::Decimal(1'048'576),
                                     money::Decimal(1000), decimal("0.5")),
      .allowance = std::nullopt,
      .allowance_on_change = *rc::gen::element(domain::AllowanceOnChange::kProrated,
                                               domain::AllowanceOnChange::kWhole)};
  if (*rc::gen::inRange(0, 5) > 0) drawn.allowance = *decimals();
  const auto quantity = *decimals();
  const auto coverage = *coverages();
  const domain::PerUnit price{*decimals()};
  const Overage over = overage_of(drawn, quantity, coverage);
  RC_ASSERT(rational(over.over) == slow_overage(drawn, quantity, coverage));
  RC_ASSERT(rational(price_per_unit(price, over.over)) ==
            slow_overage(drawn, quantity, coverage) * rational(price.price));
}

}  // namespace

}  // namespace reckoner::pricing
