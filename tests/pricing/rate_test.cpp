#include "pricing/rate.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "offers.hpp"

namespace reckoner::pricing {

namespace {

using domain::BlockMode;
using domain::Graduated;
using domain::Rate;
using domain::Volume;
using money::Decimal;
using testing::ElementsAre;

struct Row {
  std::string_view quantity;
  std::string_view amount;
};

void expect_prices(const Rate& rate, const std::vector<Row>& rows) {
  for (const auto& [quantity, amount] : rows) {
    Trace trace;
    EXPECT_EQ(price(rate, decimal(quantity), &trace), decimal(amount)) << quantity;
    EXPECT_EQ(sum_of(trace), decimal(amount)) << quantity;
  }
}

std::vector<domain::Tier> three_tiers() {
  return {{10, 2, 5}, {20, decimal("1.5"), 3}, {std::nullopt, 1, 0}};
}

TEST(RateTest, FlatIsItsAmountWhateverTheQuantity) {
  expect_prices(domain::Flat{decimal("9.90")}, {{"0", "9.9"}, {"1", "9.9"}, {"1e15", "9.9"}});
}

TEST(RateTest, AFeeLeftToARuleHasNoPrice) {
  EXPECT_EQ(refusal([] { price(domain::Flat{}, Decimal(1)); }),
            "the fee is left to a rule, and no rule has set one");
}

TEST(RateTest, PerUnitIsExact) {
  expect_prices(domain::PerUnit{decimal("0.000123")},
                {{"0", "0"}, {"1", "0.000123"}, {"7.5", "0.0009225"}, {"1e12", "123000000"}});
  EXPECT_EQ(price(domain::PerUnit{decimal("0.03")}, ratio("15000", "31")), ratio("450", "31"));
}

TEST(RateTest, GraduatedAddsUpTiersAndTheirFees) {
  expect_prices(tiers<Graduated>(three_tiers()), {{"0", "5"},
                                                  {"0.5", "6"},
                                                  {"10", "25"},
                                                  {"10.5", "28.75"},
                                                  {"20", "43"},
                                                  {"20.001", "43.001"},
                                                  {"1e12", "1000000000023"}});
}

TEST(RateTest, TheFeeOfTheFirstTierMayWaitForTheFirstUnit) {
  expect_prices(tiers<Graduated>(three_tiers(), false), {{"0", "0"}, {"0.001", "5.002"}});
  expect_prices(tiers<Volume>(three_tiers(), false), {{"0", "0"}, {"0.001", "5.002"}});
  expect_prices(tiers<domain::Stairstep>({{10, 0, 50}}, false), {{"0", "0"}, {"0.001", "50"}});
}

TEST(RateTest, VolumePricesAllUnitsAtTheTierReached) {
  expect_prices(tiers<Volume>(three_tiers()), {{"0", "5"},
                                               {"10", "25"},
                                               {"10.5", "18.75"},
                                               {"20", "33"},
                                               {"20.5", "20.5"},
                                               {"1e12", "1000000000000"}});
}

TEST(RateTest, StairstepIsTheFeeOfTheStepReached) {
  expect_prices(tiers<domain::Stairstep>({{10, 0, 50}, {20, 0, 100}, {std::nullopt, 0, 150}}),
                {{"0", "50"}, {"10", "50"}, {"10.01", "100"}, {"20", "100"}, {"1e9", "150"}});
}

TEST(RateTest, GraduatedPercentageIsAShareOfTheAmountInEachTier) {
  expect_prices(
      tiers<domain::GraduatedPercentage>({{100, 5, 1}, {std::nullopt, decimal("2.5"), 10}}),
      {{"0", "1"}, {"100", "6"}, {"100.01", "16.00025"}, {"1100", "41"}});
}

TEST(RateTest, WhatIsAboveTheLastBoundIsByAgreement) {
  const std::vector<domain::Tier> closed{{100, 1, 0}, {10'000, decimal("0.5"), 0}};
  const Rate rates[] = {tiers<Graduated>(closed), tiers<Volume>(closed),
                        tiers<domain::Stairstep>(closed),
                        tiers<domain::GraduatedPercentage>(closed)};
  for (const Rate& rate : rates) {
    EXPECT_NO_THROW(price(rate, Decimal(10'000)));
    EXPECT_EQ(refusal([&] { price(rate, decimal("10000.01")); }),
              "no price above 10000: by agreement");
  }
}

TEST(RateTest, APackageThatIsNotFullIsCharged) {
  expect_prices(domain::Package{100, 5}, {{"0", "0"},
                                          {"0.01", "5"},
                                          {"100", "5"},
                                          {"100.5", "10"},
                                          {"200", "10"},
                                          {"1e14", "5000000000000"}});
}

TEST(RateTest, APackageThatIsNotFullMayBeFree) {
  expect_prices(domain::Package{100, 5, domain::PartialPackage::kFree},
                {{"0", "0"}, {"99.9", "0"}, {"100", "5"}, {"250", "10"}});
}

domain::Blocks blocks(BlockMode mode) {
  return {mode, {{10, Decimal(2), 3}, {100, Decimal(5), 20}, {1'000, Decimal(1), 150}}};
}

TEST(RateTest, BlocksFillTierByTier) {
  expect_prices(blocks(BlockMode::kAllTiers), {{"0", "0"},
                                               {"1", "3"},
                                               {"20", "6"},
                                               {"20.5", "26"},
                                               {"520", "106"},
                                               {"521", "256"},
                                               {"1520", "256"}});
}

TEST(RateTest, BlocksOfTheTopTierPriceEverything) {
  expect_prices(blocks(BlockMode::kTopTier),
                {{"0", "0"}, {"20", "6"}, {"21", "20"}, {"520", "120"}, {"521", "150"}});
}

TEST(RateTest, BeyondTheLastBlocksTheirPriceGoesOn) {
  expect_prices(blocks(BlockMode::kAllTiers), {{"1521", "406"}, {"10520", "1606"}});
  expect_prices(blocks(BlockMode::kTopTier), {{"1521", "300"}, {"10000", "1500"}});
}

TEST(RateTest, DynamicIsTheAmountTimesTheMultiplier) {
  expect_prices(domain::Dynamic{decimal("1.2")}, {{"0", "0"}, {"10.25", "12.3"}});
  expect_prices(domain::Dynamic{}, {{"10.25", "10.25"}});
}

TEST(RateTest, NothingIsPricedBelowZero) {
  EXPECT_EQ(refusal([] { price(domain::PerUnit{1}, decimal("-0.5")); }),
            "a quantity below zero has no price: -0.5");
}

TEST(RateTest, StepsNameWhatTheyAre) {
  const auto labels = [](const Rate& rate, std::string_view quantity) {
    Trace trace;
    price(rate, decimal(quantity), &trace);
    return labels_of(trace);
  };
  EXPECT_THAT(labels(tiers<Graduated>(three_tiers()), "25"),
              ElementsAre("tier up to 10", "fee of tier up to 10", "tier up to 20",
                          "fee of tier up to 20", "tier above 20"));
  EXPECT_THAT(labels(tiers<Volume>(three_tiers()), "15"),
              ElementsAre("all units, tier up to 20", "fee of tier up to 20"));
  EXPECT_THAT(labels(tiers<Volume>({{std::nullopt, 1, 0}}), "15"),
              ElementsAre("all units, tier above 0"));
  EXPECT_THAT(labels(domain::Package{100, 5}, "150"), ElementsAre("package of 100"));
  EXPECT_THAT(labels(blocks(BlockMode::kAllTiers), "50"),
              ElementsAre("tier 1: block of 10", "tier 2: block of 100"));
  EXPECT_THAT(labels(domain::PerUnit{1}, "1"), ElementsAre("per unit"));
  EXPECT_THAT(labels(domain::Flat{Decimal(1)}, "1"), ElementsAre("fee"));
  EXPECT_THAT(labels(domain::Dynamic{}, "1"), ElementsAre("amount of the events"));
}

}  // namespace

}  // namespace reckoner::pricing
