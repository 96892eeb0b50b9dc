/// Amounts of quantities: rates and charges, unrounded.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "second/given.hpp"

namespace reckoner::second {
namespace {

TEST(Pricing, ARateOfAQuantity) {
  expect_agreement(30'000, [](Tape& tape) {
    const domain::Rate rate = some_rate(tape);
    const money::Decimal quantity =
        tape.chance(2) ? -some_quantity(tape) : some_quantity(tape, tape.pick({50, 100, 300}));
    pricing::Trace trace;
    const auto ours = production([&] { return Rational(pricing::price(rate, quantity, &trace)); });
    Rational steps;
    for (const pricing::Step& step : trace) steps += Rational(step.amount);
    std::string wrong =
        differing("amount", ours, expected([&] { return second::price(rate, quantity); }));
    if (ours) wrong += differing("sum of the steps", steps, *ours);
    if (wrong.empty()) return wrong;
    return fmt::format("{}\nquantity {}\n{}", show(rate), quantity.to_string(), wrong);
  });
}

/// Measures that grow from one end of a stretch to the next.
class Growing {
 public:
  Growing(Tape& tape, const domain::ChargeModel& model) : tape_(tape), model_(model) {}

  pricing::Measure more() {
    switch (model_.index()) {
      case 1:
        for (int i = tape_.below(4); i > 0; --i) {
          now_.transactions.push_back(some_quantity(tape_, 500));
        }
        break;
      case 2:
        now_.quantities.resize(2);
        for (auto& quantity : now_.quantities) quantity += some_quantity(tape_, 150);
        break;
      case 3:
      case 4:
      case 5:
        for (int i = tape_.below(4); i > 0; --i) add_to_group();
        break;
      default:
        now_.quantity += some_quantity(tape_);
    }
    return now_;
  }

 private:
  void add_to_group() {
    const std::size_t index = some_index();
    const std::string label = tape_.pick<const char*>({"a", "b"});
    for (pricing::Group& group : now_.groups) {
      if (group.index == index && group.label == label) {
        group.quantity += some_quantity(tape_);
        return;
      }
    }
    now_.groups.push_back({index, label, some_quantity(tape_)});
  }
  std::size_t some_index() {
    if (const auto* matrix = std::get_if<domain::Matrix>(&model_)) {
      if (tape_.chance(1)) return pricing::kNoRow;
      return static_cast<std::size_t>(tape_.below(static_cast<int>(matrix->rows.size())));
    }
    if (const auto* calendar = std::get_if<domain::Calendar>(&model_)) {
      return static_cast<std::size_t>(tape_.below(static_cast<int>(calendar->bands.size())));
    }
    return static_cast<std::size_t>(tape_.below(5));
  }

  Tape& tape_;
  const domain::ChargeModel& model_;
  pricing::Measure now_;
};

/// Rows and bands that every terms of the charge have.
void give_equal_groups(domain::Charge& charge) {
  for (domain::Terms& terms : charge.terms) {
    if (auto* matrix = std::get_if<domain::Matrix>(&terms.model)) matrix->rows.resize(1);
    if (auto* calendar = std::get_if<domain::Calendar>(&terms.model)) {
      calendar->bands.erase(calendar->bands.begin(), calendar->bands.end() - 1);
    }
  }
}

std::string compare(const pricing::Priced& ours, const Priced& theirs) {
  std::string wrong = differing("amount", Rational(ours.amount), theirs.amount) +
                      differing("used", Rational(ours.used), theirs.used) +
                      differing("billable", Rational(ours.billable), theirs.billable);
  const auto allowance = ours.allowance ? std::optional(Rational(*ours.allowance)) : std::nullopt;
  return wrong + differing("allowance", allowance, theirs.allowance);
}

std::string compare(const std::optional<pricing::Priced>& ours,
                    const std::optional<Priced>& theirs) {
  if (ours.has_value() != theirs.has_value()) {
    return differing("refused", ours ? "no" : "yes", theirs ? "no" : "yes");
  }
  return ours ? compare(*ours, *theirs) : "";
}

TEST(Pricing, AMeteredChargeInStretches) {
  expect_agreement(25'000, [](Tape& tape) {
    const invoicing::Days period = some_period(tape);
    domain::Charge charge = some_metered_charge(tape, period);
    if (charge.terms.size() > 1) give_equal_groups(charge);
    const pricing::EnvironmentShare environment = some_environment(tape);
    const std::int64_t days = period.count();
    const pricing::Coverage coverage{
        tape.chance(50) ? tape.below(static_cast<int>(days) + 1) : days, days};
    Growing measure(tape, charge.terms.front().model);
    std::vector<pricing::MeteredStretch> stretches;
    std::string usage;
    for (const domain::Terms& terms : charge.terms) {
      pricing::Measure before = stretches.empty() ? pricing::Measure{} : stretches.back().through;
      if (stretches.empty()) before.quantities.resize(2);
      stretches.push_back({&terms, std::move(before), measure.more()});
      usage += "measured: " + show(stretches.back().through) + "\n";
    }
    const domain::OfMeters& metering = *domain::metering_of(charge);
    pricing::Trace trace;
    const auto ours = production([&] {
      return pricing::price_metered(charge, metering, stretches, coverage, environment, &trace);
    });
    std::string wrong =
        compare(ours, expected([&] {
                  return second::price_metered(charge, metering, stretches, coverage, environment);
                }));
    Rational steps;
    for (const pricing::Step& step : trace) steps += Rational(step.amount);
    if (ours) wrong += differing("sum of the steps", steps, Rational(ours->amount));
    if (wrong.empty()) return wrong;
    return fmt::format("{}{}{}coverage {}/{}\n{}", show(charge), show(environment), usage,
                       coverage.part, coverage.whole, wrong);
  });
}

TEST(Pricing, ARecurringChargeInStretches) {
  expect_agreement(15'000, [](Tape& tape) {
    const invoicing::Days period = some_period(tape);
    const domain::Charge charge = some_recurring_charge(tape, period);
    const pricing::EnvironmentShare environment = some_environment(tape);
    std::vector<pricing::RecurringStretch> stretches;
    std::string text;
    std::int64_t left = tape.pick({31, 30, 28, 365});
    const std::int64_t whole = left;
    for (int i = tape.between(1, 3); i > 0; --i) {
      const std::int64_t part = tape.chance(60) ? tape.below(static_cast<int>(left) + 1) : left;
      left -= part;
      const domain::Terms& terms = tape.chance(30) ? charge.terms.back() : charge.terms.front();
      stretches.push_back({&terms, some_quantity(tape), {part, whole}});
      text += fmt::format("quantity {} for {}/{} at the terms from {}\n",
                          stretches.back().quantity.to_string(), part, whole,
                          terms.effective ? time::to_string(*terms.effective) : "ever");
    }
    pricing::Trace trace;
    const auto ours = production(
        [&] { return pricing::price_recurring(charge, stretches, environment, &trace); });
    std::string wrong = compare(
        ours, expected([&] { return second::price_recurring(charge, stretches, environment); }));
    Rational steps;
    for (const pricing::Step& step : trace) steps += Rational(step.amount);
    if (ours) wrong += differing("sum of the steps", steps, Rational(ours->amount));
    if (wrong.empty()) return wrong;
    return show(charge) + show(environment) + text + wrong;
  });
}

}  // namespace
}  // namespace reckoner::second
