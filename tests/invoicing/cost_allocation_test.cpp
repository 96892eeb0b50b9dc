// A pool divided over customers and trees of cost centres: what a person works out, and properties
// against a second arithmetic.

#include "invoicing/cost_allocation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.hpp"
#include "invoicing/cost_facts.hpp"
#include "invoicing/proofs.hpp"

namespace reckoner::invoicing {

namespace {

using money::Decimal;
using money::Money;
using testing::ElementsAre;

const money::Currency kEuro = money::Currency::of("EUR");

Money euro(std::string_view amount) {
  return {Decimal::parse(amount), kEuro};
}

std::vector<Decimal> decimals(const std::vector<std::string>& texts) {
  std::vector<Decimal> numbers;
  for (const std::string& text : texts) numbers.push_back(Decimal::parse(text));
  return numbers;
}

CostPart customer(std::string name, const std::vector<std::string>& usage) {
  return {.name = std::move(name), .usage = decimals(usage)};
}

CostPart percent(std::string name, std::string_view percent, std::vector<CostPart> parts = {}) {
  return {.name = std::move(name), .percent = Decimal::parse(percent), .parts = std::move(parts)};
}

/// "a 6116.67", with the cost centres above: "search/a 10.00".
std::vector<std::string> shares(const Money& pool, const std::vector<CostPart>& parts,
                                const CostRule& rule) {
  const std::vector<CostPath> paths = cost_paths(parts, rule);
  const auto divided = divide_cost(pool, paths);
  std::vector<std::string> told;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::string name;
    for (const CostDivision& division : paths[i]) {
      name += (name.empty() ? "" : "/") + division.part;
    }
    told.push_back(name + " " + divided[i].back().amount.to_string());
  }
  return told;
}

const CostRule kByDevicesMessagesAndStorage{decimals({"0.40", "0.35", "0.25"})};

TEST(CostAllocation, AWeightedFormula) {
  const std::vector<CostPart> parts{customer("A", {"2500", "50000000", "500"}),
                                    customer("B", {"500", "200000000", "100"})};
  EXPECT_THAT(shares(euro("10000"), parts, kByDevicesMessagesAndStorage),
              ElementsAre("A 6116.67", "B 3883.33"));
  const std::vector<CostPath> paths = cost_paths(parts, kByDevicesMessagesAndStorage);
  const auto percent = [](const Decimal& fraction) {
    return money::round(fraction * Decimal(100), 4, money::Rounding::kHalfAwayFromZero).to_string();
  };
  EXPECT_EQ(percent(paths[0][0].fraction), "61.1667");
  EXPECT_EQ(percent(paths[1][0].fraction), "38.8333");
}

TEST(CostAllocation, AgreedPercentages) {
  const std::vector<CostPart> parts{percent("A", "72"), percent("B", "28")};
  EXPECT_THAT(shares(euro("10000"), parts, {}), ElementsAre("A 7200.00", "B 2800.00"));
  const std::vector<CostPart> thirds{percent("A", "1"), percent("B", "1"), percent("C", "1")};
  EXPECT_THAT(shares(euro("100"), thirds, {}), ElementsAre("A 33.34", "B 33.33", "C 33.33"));
  const std::vector<CostPart> some{percent("A", "10"), customer("B", {})};
  EXPECT_THAT(shares(euro("100"), some, {}), ElementsAre("A 100.00", "B 0.00"));
}

TEST(CostAllocation, OneMeterAlone) {
  const CostRule by_meter{decimals({"1"})};
  EXPECT_THAT(shares(euro("250000"), {customer("a", {"1"}), customer("b", {"2"})}, by_meter),
              ElementsAre("a 83333.33", "b 166666.67"));
  EXPECT_THAT(shares(euro("-0.05"), {customer("a", {"1"}), customer("b", {"1"})}, by_meter),
              ElementsAre("a -0.03", "b -0.02"));
}

TEST(CostAllocation, EqualShares) {
  EXPECT_THAT(shares(euro("0.02"), {customer("c", {}), customer("a", {}), customer("b", {})}, {}),
              ElementsAre("a 0.01", "b 0.01", "c 0.00"))
      << "ties go to the name that sorts first";
  EXPECT_THAT(shares(euro("5"), {}, {}), ElementsAre());
}

TEST(CostAllocation, WeightsAreTakenAsPartsOfTheirSum) {
  const std::vector<CostPart> parts{customer("a", {"1", "0"}), customer("b", {"0", "1"})};
  EXPECT_EQ(shares(euro("100"), parts, {decimals({"3", "1"})}),
            shares(euro("100"), parts, {decimals({"0.75", "0.25"})}));
}

TEST(CostAllocation, AMeterOfWhichNothingWasUsedDoesNotCount) {
  const std::vector<CostPart> parts{customer("a", {"1", "0"}), customer("b", {"3", "0"})};
  EXPECT_THAT(shares(euro("100"), parts, {decimals({"0.5", "0.5"})}),
              ElementsAre("a 25.00", "b 75.00"));
  const std::vector<CostPart> idle{customer("a", {"0", "0"}), customer("b", {"0", "-1"})};
  EXPECT_THAT(shares(euro("100"), idle, {decimals({"0.5", "0.5"})}),
              ElementsAre("a 50.00", "b 50.00"));
  EXPECT_EQ(cost_paths(idle, {decimals({"0.5", "0.5"})})[0][0].basis, CostBasis::kUnused);
}

TEST(CostAllocation, AMinimumIsPaidForByTheOthers) {
  const CostRule rule{decimals({"1"}), 10};
  EXPECT_THAT(
      shares(euro("100"), {customer("a", {"0"}), customer("b", {"1"}), customer("c", {"3"})}, rule),
      ElementsAre("a 10.00", "b 22.50", "c 67.50"));
  EXPECT_THAT(shares(euro("100"),
                     {customer("a", {"0"}), customer("b", {"11"}), customer("c", {"89"})}, rule),
              ElementsAre("a 10.00", "b 10.00", "c 80.00"))
      << "9.9 after the first was lifted";
  EXPECT_THAT(
      shares(euro("100"), {customer("a", {"0"}), customer("b", {"1"})}, {decimals({"1"}), 60}),
      ElementsAre("a 50.00", "b 50.00"))
      << "more than all of it cannot be had";
}

TEST(CostAllocation, ATreeIsDividedLevelByLevel) {
  const std::vector<CostPart> tree{
      percent("search", "75", {customer("acme", {"1"}), customer("globex", {"2"})}),
      percent("apps", "25", {customer("initech", {"5"})})};
  EXPECT_THAT(shares(euro("1000"), tree, {decimals({"1"})}),
              ElementsAre("apps/initech 250.00", "search/acme 250.00", "search/globex 500.00"));
  std::vector<CostPart> by_usage = tree;
  for (CostPart& part : by_usage) part.percent.reset();
  EXPECT_THAT(shares(euro("1000"), by_usage, {decimals({"1"})}),
              ElementsAre("apps/initech 625.00", "search/acme 125.00", "search/globex 250.00"));
}

TEST(CostAllocation, TooManyDigitsAreSaid) {
  const std::string huge(30, '9');
  EXPECT_THROW(
      cost_paths({customer("a", {huge}), customer("b", {huge})}, {decimals({"0.123456789"})}),
      Error);
}

// Properties, against a second arithmetic that is slow and plain.

/// Divides among the parts by taking minor units one at a time for whoever is owed most.
std::map<std::string, Money> divided_unit_by_unit(const Money& whole,
                                                  const std::map<std::string, Decimal>& fractions) {
  const Decimal unit = Decimal::from_parts(whole.sign() < 0 ? -1 : 1, 2);
  Decimal of = 0;
  for (const auto& [name, fraction] : fractions) of += fraction;
  std::map<std::string, Money> amounts;
  Money left = whole;
  for (const auto& [name, fraction] : fractions) {
    const Money cut = money::round_to_currency(whole * money::Ratio(fraction, of), kEuro,
                                               money::Rounding::kTowardZero);
    amounts.emplace(name, cut);
    left -= cut;
  }
  std::map<std::string, bool> had;
  while (!left.is_zero()) {
    std::string owed_most;
    std::optional<money::Ratio> most;
    for (const auto& [name, fraction] : fractions) {
      if (had[name]) continue;
      const money::Ratio exact = whole * money::Ratio(fraction, of);
      const money::Ratio owed = whole.sign() < 0 ? money::Ratio(amounts.at(name).amount()) - exact
                                                 : exact - money::Ratio(amounts.at(name).amount());
      if (most && owed <= *most) continue;
      most = owed;
      owed_most = name;
    }
    had[owed_most] = true;
    amounts.at(owed_most) += Money(unit, kEuro);
    left -= Money(unit, kEuro);
  }
  return amounts;
}

/// Σ weight × quantity / total in one go, of customers without a tree and a minimum.
std::map<std::string, Decimal> plain_fractions(const std::vector<CostPart>& parts,
                                               const CostRule& rule) {
  std::map<std::string, Decimal> fractions;
  std::vector<std::size_t> counts;
  Decimal weights = 0;
  std::vector<Decimal> totals(rule.weights.size());
  for (std::size_t i = 0; i < rule.weights.size(); ++i) {
    for (const CostPart& part : parts) {
      if (part.usage[i].sign() > 0) totals[i] += part.usage[i];
    }
    if (totals[i].sign() > 0) weights += rule.weights[i];
  }
  for (const CostPart& part : parts) {
    money::Ratio sum{Decimal(0)};
    if (weights.is_zero()) sum = money::Ratio(1, static_cast<std::int64_t>(parts.size()));
    for (std::size_t i = 0; i < rule.weights.size(); ++i) {
      if (totals[i].sign() <= 0 || part.usage[i].sign() <= 0) continue;
      sum = sum + money::Ratio(rule.weights[i], weights) * money::Ratio(part.usage[i], totals[i]);
    }
    fractions[part.name] = money::round(sum, 24, money::Rounding::kHalfEven);
  }
  return fractions;
}

int drawn(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}

Decimal random_quantity() {
  if (drawn(0, 3) == 0) return 0;
  return Decimal::from_parts(drawn(-5, 100'000), drawn(0, 3));
}

CostRule random_rule(bool with_minimum) {
  CostRule rule;
  for (int i = drawn(0, 3); i > 0; --i)
    rule.weights.push_back(Decimal::from_parts(drawn(1, 100), 2));
  if (with_minimum) rule.minimum_percent = Decimal::from_parts(drawn(0, 400), 1);
  return rule;
}

std::vector<CostPart> random_customers(std::size_t meters, int& names) {
  std::vector<CostPart> parts;
  for (int i = drawn(1, 6); i > 0; --i) {
    CostPart part{.name = std::to_string(++names)};
    for (std::size_t m = 0; m < meters; ++m) part.usage.push_back(random_quantity());
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<CostPart> random_tree(std::size_t meters, int depth, int& names) {
  if (depth == 0) return random_customers(meters, names);
  std::vector<CostPart> parts;
  const bool agreed = drawn(0, 3) == 0;
  for (int i = drawn(1, 3); i > 0; --i) {
    CostPart part{.name = "c" + std::to_string(++names)};
    part.parts = random_tree(meters, drawn(0, depth - 1), names);
    if (agreed) part.percent = drawn(1, 100);
    parts.push_back(std::move(part));
  }
  return parts;
}

Money random_pool() {
  return {Decimal::from_parts(drawn(-10'000'000, 100'000'000), 2), kEuro};
}

RC_GTEST_PROP(CostAllocationProperty, PartsSumToTheWholeAtEveryLevel, ()) {
  int names = 0;
  const CostRule rule = random_rule(true);
  const std::vector<CostPart> tree = random_tree(rule.weights.size(), drawn(0, 3), names);
  const Money pool = random_pool();
  const std::vector<CostPath> paths = cost_paths(tree, rule);
  const auto divided = divide_cost(pool, paths);
  std::map<std::string, Money> whole;  // of each cost centre, by the way to it
  std::map<std::string, Money> parts;
  std::map<std::string, Money> part_of;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::string way;
    for (std::size_t level = 0; level < paths[i].size(); ++level) {
      const DividedCost& cost = divided[i][level];
      RC_ASSERT(amount_of(cost, paths[i][level].fraction) == cost.amount);
      whole.try_emplace(way, cost.whole);
      RC_ASSERT(whole.at(way) == cost.whole);
      const std::string above = way;
      way += "/" + paths[i][level].part;
      if (!part_of.try_emplace(way, cost.amount).second) continue;
      parts.try_emplace(above, Money(kEuro)).first->second += cost.amount;
    }
    const std::string facts = to_json({"pool", "2026-10", {}, paths[i], divided[i]});
    const auto figures = amount_of_figures(facts, kEuro, money::Rounding::kHalfEven);
    RC_ASSERT(figures && figures->amount == divided[i].back().amount);
    RC_ASSERT(to_json(parse_cost_facts(text::parse_json(facts), kEuro)) == facts);
  }
  RC_ASSERT(whole.at("") == pool);
  for (const auto& [way, sum] : parts) RC_ASSERT(sum == whole.at(way));
}

RC_GTEST_PROP(CostAllocationProperty, APlainSecondArithmeticAgrees, ()) {
  int names = 0;
  const CostRule rule = random_rule(false);
  const std::vector<CostPart> parts = random_customers(rule.weights.size(), names);
  const Money pool = random_pool();
  const std::vector<CostPath> paths = cost_paths(parts, rule);
  const auto divided = divide_cost(pool, paths);
  const auto fractions = plain_fractions(parts, rule);
  std::map<std::string, Decimal> ours;
  for (const CostPath& path : paths) {
    ours.emplace(path[0].part, path[0].fraction);
    const Decimal off = path[0].fraction - fractions.at(path[0].part);
    RC_ASSERT(off.abs() <= Decimal::from_parts(3, kFractionDigits));
  }
  const auto plain = divided_unit_by_unit(pool, ours);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    RC_ASSERT(divided[i][0].amount == plain.at(paths[i][0].part));
  }
}

RC_GTEST_PROP(CostAllocationProperty, TheOrderInWhichPartsComeDoesNotMatter, ()) {
  int names = 0;
  const CostRule rule = random_rule(true);
  std::vector<CostPart> parts = random_customers(rule.weights.size(), names);
  const Money pool = random_pool();
  const auto before = shares(pool, parts, rule);
  std::reverse(parts.begin(), parts.end());
  RC_ASSERT(shares(pool, parts, rule) == before);
}

RC_GTEST_PROP(CostAllocationProperty, EverybodyBearsTheMinimumWhereItCanBeHad, ()) {
  int names = 0;
  CostRule rule = random_rule(true);
  const std::vector<CostPart> parts = random_customers(rule.weights.size(), names);
  const std::vector<CostPath> paths = cost_paths(parts, rule);
  const Decimal least =
      std::min(rule.minimum_percent * Decimal::from_parts(1, 2),
               money::round(money::Ratio(1, static_cast<std::int64_t>(parts.size())),
                            kFractionDigits, money::Rounding::kFloor));
  for (const CostPath& path : paths) RC_ASSERT(path[0].fraction >= least);
}

}  // namespace

}  // namespace reckoner::invoicing
