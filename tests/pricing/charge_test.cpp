#include "pricing/charge.hpp"

#include <gmock/gmock.h>

#include "offers.hpp"
#include "pricing/commitment.hpp"
#include "pricing/units.hpp"

namespace reckoner::pricing {

namespace {

using domain::PerUnit;
using domain::Rate;
using money::Decimal;
using testing::ElementsAre;

Offer per_unit(std::string_view price, std::optional<Decimal> allowance = 0) {
  return Offer(Rate(PerUnit{decimal(price)}), allowance);
}

TEST(MeteredTest, UnitsAreConvertedThenRoundedThenFree) {
  Offer offer = per_unit("10", decimal("0.5"));
  offer.metering.unit_size = 1000;
  offer.metering.unit_rounding = domain::UnitRounding::kUp;
  const Priced priced = offer.metered(of_quantity(1400));
  EXPECT_EQ(priced.used, ratio("2"));
  EXPECT_EQ(priced.allowance, ratio("0.5"));
  EXPECT_EQ(priced.billable, ratio("1.5"));
  EXPECT_EQ(priced.amount, ratio("15"));
}

TEST(MeteredTest, UnitsStayExactUnlessRounded) {
  domain::OfMeters metering;
  metering.unit_size = 1'048'576;
  EXPECT_EQ(in_units(metering, 1), ratio("1", "1048576"));
  metering.unit_rounding = domain::UnitRounding::kDown;
  EXPECT_EQ(in_units(metering, 2'000'000), ratio("1"));
  metering.unit_rounding = domain::UnitRounding::kUp;
  EXPECT_EQ(in_units(metering, 1'048'576), ratio("1"));
  EXPECT_EQ(in_units(metering, 1'048'577), ratio("2"));
}

TEST(MeteredTest, TheAllowanceIsProratedExactlyOrStaysWhole) {
  Offer offer = per_unit("0.03", 1000);
  EXPECT_EQ(offer.metered(of_quantity(1000), {15, 31}).allowance, ratio("15000", "31"));
  EXPECT_EQ(offer.metered(of_quantity(1000), {15, 31}).amount, ratio("480", "31"));
  offer.metering.allowance_on_change = domain::AllowanceOnChange::kWhole;
  EXPECT_EQ(offer.metered(of_quantity(1000), {15, 31}).allowance, ratio("1000"));
  EXPECT_EQ(offer.metered(of_quantity(1000), {15, 31}).amount, ratio("0"));
}

TEST(MeteredTest, UnlimitedHasNothingBillable) {
  const Priced priced = per_unit("0.03", std::nullopt).metered(of_quantity(1'000'000'000));
  EXPECT_EQ(priced.used, ratio("1000000000"));
  EXPECT_FALSE(priced.allowance);
  EXPECT_EQ(priced.billable, ratio("0"));
  EXPECT_EQ(priced.amount, ratio("0"));
}

TEST(MeteredTest, UsageBelowZeroIsNothingBillable) {
  EXPECT_EQ(per_unit("2").metered(of_quantity(-5)).amount, ratio("0"));
}

TEST(MeteredTest, TheTierIsThatOfTheBillableUnits) {
  const Offer offer(Rate(tiers<domain::Volume>({{15, 10, 0}, {std::nullopt, 5, 0}})), 5);
  EXPECT_EQ(offer.metered(of_quantity(20)).amount, ratio("150"));
  EXPECT_EQ(offer.metered(of_quantity(21)).amount, ratio("80"));
}

TEST(MeteredTest, MinimumAndMaximumGoByThePartCovered) {
  Offer offer = per_unit("1");
  offer.terms().minimum = 31;
  offer.terms().maximum = 62;
  EXPECT_EQ(offer.metered(of_quantity(1)).amount, ratio("31"));
  EXPECT_EQ(offer.metered(of_quantity(40)).amount, ratio("40"));
  EXPECT_EQ(offer.metered(of_quantity(63)).amount, ratio("62"));
  EXPECT_EQ(offer.metered(of_quantity(1), {10, 31}).amount, ratio("10"));
  EXPECT_EQ(offer.metered(of_quantity(63), {10, 31}).amount, ratio("20"));
}

TEST(MeteredTest, TheEnvironmentComesLast) {
  Offer offer = per_unit("1", 100);
  offer.terms().minimum = 50;
  const EnvironmentShare staging{.percent = decimal("12.5"), .free_units = 10};
  Trace trace;
  const Priced priced = offer.metered(of_quantity(120), {1, 1}, staging, &trace);
  EXPECT_EQ(priced.allowance, ratio("110"));
  EXPECT_EQ(priced.billable, ratio("10"));
  EXPECT_EQ(priced.amount, ratio("6.25"));
  EXPECT_THAT(labels_of(trace), ElementsAre("per unit", "up to the minimum", "environment"));
  EXPECT_EQ(sum_of(trace), priced.amount);
  EXPECT_EQ(offer.metered(of_quantity(120), {10, 20}, staging).billable, ratio("65"));
}

TEST(MeteredTest, WhatIsPassedThroughHasNoEnvironmentFactor) {
  Offer offer = per_unit("1");
  offer.charge.pass_through = true;
  EXPECT_EQ(offer.metered(of_quantity(8), {1, 1}, {.percent = 50, .free_units = 0}).amount,
            ratio("8"));
}

TEST(MeteredTest, NewTermsGoOnWhereTheOldOnesStopped) {
  const std::vector<domain::Terms> terms{per_unit("0.03", 10).terms(),
                                         per_unit("0.05", 10).terms()};
  const Offer offer = per_unit("0");
  const MeteredStretch stretches[] = {{&terms[0], {}, of_quantity(110)},
                                      {&terms[1], of_quantity(110), of_quantity(111)}};
  Trace trace;
  const Priced priced = price_metered(offer.charge, offer.metering, stretches, {1, 1}, {}, &trace);
  EXPECT_EQ(priced.amount, ratio("3.05"));
  EXPECT_EQ(priced.used, ratio("111"));
  EXPECT_EQ(priced.billable, ratio("101"));
  EXPECT_EQ(sum_of(trace), priced.amount);
  EXPECT_THAT(labels_of(trace), ElementsAre("per unit", "per unit", "before: per unit"));
}

TEST(MeteredTest, NewTiersBeginAtTheUnitsAlreadyUsed) {
  const auto graduated = [](int above) {
    return Offer(Rate(tiers<domain::Graduated>({{100, 2, 7}, {std::nullopt, above, 0}}))).terms();
  };
  const std::vector<domain::Terms> terms{graduated(1), graduated(10)};
  const Offer offer = per_unit("0");
  const MeteredStretch stretches[] = {{&terms[0], {}, of_quantity(90)},
                                      {&terms[1], of_quantity(90), of_quantity(103)}};
  EXPECT_EQ(price_metered(offer.charge, offer.metering, stretches, {1, 1}, {}).amount,
            ratio("237"));  // 7 + 90 × 2, then 10 × 2 + 3 × 10
}

TEST(MeteredTest, MinimumAndMaximumAreThoseOfTheLastTerms) {
  std::vector<domain::Terms> terms{per_unit("1").terms(), per_unit("1").terms()};
  terms[0].minimum = 1000;
  terms[1].minimum = 20;
  const Offer offer = per_unit("0");
  const MeteredStretch stretches[] = {{&terms[0], {}, of_quantity(1)},
                                      {&terms[1], of_quantity(1), of_quantity(2)}};
  EXPECT_EQ(price_metered(offer.charge, offer.metering, stretches, {1, 1}, {}).amount, ratio("20"));
}

TEST(MeteredTest, WithoutAStretchThereIsABug) {
  const Offer offer = per_unit("1");
  EXPECT_THROW(price_metered(offer.charge, offer.metering, {}, {1, 1}, {}), Bug);
  EXPECT_THROW(price_recurring(offer.charge, {}, {}), Bug);
  EXPECT_THROW(offer.metered(of_quantity(1), {32, 31}), Bug);
}

TEST(RecurringTest, AFeeIsThatOfThePartCovered) {
  const Offer offer(Rate(domain::Flat{Decimal(100)}));
  EXPECT_EQ(offer.recurring(1, {5, 31}).amount, ratio("500", "31"));
  EXPECT_EQ(offer.recurring(1, {21, 30}).amount, ratio("70"));
  EXPECT_EQ(offer.recurring(1, {28, 28}).amount, ratio("100"));
  EXPECT_EQ(offer.recurring(1, {0, 30}).amount, ratio("0"));
  EXPECT_EQ(refusal([] { Offer(Rate(domain::Flat{})).recurring(1); }),
            "the fee is left to a rule, and no rule has set one");
}

TEST(RecurringTest, SeatsThatChangeCountEachForTheirDays) {
  const Offer offer = per_unit("31");
  const domain::Terms& terms = offer.charge.terms.front();
  const RecurringStretch stretches[] = {{&terms, 5, {10, 31}}, {&terms, 7, {21, 31}}};
  Trace trace;
  const Priced priced = price_recurring(offer.charge, stretches, {}, &trace);
  EXPECT_EQ(priced.amount, ratio("197"));
  EXPECT_EQ(priced.used, ratio("7"));
  EXPECT_EQ(sum_of(trace), priced.amount);
}

TEST(RecurringTest, AllowanceAndFreeUnitsComeOffTheQuantity) {
  const EnvironmentShare staging{.percent = 50, .free_units = 1};
  const Priced priced = per_unit("10", 2).recurring(7, {15, 30}, staging);
  EXPECT_EQ(priced.allowance, ratio("3"));
  EXPECT_EQ(priced.billable, ratio("4"));
  EXPECT_EQ(priced.amount, ratio("10"));
  EXPECT_EQ(per_unit("10", 2).recurring(1).amount, ratio("0"));
  EXPECT_EQ(per_unit("10", std::nullopt).recurring(99).amount, ratio("0"));
}

TEST(RecurringTest, MinimumAndMaximumGoByTheSumOfTheParts) {
  Offer offer = per_unit("1");
  offer.terms().minimum = 30;
  offer.terms().maximum = 60;
  const RecurringStretch low[] = {{&offer.terms(), 1, {5, 30}}, {&offer.terms(), 2, {10, 30}}};
  EXPECT_EQ(price_recurring(offer.charge, low, {}).amount, ratio("15"));
  const RecurringStretch high[] = {{&offer.terms(), 90, {5, 30}}, {&offer.terms(), 99, {10, 30}}};
  EXPECT_EQ(price_recurring(offer.charge, high, {}).amount, ratio("30"));
}

TEST(RecurringTest, OnlyARatePricesIt) {
  EXPECT_EQ(refusal([] { Offer(domain::Capacity{}).recurring(1); }),
            "only a rate prices a recurring charge");
}

TEST(CommitmentTest, TopUpAndCutAreNeverBelowZero) {
  EXPECT_EQ(minimum_top_up(ratio("7"), ratio("10")), ratio("3"));
  EXPECT_EQ(minimum_top_up(ratio("10"), ratio("10")), ratio("0"));
  EXPECT_EQ(minimum_top_up(ratio("11"), ratio("10")), ratio("0"));
  EXPECT_EQ(minimum_top_up(ratio("8"), Coverage{25, 28}.of(Decimal(10))), ratio("26", "28"));
  EXPECT_EQ(maximum_cut(ratio("11"), ratio("10")), ratio("1"));
  EXPECT_EQ(maximum_cut(ratio("9"), ratio("10")), ratio("0"));
}

}  // namespace

}  // namespace reckoner::pricing
