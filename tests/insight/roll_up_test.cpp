#include "insight/roll_up.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <tuple>

namespace reckoner::insight {

namespace {

using money::Money;

Money usd(std::int64_t cents) {
  return {money::Decimal(cents) * money::Decimal::parse("0.01"), money::Currency::of("USD")};
}

RollUpCost cost(std::size_t node, std::int64_t billed, std::int64_t shown = 0) {
  return {.node = node,
          .month = "2026-10",
          .charge = "fee",
          .billed = usd(billed),
          .shown = usd(shown)};
}

TEST(RollUp, ANodeHasItsOwnAndWhatIsBelow) {
  const std::vector<RollUpNode> nodes{
      {"group", std::nullopt}, {"east", 0}, {"shop", 1}, {"west", 0}};
  const std::vector<RollUpCost> costs{cost(2, 500, 100), cost(1, 250), cost(3, 0, 75), cost(2, 1)};
  const auto rolled = roll_up(nodes, costs);
  ASSERT_EQ(rolled.size(), 4U);
  EXPECT_EQ(rolled[0].own.billed, usd(0));
  EXPECT_EQ(rolled[0].billed_with_below, usd(751));
  EXPECT_EQ(rolled[0].shown_with_below, usd(175));
  EXPECT_EQ(rolled[1].own.billed, usd(250));
  EXPECT_EQ(rolled[1].billed_with_below, usd(751));
  EXPECT_EQ(rolled[2].own.billed, usd(501));
  EXPECT_EQ(rolled[3].shown_with_below, usd(75));
}

TEST(RollUp, MonthsChargesAndCurrenciesAreApart) {
  const std::vector<RollUpNode> nodes{{"a", std::nullopt}};
  RollUpCost other = cost(0, 5);
  other.billed = Money(money::Decimal(7), money::Currency::of("EUR"));
  other.shown = Money(money::Currency::of("EUR"));
  RollUpCost later = cost(0, 9);
  later.month = "2026-11";
  const auto rolled = roll_up(nodes, std::vector{cost(0, 5), other, later});
  ASSERT_EQ(rolled.size(), 3U);
  EXPECT_EQ(rolled[0].own.billed.currency().code(), "EUR");
  EXPECT_EQ(rolled[1].billed_with_below, usd(5));
  EXPECT_EQ(rolled[2].own.month, "2026-11");
}

// A node's sums, added the other way round: for every node, over every cost of whoever is at or
// below it.
RC_GTEST_PROP(RollUp, SumsAreThoseOfEverybodyBelow, ()) {
  const auto size = *rc::gen::inRange<std::size_t>(1, 12);
  std::vector<RollUpNode> nodes;
  for (std::size_t i = 0; i < size; ++i) {
    const bool root = i == 0 || *rc::gen::inRange(0, 4) == 0;
    nodes.push_back({std::to_string(i),
                     root ? std::nullopt : std::optional(*rc::gen::inRange<std::size_t>(0, i))});
  }
  std::vector<RollUpCost> costs;
  const auto count = *rc::gen::inRange(0, 30);
  for (int i = 0; i < count; ++i) {
    costs.push_back(cost(*rc::gen::inRange<std::size_t>(0, size),
                         *rc::gen::inRange<std::int64_t>(-5000, 5000),
                         *rc::gen::inRange<std::int64_t>(-5000, 5000)));
    costs.back().charge = *rc::gen::element<std::string>("fee", "usage");
  }
  const auto is_below = [&](std::size_t node, std::size_t above) {
    for (std::optional<std::size_t> at = node; at; at = nodes[*at].parent) {
      if (*at == above) return true;
    }
    return false;
  };
  for (const RolledUp& rolled : roll_up(nodes, costs)) {
    Money billed = usd(0);
    Money shown = usd(0);
    for (const RollUpCost& one : costs) {
      if (one.charge != rolled.own.charge || !is_below(one.node, rolled.own.node)) continue;
      billed += one.billed;
      shown += one.shown;
    }
    RC_ASSERT(rolled.billed_with_below == billed);
    RC_ASSERT(rolled.shown_with_below == shown);
  }
}

}  // namespace

}  // namespace reckoner::insight
