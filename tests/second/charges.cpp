#include <algorithm>

#include "second/second.hpp"

namespace reckoner::second {
namespace {

const Rational kZero = 0;

Rational share(const pricing::Coverage& coverage) {
  return Rational(Integer(coverage.part), Integer(coverage.whole));
}

/// Meter units in the charge's unit, in whole ones where the charge wants it.
Rational converted(const domain::OfMeters& metering, const Rational& meter_units) {
  const Rational units = meter_units / Rational(metering.unit_size);
  const Rational whole(units.floor(), 1);
  switch (metering.unit_rounding) {
    case domain::UnitRounding::kExact:
      return units;
    case domain::UnitRounding::kDown:
      return whole;
    case domain::UnitRounding::kUp:
      return whole == units ? whole : whole + 1;
  }
  throw std::logic_error("unit rounding");
}

struct Part {
  Rational used;
  Rational billable;
  Rational amount;
};

/// Takes what is free off a quantity; `free` is what is left of it.
Rational less_free(const Rational& quantity, std::optional<Rational>& free) {
  if (!free) return kZero;
  const Rational taken = std::min(quantity, *free);
  *free -= taken;
  return quantity - taken;
}

const domain::Rate* rate_of(const domain::ChargeModel& model, std::size_t index) {
  if (const auto* matrix = std::get_if<domain::Matrix>(&model)) {
    return index < matrix->rows.size() ? &matrix->rows[index].rate : nullptr;
  }
  if (const auto* calendar = std::get_if<domain::Calendar>(&model)) {
    return &calendar->bands.at(index).rate;
  }
  return &std::get<domain::Windowed>(model).rate;
}

Part price_groups(const domain::ChargeModel& model, const domain::OfMeters& metering,
                  std::vector<pricing::Group> groups, std::optional<Rational> free) {
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
    return std::tie(a.index, a.label) < std::tie(b.index, b.label);
  });
  Part sum;
  for (const pricing::Group& group : groups) {
    const Rational used = converted(metering, group.quantity);
    const Rational billable = less_free(used, free);
    const domain::Rate* rate = rate_of(model, group.index);
    sum.used += used;
    sum.billable += billable;
    if (rate != nullptr) sum.amount += price(*rate, billable);
    // What is free needs no price.
    if (rate == nullptr && billable.sign() > 0) throw NoPrice("no row");
  }
  return sum;
}

Part price_transactions(const domain::Percentage& model, const domain::OfMeters& metering,
                        const std::vector<money::Decimal>& transactions) {
  const bool something_free = model.free_count || model.free_amount;
  Rational count_left = model.free_count.value_or(0);
  Rational amount_left = model.free_amount.value_or(0);
  Part sum;
  for (const money::Decimal& transaction : transactions) {
    const Rational value = converted(metering, transaction);
    sum.used += value;
    Rational charged = value;
    const bool count_lasts = !model.free_count || count_left >= Rational(1);
    const bool amount_lasts = !model.free_amount || amount_left > kZero;
    if (something_free && count_lasts && amount_lasts) {
      count_left -= 1;
      if (!model.free_amount || value <= amount_left) {
        amount_left -= value;
        continue;
      }
      charged = value - amount_left;
      amount_left = 0;
    }
    Rational fee = charged * Rational(model.percent) / 100 + Rational(model.fixed);
    if (model.transaction_maximum) fee = std::min(fee, Rational(*model.transaction_maximum));
    if (model.transaction_minimum) fee = std::max(fee, Rational(*model.transaction_minimum));
    sum.billable += charged;
    sum.amount += fee;
  }
  return sum;
}

Part price_capacity(const domain::Capacity& model, const domain::OfMeters& metering,
                    const std::vector<money::Decimal>& quantities) {
  std::vector<Rational> used;
  for (const money::Decimal& quantity : quantities) used.push_back(converted(metering, quantity));
  for (const domain::CapacityTier& tier : model.tiers) {
    bool holds = true;
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (tier.limits[i] && used[i] > Rational(*tier.limits[i])) holds = false;
    }
    if (holds) return {used.front(), used.front(), tier.price};
  }
  throw NoPrice("above the last capacity");
}

Part price_measure(const domain::ChargeModel& model, const domain::OfMeters& metering,
                   const pricing::Measure& measure, std::optional<Rational> free) {
  if (const auto* rate = std::get_if<domain::Rate>(&model)) {
    const Rational used = converted(metering, measure.quantity);
    const Rational billable = less_free(used, free);
    return {used, billable, price(*rate, billable)};
  }
  if (const auto* percentage = std::get_if<domain::Percentage>(&model)) {
    return price_transactions(*percentage, metering, measure.transactions);
  }
  if (const auto* capacity = std::get_if<domain::Capacity>(&model)) {
    return price_capacity(*capacity, metering, measure.quantities);
  }
  return price_groups(model, metering, measure.groups, std::move(free));
}

bool knows_allowance(const domain::ChargeModel& model) {
  return !std::holds_alternative<domain::Percentage>(model) &&
         !std::holds_alternative<domain::Capacity>(model);
}

/// Minimum and maximum for the part covered, and what the environment makes of it.
Rational finished(Rational amount, const domain::Charge& charge, const domain::Terms& terms,
                  const Rational& covered, const pricing::EnvironmentShare& environment) {
  if (terms.minimum) amount = std::max(amount, Rational(*terms.minimum) * covered);
  if (terms.maximum) amount = std::min(amount, Rational(*terms.maximum) * covered);
  return charge.pass_through ? amount : amount * Rational(environment.percent) / 100;
}

}  // namespace

Priced price_metered(const domain::Charge& charge, const domain::OfMeters& metering,
                     std::span<const pricing::MeteredStretch> stretches,
                     const pricing::Coverage& coverage,
                     const pricing::EnvironmentShare& environment) {
  const Rational covered = share(coverage);
  const bool whole = metering.allowance_on_change == domain::AllowanceOnChange::kWhole;
  Priced result;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const domain::Terms& terms = *stretches[i].terms;
    std::optional<Rational> free;
    if (terms.allowance) {
      free = Rational(*terms.allowance) * (whole ? Rational(1) : covered) +
             Rational(environment.free_units) * covered;
    }
    const Part through = price_measure(terms.model, metering, stretches[i].through, free);
    result.used = through.used;
    result.amount += through.amount;
    result.billable += through.billable;
    if (i > 0) {
      const Part before = price_measure(terms.model, metering, stretches[i].before, free);
      result.amount -= before.amount;
      result.billable -= before.billable;
    }
    result.allowance = knows_allowance(terms.model) ? free : kZero;
  }
  result.billable = std::max(result.billable, kZero);
  result.amount = finished(result.amount, charge, *stretches.back().terms, covered, environment);
  return result;
}

Priced price_recurring(const domain::Charge& charge,
                       std::span<const pricing::RecurringStretch> stretches,
                       const pricing::EnvironmentShare& environment) {
  Priced result;
  Rational covered;
  for (const pricing::RecurringStretch& stretch : stretches) {
    std::optional<Rational> free;
    if (stretch.terms->allowance) {
      free = Rational(*stretch.terms->allowance) + Rational(environment.free_units);
    }
    result.used = stretch.quantity;
    result.allowance = free;
    result.billable = less_free(result.used, free);
    const Rational whole = price(std::get<domain::Rate>(stretch.terms->model), result.billable);
    result.amount += whole * share(stretch.coverage);
    covered += share(stretch.coverage);
  }
  result.amount = finished(result.amount, charge, *stretches.back().terms, covered, environment);
  return result;
}

}  // namespace reckoner::second
