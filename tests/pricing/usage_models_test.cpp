#include <gmock/gmock.h>

#include "offers.hpp"
#include "pricing/models.hpp"

namespace reckoner::pricing {

namespace {

using domain::PerUnit;
using domain::Rate;
using money::Decimal;
using testing::ElementsAre;

money::Ratio percentage_of(const domain::Percentage& model, std::vector<Decimal> transactions) {
  Trace trace;
  const Priced priced =
      Offer(model).metered(of_transactions(std::move(transactions)), {1, 1}, {}, &trace);
  EXPECT_EQ(sum_of(trace), priced.amount);
  return priced.amount;
}

TEST(PercentageTest, IsAShareAndAFixedPartOfEachTransaction) {
  const domain::Percentage model{decimal("1.5"), decimal("0.25"), {}, {}, {}, {}};
  EXPECT_EQ(percentage_of(model, {}), ratio("0"));
  EXPECT_EQ(percentage_of(model, {0}), ratio("0.25"));
  EXPECT_EQ(percentage_of(model, {100, 200}), ratio("5"));
}

TEST(PercentageTest, ATransactionIsFreeWhileCountAndAmountBothLast) {
  domain::Percentage model{1, 5, Decimal(2), Decimal(100), {}, {}};
  EXPECT_EQ(percentage_of(model, {40, 40}), ratio("0"));
  EXPECT_EQ(percentage_of(model, {40, 40, 40}), ratio("5.4"));  // the count is used up
  EXPECT_EQ(percentage_of(model, {70, 40}), ratio("5.1"));      // 10 are over the free amount
  EXPECT_EQ(percentage_of(model, {100, 40}), ratio("5.4"));     // it is used up exactly
  EXPECT_EQ(percentage_of(model, {130, 40}), ratio("10.7"));    // by the first already
  model.free_count.reset();
  EXPECT_EQ(percentage_of(model, {30, 30, 30, 30}), ratio("5.2"));
  model = {1, 5, Decimal(1), {}, {}, {}};
  EXPECT_EQ(percentage_of(model, {1'000'000, 10}), ratio("5.1"));
}

TEST(PercentageTest, MinimumAndMaximumOfATransactionComeAfterTheFixedPart) {
  const domain::Percentage model{1, 1, {}, Decimal(50), decimal("1.75"), Decimal(12)};
  EXPECT_EQ(percentage_of(model, {50}), ratio("0"));  // free: no minimum
  EXPECT_EQ(percentage_of(model, {60}), ratio("1.75"));
  EXPECT_EQ(percentage_of(model, {50, 100, 2000}), ratio("14"));
}

TEST(PercentageTest, TellsWhatWasUsedAndCharged) {
  const domain::Percentage model{1, 0, {}, Decimal(50), {}, {}};
  Offer offer(model);
  offer.metering.unit_size = 100;  // events in cents
  const Priced priced = offer.metered(of_transactions({4000, 3000}));
  EXPECT_EQ(priced.used, ratio("70"));
  EXPECT_EQ(priced.billable, ratio("20"));
  EXPECT_EQ(priced.amount, ratio("0.2"));
}

TEST(PercentageTest, StepsSumUpTheTransactions) {
  const domain::Percentage model{1, 1, {}, {}, decimal("1.75"), Decimal(12)};
  Trace trace;
  Offer(model).metered(of_transactions({10, 100, 5000}), {1, 1}, {}, &trace);
  EXPECT_THAT(labels_of(trace), ElementsAre("share of the amounts", "for each transaction",
                                            "up to the minimum of a transaction",
                                            "down to the maximum of a transaction"));
}

domain::Capacity storage_and_seats() {
  return {{{{Decimal(10), Decimal(100)}, 1},
           {{Decimal(50), std::nullopt}, 10},
           {{Decimal(75), Decimal(750)}, 100}}};
}

TEST(CapacityTest, IsTheFirstTierWhoseEveryLimitHolds) {
  const auto amount = [](std::string_view storage, std::string_view seats) {
    Measure measure;
    measure.quantities = {decimal(storage), decimal(seats)};
    return Offer(storage_and_seats()).metered(measure).amount;
  };
  EXPECT_EQ(amount("0", "0"), ratio("1"));
  EXPECT_EQ(amount("10", "100"), ratio("1"));
  EXPECT_EQ(amount("10", "100.5"), ratio("10"));
  EXPECT_EQ(amount("10.5", "1000000"), ratio("10"));
  EXPECT_EQ(amount("51", "750"), ratio("100"));
  EXPECT_EQ(refusal([&] { amount("51", "750.5"); }), "no capacity holds 51, 750.5: by agreement");
  EXPECT_THROW(Offer(storage_and_seats()).metered({}), Bug);
}

domain::Matrix by_region() {
  return {{"region"},
          {{{"eu"}, PerUnit{2}}, {{"us"}, PerUnit{3}}, {{"asia"}, domain::Package{10, 7}}}};
}

TEST(MatrixTest, EachCombinationHasItsRate) {
  Trace trace;
  const Priced priced =
      Offer(by_region())
          .metered(of_groups({{0, "region eu", 10}, {2, "region asia", 11}}), {1, 1}, {}, &trace);
  EXPECT_EQ(priced.used, ratio("21"));
  EXPECT_EQ(priced.amount, ratio("34"));
  EXPECT_EQ(sum_of(trace), priced.amount);
  EXPECT_THAT(labels_of(trace), ElementsAre("region eu: per unit", "region asia: package of 10"));
}

TEST(MatrixTest, TheAllowanceGoesToTheFirstRows) {
  const Offer offer(by_region(), 15);
  EXPECT_EQ(offer.metered(of_groups({{1, "region us", 10}, {0, "region eu", 10}})).amount,
            ratio("15"));  // 10 of eu and 5 of us are free
  EXPECT_EQ(offer.metered(of_groups({{0, "b", 10}, {0, "a", 10}})).billable, ratio("5"));
  EXPECT_EQ(Offer(by_region(), std::nullopt).metered(of_groups({{1, "us", 9}})).amount, ratio("0"));
}

TEST(MatrixTest, ACombinationWithoutARowHasNoPrice) {
  const std::vector<Group> groups{{0, "region eu", 10}, {kNoRow, "region mars", 1}};
  EXPECT_EQ(refusal([&] { Offer(by_region()).metered(of_groups(groups)); }),
            "no row has a price for region mars");
  EXPECT_EQ(Offer(by_region()).metered(of_groups({{kNoRow, "region mars", 0}})).amount, ratio("0"));
  EXPECT_EQ(Offer(by_region(), 1).metered(of_groups({{kNoRow, "region mars", 1}})).amount,
            ratio("0"));
}

TEST(CalendarTest, EachBandHasItsRate) {
  const domain::Calendar calendar{
      {{"night", {}, {}, {}, PerUnit{1}}, {"day", {}, {}, {}, PerUnit{4}}}};
  const Offer offer(calendar, 5);
  EXPECT_EQ(offer.metered(of_groups({{0, "night", 7}, {1, "day", 2}})).amount, ratio("10"));
  EXPECT_THROW(offer.metered(of_groups({{2, "noon", 7}})), Bug);
}

TEST(WindowedTest, EachWindowIsRatedByItself) {
  const domain::Windowed hourly{domain::Window::kHour, domain::Package{10, 1}};
  EXPECT_EQ(Offer(hourly).metered(of_groups({{0, "01:00", 9}, {1, "02:00", 11}})).amount,
            ratio("3"));
  EXPECT_EQ(Offer(hourly, 9).metered(of_groups({{1, "02:00", 11}, {0, "01:00", 9}})).amount,
            ratio("2"));
  EXPECT_EQ(Offer(hourly).metered({}).amount, ratio("0"));
}

TEST(ModelsTest, EveryModelHasANameAndALine) {
  std::vector<std::string_view> names;
  for (const ModelInfo& model : models()) {
    names.push_back(model.name);
    EXPECT_FALSE(model.summary.empty());
  }
  EXPECT_THAT(names, ElementsAre("flat", "per-unit", "graduated", "volume", "stairstep",
                                 "graduated-percentage", "package", "blocks", "dynamic",
                                 "percentage", "capacity", "matrix", "calendar", "windows"));
  EXPECT_EQ(model_of(Rate(domain::Dynamic{})).name, "dynamic");
  EXPECT_EQ(model_of(domain::ChargeModel(Rate(domain::Volume{}))).name, "volume");
  EXPECT_EQ(model_of(domain::ChargeModel(domain::Percentage{})).name, "percentage");
  EXPECT_EQ(model_of(domain::ChargeModel(domain::Windowed{})).name, "windows");
}

}  // namespace

}  // namespace reckoner::pricing
