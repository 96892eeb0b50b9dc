#include "invoicing/dunning.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace reckoner::invoicing {

namespace {

using testing::ElementsAre;

const time::Date kDue = time::parse_date("2026-11-15");

time::Date day(std::int64_t after_due) {
  return time::add_days(kDue, after_due);
}

const std::vector<DunningStep> kSteps{{"first", 7}, {"second", 21}, {"notice", 35}};

TEST(NextStep, ComesItsDaysAfterTheDayDue) {
  EXPECT_EQ(next_step(kSteps, {}, kDue), (NextStep{0, day(7)}));
  const std::vector<TakenStep> first{{"first", 7, day(7)}};
  EXPECT_EQ(next_step(kSteps, first, kDue), (NextStep{1, day(21)}));
}

TEST(NextStep, KeepsItsDistanceToOneThatWasTakenLate) {
  const std::vector<TakenStep> late{{"first", 7, day(60)}};
  EXPECT_EQ(next_step(kSteps, late, kDue), (NextStep{1, day(74)}));
}

TEST(NextStep, ThereIsNoneBehindTheLast) {
  const std::vector<TakenStep> all{
      {"first", 7, day(7)}, {"second", 21, day(21)}, {"notice", 35, day(35)}};
  EXPECT_EQ(next_step(kSteps, all, kDue), std::nullopt);
  EXPECT_EQ(next_step({}, {}, kDue), std::nullopt);
}

TEST(NextStep, OneInsertedBeforeAStepThatWasTakenIsPassedBy) {
  const std::vector<TakenStep> taken{{"second", 21, day(21)}};
  EXPECT_EQ(next_step(kSteps, taken, kDue), (NextStep{2, day(35)}));
}

TEST(NextStep, OneThatIsConfiguredNoMoreStillCountsForTheDistance) {
  const std::vector<TakenStep> taken{{"phone-call", 30, day(40)}};
  EXPECT_EQ(next_step(kSteps, taken, kDue), (NextStep{0, day(41)}));
}

/// Looks at one day after the other.
std::optional<NextStep> looked_for(const std::vector<DunningStep>& steps,
                                   const std::vector<TakenStep>& taken, std::int64_t days_max) {
  std::vector<std::string> names;
  for (const TakenStep& one : taken) names.push_back(one.name);
  std::size_t index = steps.size();
  while (index > 0 && std::ranges::find(names, steps[index - 1].name) == names.end()) --index;
  if (index == steps.size()) return std::nullopt;
  for (std::int64_t after = 0; after <= days_max; ++after) {
    if (after < steps[index].days) continue;
    if (!taken.empty()) {
      const std::int64_t since = time::days_between(taken.back().taken_on, day(after));
      if (since < 1 || since < steps[index].days - taken.back().days) continue;
    }
    return NextStep{index, day(after)};
  }
  throw std::logic_error("no day was found");
}

std::vector<DunningStep> some_steps() {
  const auto gaps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 40));
  std::vector<DunningStep> steps;
  std::int64_t days = 0;
  for (const int gap : gaps) {
    days += gap;
    steps.push_back({"step-" + std::to_string(steps.size()), days});
  }
  return steps;
}

RC_GTEST_PROP(NextStepProperties, IsTheFirstDayThatWillDo, ()) {
  const std::vector<DunningStep> steps = some_steps();
  std::vector<TakenStep> taken;
  std::int64_t after = 0;
  for (const DunningStep& step : steps) {
    if (!*rc::gen::arbitrary<bool>()) continue;
    after += *rc::gen::inRange(1, 50);
    const auto configured_then = *rc::gen::inRange<std::int64_t>(0, 100);
    taken.push_back({step.name, configured_then, day(after)});
  }
  RC_ASSERT(next_step(steps, taken, kDue) == looked_for(steps, taken, 10'000));
}

RC_GTEST_PROP(NextStepProperties, EachIsTakenOnceInOrderWheneverSomebodyLooks, ()) {
  const std::vector<DunningStep> steps = some_steps();
  std::vector<TakenStep> taken;
  std::int64_t today = 0;
  for (int looks = 0; looks < 500 && taken.size() < steps.size(); ++looks) {
    today += *rc::gen::inRange(0, 60);
    const auto next = next_step(steps, taken, kDue);
    RC_ASSERT(next.has_value());
    if (next->on > day(today)) continue;
    RC_ASSERT(steps[next->index].name == steps[taken.size()].name);
    RC_ASSERT(steps[next->index].days <= today);
    if (!taken.empty()) {
      RC_ASSERT(time::days_between(taken.back().taken_on, day(today)) >=
                steps[next->index].days - taken.back().days);
    }
    taken.push_back({steps[next->index].name, steps[next->index].days, day(today)});
  }
}

}  // namespace

}  // namespace reckoner::invoicing
