/// Days: intervals of a charge, stretches of them, parts covered, terms in force.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "second/given.hpp"

namespace reckoner::second {
namespace {

std::string show_all(const std::vector<invoicing::Days>& intervals) {
  std::string text;
  for (const invoicing::Days& days : intervals) text += show(days) + " ";
  return text;
}

TEST(Life, IntervalsAndStretchesOfARecurringCharge) {
  expect_agreement(15'000, [](Tape& tape) {
    const time::Zone zone = some_zone(tape);
    const invoicing::Days period = some_period(tape);
    const domain::Charge charge = some_recurring_charge(tape, period);
    const domain::Subscription subscription = some_subscription(tape, zone, period);
    std::optional<time::Date> until;
    if (tape.chance(20)) {
      until = some_day(tape, period.starts_on, static_cast<int>(period.count()) + 1);
    }
    const invoicing::Lifetime life(subscription, zone);
    const std::vector<invoicing::Days> ours = life.intervals(charge, period);
    const std::vector<invoicing::Days> theirs = intervals(subscription, zone, charge, period);
    std::string wrong = differing("intervals", show_all(ours), show_all(theirs));
    for (const invoicing::Days& interval : ours) {
      std::string our_text;
      for (const auto& stretch : life.stretches(charge, interval, until)) {
        const auto part = invoicing::coverage_of(charge, stretch.days, interval, zone);
        our_text += fmt::format("{} of {}, {}/{}; ", show(stretch.days),
                                stretch.quantity.to_string(), part.part, part.whole);
      }
      std::string their_text;
      for (const Stretch& stretch : stretches(subscription, zone, charge, interval, until)) {
        const auto part = second::coverage_of(charge, stretch.days, interval, zone);
        their_text += fmt::format("{} of {}, {}/{}; ", show(stretch.days),
                                  stretch.quantity.to_string(), part.part, part.whole);
      }
      wrong += differing("stretches of " + show(interval), our_text, their_text);
    }
    wrong += differing("active days", Rational(life.active_days(period)),
                       Rational(active_days(subscription, zone, period)));
    if (wrong.empty()) return wrong;
    return fmt::format("{}{}period {}, until {}\n{}", show(subscription, zone), show(charge),
                       show(period), until ? time::to_string(*until) : "-", wrong);
  });
}

TEST(Life, TheDaysOfAPeriodThatAreCovered) {
  expect_agreement(5'000, [](Tape& tape) {
    const invoicing::Days period = some_period(tape);
    std::vector<invoicing::DayStretch> stretches;
    std::string text = "period " + show(period);
    for (int i = tape.below(4); i > 0; --i) {
      const time::Date first = some_day(tape, time::add_days(period.starts_on, -5), 40);
      stretches.push_back({first, time::add_days(first, tape.below(30))});
      text += " stretch " + show({stretches.back().starts_on, stretches.back().ends_on});
    }
    const invoicing::DayStretch whole{period.starts_on, period.ends_on};
    const pricing::Coverage ours = invoicing::days_covered(whole, stretches);
    const pricing::Coverage theirs = second::days_covered(whole, stretches);
    const std::string wrong =
        differing("days", Rational(ours.part), Rational(theirs.part)) +
        differing("days of the period", Rational(ours.whole), Rational(theirs.whole));
    return wrong.empty() ? wrong : text + "\n" + wrong;
  });
}

}  // namespace
}  // namespace reckoner::second
