#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

#include "offers.hpp"

namespace reckoner::pricing {

namespace {

using domain::ChargeModel;
using domain::Rate;
using money::Decimal;

Decimal any_decimal(std::int64_t end, int scale) {
  return Decimal::from_parts(*rc::gen::inRange<std::int64_t>(0, end),
                             *rc::gen::inRange(0, scale + 1));
}

Decimal any_price() {
  return any_decimal(100'000, 6);
}
Decimal any_quantity() {
  return any_decimal(1'000'000'000, 3);
}

template <class Model>
Model any_tiers() {
  Model model;
  model.fee_at_zero = *rc::gen::arbitrary<bool>();
  Decimal bound = 0;
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    bound += any_decimal(100'000, 2) + 1;
    model.tiers.push_back({bound, any_price(), any_decimal(1'000, 2)});
  }
  model.tiers.push_back({std::nullopt, any_price(), any_decimal(1'000, 2)});
  return model;
}

domain::Blocks any_blocks() {
  domain::Blocks model;
  if (*rc::gen::arbitrary<bool>()) model.mode = domain::BlockMode::kTopTier;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    model.tiers.push_back(
        {any_decimal(1'000, 2) + 1, *rc::gen::inRange<std::int64_t>(1, 100), any_price()});
  }
  return model;
}

Rate any_rate() {
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return domain::Flat{any_price()};
    case 1:
      return domain::PerUnit{any_price()};
    case 2:
      return any_tiers<domain::Graduated>();
    case 3:
      return any_tiers<domain::Volume>();
    case 4:
      return any_tiers<domain::Stairstep>();
    case 5:
      return any_tiers<domain::GraduatedPercentage>();
    case 6:
      return domain::Package{any_decimal(1'000, 2) + 1, any_price()};
    case 7:
      return any_blocks();
    default:
      return domain::Dynamic{any_price()};
  }
}

std::optional<Decimal> perhaps(const Decimal& value) {
  return *rc::gen::arbitrary<bool>() ? std::optional(value) : std::nullopt;
}

ChargeModel any_model() {
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return domain::Percentage{any_decimal(1'000, 1),          any_decimal(100, 2),
                                perhaps(any_decimal(4, 0)),     perhaps(any_decimal(10'000, 0)),
                                perhaps(any_decimal(1'000, 2)), perhaps(any_decimal(100'000, 2))};
    case 1:
      return domain::Capacity{{{{any_quantity()}, any_price()}, {{std::nullopt}, any_price()}}};
    case 2:
      return domain::Matrix{{"region"}, {{{"eu"}, any_rate()}, {{std::nullopt}, any_rate()}}};
    case 3:
      return domain::Calendar{{{"a", {}, {}, {}, any_rate()}, {"b", {}, {}, {}, any_rate()}}};
    case 4:
      return domain::Windowed{domain::Window::kDay, any_rate()};
    default:
      return any_rate();
  }
}

Offer any_offer() {
  Offer offer(any_model(), perhaps(any_decimal(100'000, 1)));
  offer.terms().minimum = perhaps(any_decimal(10'000, 2));
  offer.terms().maximum = perhaps(any_decimal(10'000'000, 2) + 100);
  offer.charge.pass_through = *rc::gen::arbitrary<bool>();
  offer.metering.unit_size = *rc::gen::element<Decimal>(1, 1000, 1024);
  if (*rc::gen::arbitrary<bool>()) {
    offer.metering.allowance_on_change = domain::AllowanceOnChange::kWhole;
  }
  return offer;
}

/// Something measured for every model.
Measure any_measure() {
  Measure measure = of_quantity(any_quantity());
  measure.quantities = {any_quantity()};
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    measure.transactions.push_back(any_decimal(10'000'000, 2));
  }
  for (std::size_t i = 0; i < 2; ++i) {
    measure.groups.push_back({i, i == 0 ? "first" : "second", any_quantity()});
  }
  return measure;
}

/// More of everything.
Measure any_measure_after(Measure measure) {
  measure.quantity += any_quantity();
  measure.quantities.front() += any_quantity();
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    measure.transactions.push_back(any_decimal(10'000'000, 2));
  }
  for (Group& group : measure.groups) group.quantity += any_quantity();
  return measure;
}

Coverage any_coverage() {
  const auto whole = *rc::gen::inRange<std::int64_t>(1, 32);
  return {*rc::gen::inRange<std::int64_t>(0, whole + 1), whole};
}

EnvironmentShare any_environment() {
  return {*rc::gen::inRange<std::int64_t>(0, 201), any_decimal(1'000, 0)};
}

RC_GTEST_PROP(PricingProperty, TheStepsOfUsageSumToItsAmount, ()) {
  const Offer offer = any_offer();
  const Measure before = any_measure();
  const MeteredStretch stretches[] = {
      {&offer.charge.terms.front(), {}, before},
      {&offer.charge.terms.front(), before, any_measure_after(before)}};
  const Coverage coverage = any_coverage();
  const EnvironmentShare environment = any_environment();
  Trace trace;
  const Priced traced =
      price_metered(offer.charge, offer.metering, stretches, coverage, environment, &trace);
  RC_ASSERT(sum_of(trace) == traced.amount);
  const Priced plain =
      price_metered(offer.charge, offer.metering, stretches, coverage, environment);
  RC_ASSERT(plain.amount == traced.amount);
}

RC_GTEST_PROP(PricingProperty, TheStepsOfARecurringChargeSumToItsAmount, ()) {
  Offer offer(any_rate(), perhaps(any_decimal(10, 0)));
  offer.terms().minimum = perhaps(any_price());
  const RecurringStretch stretches[] = {{&offer.terms(), any_quantity(), any_coverage()},
                                        {&offer.terms(), any_quantity(), any_coverage()}};
  Trace trace;
  const Priced priced = price_recurring(offer.charge, stretches, any_environment(), &trace);
  RC_ASSERT(sum_of(trace) == priced.amount);
}

RC_GTEST_PROP(PricingProperty, APeriodCutIntoStretchesOfEqualTermsCostsTheSame, ()) {
  const Offer offer = any_offer();
  const domain::Terms* terms = &offer.charge.terms.front();
  const Measure first = any_measure();
  const Measure second = any_measure_after(first);
  const Measure third = any_measure_after(second);
  const MeteredStretch cut[] = {{terms, {}, first}, {terms, first, second}, {terms, second, third}};
  const MeteredStretch whole{terms, {}, third};
  const Coverage coverage = any_coverage();
  const EnvironmentShare environment = any_environment();
  const Priced a = price_metered(offer.charge, offer.metering, cut, coverage, environment);
  const Priced b = price_metered(offer.charge, offer.metering, {&whole, 1}, coverage, environment);
  RC_ASSERT(a.amount == b.amount);
  RC_ASSERT(a.used == b.used);
  RC_ASSERT(a.billable == b.billable);
}

RC_GTEST_PROP(PricingProperty, MoreUsageNeverCostsLessWhereTiersAddUp, ()) {
  const Rate rates[] = {any_tiers<domain::Graduated>(), any_tiers<domain::GraduatedPercentage>(),
                        domain::PerUnit{any_price()},
                        domain::Package{any_decimal(100, 1) + 1, any_price()}};
  const Decimal less = any_quantity();
  const Decimal more = less + any_quantity();
  for (const Rate& rate : rates) RC_ASSERT(price(rate, less) <= price(rate, more));
}

RC_GTEST_PROP(PricingProperty, AmountsKeepToMinimumAndMaximum, ()) {
  Offer offer = any_offer();
  offer.charge.pass_through = true;
  const Coverage coverage = any_coverage();
  const Priced priced = offer.metered(any_measure(), coverage);
  const domain::Terms& terms = offer.terms();
  if (terms.maximum) RC_ASSERT(priced.amount <= coverage.of(*terms.maximum));
  if (terms.minimum) RC_ASSERT(priced.amount >= coverage.of(*terms.minimum));
}

using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

Rational rational(const Decimal& value) {
  Integer power = 1;
  for (int i = 0; i < value.scale(); ++i) power *= 10;
  return Rational(Integer(value.coefficient()), power);
}
Rational rational(const money::Ratio& value) {
  return rational(value.numerator()) / rational(value.denominator());
}

/// The second implementation: tier by tier, with rationals without a limit.
Rational slow_graduated(const domain::Graduated& model, const Rational& quantity) {
  Rational amount = 0;
  Rational begin = 0;
  for (std::size_t i = 0; i < model.tiers.size(); ++i) {
    const domain::Tier& tier = model.tiers[i];
    const bool reached = i == 0 ? quantity > 0 || model.fee_at_zero : quantity > begin;
    if (reached) amount += rational(tier.fee);
    const Rational end = tier.up_to ? rational(*tier.up_to) : quantity;
    if (quantity > begin) amount += (std::min(end, quantity) - begin) * rational(tier.price);
    begin = end;
  }
  return amount;
}

RC_GTEST_PROP(PricingProperty, GraduatedUsageIsWhatASecondImplementationSays, ()) {
  const auto model = any_tiers<domain::Graduated>();
  Offer offer(Rate(model), any_decimal(100'000, 1));
  offer.metering.unit_size = 1024;
  const Decimal quantity = any_quantity();
  const Coverage coverage = any_coverage();
  const Rational free = rational(*offer.terms().allowance) * coverage.part / coverage.whole;
  const Rational over = rational(quantity) / 1024 - free;
  const Rational billable = over > 0 ? over : Rational(0);
  RC_ASSERT(rational(offer.metered(of_quantity(quantity), coverage).amount) ==
            slow_graduated(model, billable));
}

}  // namespace

}  // namespace reckoner::pricing
