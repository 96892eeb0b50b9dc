#include "pricing/charge.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "pricing/commitment.hpp"
#include "pricing/trace.hpp"
#include "pricing/units.hpp"
#include "pricing/usage_models.hpp"

namespace reckoner::pricing {

money::Ratio above(const money::Ratio& used, const Allowance& allowance) {
  const money::Ratio none = money::Decimal(0);
  if (!allowance) return none;
  if (allowance->sign() == 0) return used.sign() > 0 ? used : none;
  const money::Ratio over = used - *allowance;
  return over.sign() > 0 ? over : none;
}

Rated rated(const domain::Rate& rate, const domain::OfMeters& metering, const Measure& measure,
            const Allowance& allowance, Trace* trace) {
  const money::Ratio used = in_units(metering, measure.quantity);
  const money::Ratio billable = above(used, allowance);
  return {used, billable, price(rate, billable, trace)};
}

namespace {

bool knows_allowance(const domain::ChargeModel& model) {
  return !std::holds_alternative<domain::Percentage>(model) &&
         !std::holds_alternative<domain::Capacity>(model);
}

Allowance allowance_of(const domain::Terms& terms, const domain::OfMeters& metering,
                       const Coverage& coverage, const EnvironmentShare& environment) {
  if (!knows_allowance(terms.model)) return money::Ratio(money::Decimal(0));
  if (!terms.allowance) return std::nullopt;
  const bool whole = metering.allowance_on_change == domain::AllowanceOnChange::kWhole;
  const money::Ratio free = whole ? *terms.allowance : coverage.of(*terms.allowance);
  if (environment.free_units.is_zero()) return free;
  return free + coverage.of(environment.free_units);
}

Rated rated(const domain::Terms& terms, const domain::OfMeters& metering, const Measure& measure,
            const Allowance& allowance, Trace* trace) {
  return std::visit(
      [&](const auto& model) { return rated(model, metering, measure, allowance, trace); },
      terms.model);
}

/// Adds the steps of `part` times `factor` to `trace`.
void append(Trace* trace, const Trace& part, const money::Ratio& factor, std::string_view prefix) {
  for (const Step& step : part) {
    trace->push_back({fmt::format("{}{}", prefix, step.label), step.quantity * factor, step.price,
                      step.amount * factor});
  }
}

/// Minimum and maximum of the terms for the part covered, then the environment.
money::Ratio settled(money::Ratio amount, const domain::Charge& charge, const domain::Terms& terms,
                     const money::Ratio& part, const EnvironmentShare& environment, Trace* trace) {
  const auto add = [&](std::string_view label, const money::Ratio& quantity,
                       const money::Decimal& price) {
    if (quantity.sign() == 0) return;
    add_step(
        trace, [&] { return std::string(label); }, quantity, price);
    amount = amount + quantity * price;
  };
  if (terms.minimum) add("up to the minimum", minimum_top_up(amount, part * *terms.minimum), 1);
  if (terms.maximum) add("down to the maximum", maximum_cut(amount, part * *terms.maximum), -1);
  if (!charge.pass_through && environment.percent != 100) {
    add("environment", amount, (environment.percent - 100) * kPercent);
  }
  return amount;
}

}  // namespace

Priced price_metered(const domain::Charge& charge, const domain::OfMeters& metering,
                     std::span<const MeteredStretch> stretches, const Coverage& coverage,
                     const EnvironmentShare& environment, Trace* trace) {
  RK_CHECK(!stretches.empty());
  RK_CHECK(coverage.part >= 0 && coverage.part <= coverage.whole && coverage.whole > 0);
  Priced priced;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const domain::Terms& terms = *stretches[i].terms;
    priced.allowance = allowance_of(terms, metering, coverage, environment);
    const Rated through = rated(terms, metering, stretches[i].through, priced.allowance, trace);
    priced.used = through.used;
    if (i == 0) {
      priced.billable = through.billable;
      priced.amount = through.amount;
      continue;
    }
    Trace steps;
    const Rated before = rated(terms, metering, stretches[i].before, priced.allowance,
                               trace == nullptr ? nullptr : &steps);
    priced.billable = priced.billable + (through.billable - before.billable);
    priced.amount = priced.amount + (through.amount - before.amount);
    if (trace != nullptr) append(trace, steps, money::Decimal(-1), "before: ");
  }
  priced.amount = settled(priced.amount, charge, *stretches.back().terms, coverage.fraction(),
                          environment, trace);
  return priced;
}

Priced price_recurring(const domain::Charge& charge, std::span<const RecurringStretch> stretches,
                       const EnvironmentShare& environment, Trace* trace) {
  RK_CHECK(!stretches.empty());
  Priced priced;
  money::Ratio part = money::Decimal(0);
  for (const RecurringStretch& stretch : stretches) {
    const domain::Terms& terms = *stretch.terms;
    const auto* rate = std::get_if<domain::Rate>(&terms.model);
    if (rate == nullptr) throw Error("only a rate prices a recurring charge");
    priced.allowance.reset();
    if (terms.allowance) priced.allowance = money::Ratio(*terms.allowance + environment.free_units);
    priced.used = stretch.quantity;
    priced.billable = above(priced.used, priced.allowance);

    Trace steps;
    const money::Ratio whole = price(*rate, priced.billable, trace == nullptr ? nullptr : &steps);
    const money::Ratio covered = stretch.coverage.fraction();
    priced.amount = priced.amount + stretch.coverage.of(whole);
    part = part + covered;
    if (trace != nullptr) append(trace, steps, covered, "");
  }
  priced.amount = settled(priced.amount, charge, *stretches.back().terms, part, environment, trace);
  return priced;
}

}  // namespace reckoner::pricing
