#include <fmt/format.h>

#include "second/given.hpp"

namespace reckoner::second {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string show_tiers(std::string_view name, const domain::Tiers& rate) {
  std::string text = fmt::format("{}{}", name, rate.fee_at_zero ? "" : " (no fee at zero)");
  for (const domain::Tier& tier : rate.tiers) {
    text += fmt::format(" [to {}: price {}, fee {}]", show(tier.up_to), tier.price.to_string(),
                        tier.fee.to_string());
  }
  return text;
}

std::string show_blocks(const domain::Blocks& rate) {
  std::string text =
      rate.mode == domain::BlockMode::kAllTiers ? "blocks of all tiers" : "blocks of the top tier";
  for (const domain::BlockTier& tier : rate.tiers) {
    text += fmt::format(" [{} blocks of {} at {}]", show(tier.max_blocks), tier.size.to_string(),
                        tier.price.to_string());
  }
  return text;
}

std::string show_matrix(const domain::Matrix& matrix) {
  std::string text = "matrix";
  for (const domain::MatrixRow& row : matrix.rows) {
    text += " [";
    for (const auto& value : row.values) text += value.value_or("*") + " ";
    text += show(row.rate) + "]";
  }
  return text;
}

std::string show_chosen(const std::vector<bool>& chosen) {
  if (chosen.empty()) return "*";
  std::string text;
  for (const bool one : chosen) text += one ? '1' : '0';
  return text;
}

std::string show_calendar(const domain::Calendar& calendar) {
  std::string text = "calendar";
  for (const domain::Band& band : calendar.bands) {
    text += fmt::format(" [quarters {} weekdays {} months {}: {}]", show_chosen(band.quarters),
                        show_chosen(band.weekdays), show_chosen(band.months), show(band.rate));
  }
  return text;
}

std::string show_capacity(const domain::Capacity& capacity) {
  std::string text = "capacity";
  for (const domain::CapacityTier& tier : capacity.tiers) {
    text += " [";
    for (const auto& limit : tier.limits) text += "to " + show(limit) + " ";
    text += "at " + tier.price.to_string() + "]";
  }
  return text;
}

std::string show_model(const domain::ChargeModel& model) {
  return std::visit(
      Overloaded{
          [](const domain::Rate& rate) { return show(rate); },
          [](const domain::Percentage& p) {
            return fmt::format(
                "percentage {} fixed {} free count {} free amount {} minimum {} maximum {}",
                p.percent.to_string(), p.fixed.to_string(), show(p.free_count), show(p.free_amount),
                show(p.transaction_minimum), show(p.transaction_maximum));
          },
          [](const domain::Capacity& capacity) { return show_capacity(capacity); },
          [](const domain::Matrix& matrix) { return show_matrix(matrix); },
          [](const domain::Calendar& calendar) { return show_calendar(calendar); },
          [](const domain::Windowed& windowed) {
            return fmt::format(
                "each {}: {}",
                std::vector{"hour", "day", "month"}.at(static_cast<std::size_t>(windowed.window)),
                show(windowed.rate));
          }},
      model);
}

std::string show_source(const domain::QuantitySource& source) {
  return std::visit(
      Overloaded{
          [](const domain::Once&) -> std::string { return "once"; },
          [](const domain::OfSubscription& of) { return "of " + of.quantity; },
          [](const domain::OfMeters& of) {
            return fmt::format(
                "of {} meters, unit {} rounded {}, allowance {}", of.meters.size(),
                of.unit_size.to_string(),
                std::vector{"not", "up", "down"}.at(static_cast<std::size_t>(of.unit_rounding)),
                of.allowance_on_change == domain::AllowanceOnChange::kWhole ? "whole" : "prorated");
          },
          [](const domain::OfCharges& of) { return fmt::format("of {}", of.charges[0]); }},
      source);
}

std::string show_every(const domain::Every& every) {
  return std::visit(Overloaded{[](const domain::EveryPeriod&) -> std::string { return "period"; },
                               [](const domain::OnlyOnce&) -> std::string { return "once"; },
                               [](const time::CalendarDuration& d) { return time::to_string(d); }},
                    every);
}

}  // namespace

std::string show(const std::optional<money::Decimal>& value) {
  return value ? value->to_string() : "-";
}

std::string show(const domain::Rate& rate) {
  return std::visit(
      Overloaded{
          [](const domain::Flat& r) { return fmt::format("flat {}", show(r.amount)); },
          [](const domain::PerUnit& r) { return fmt::format("per unit {}", r.price.to_string()); },
          [](const domain::Graduated& r) { return show_tiers("graduated", r); },
          [](const domain::Volume& r) { return show_tiers("volume", r); },
          [](const domain::Stairstep& r) { return show_tiers("stairstep", r); },
          [](const domain::GraduatedPercentage& r) { return show_tiers("percentages", r); },
          [](const domain::Package& r) {
            return fmt::format("package of {} at {}, partial {}", r.size.to_string(),
                               r.price.to_string(),
                               r.partial == domain::PartialPackage::kFree ? "free" : "charged");
          },
          [](const domain::Blocks& r) { return show_blocks(r); },
          [](const domain::Dynamic& r) {
            return fmt::format("dynamic times {}", r.multiplier.to_string());
          }},
      rate);
}

std::string show(const domain::Charge& charge) {
  std::string text = fmt::format(
      "charge {} ({}), {}, every {}, proration {}, on cancel {}, on change {}{}{}{}, tax {}\n",
      charge.name, show_source(charge.source), domain::to_string(charge.side),
      show_every(charge.every),
      std::vector{"days", "seconds", "none"}.at(static_cast<std::size_t>(charge.proration)),
      charge.on_cancel == domain::OnEnd::kKeep ? "keep" : "prorate",
      charge.on_change == domain::OnEnd::kKeep ? "keep" : "prorate",
      charge.charged_in_trial ? ", in trial" : "", charge.pass_through ? ", pass-through" : "",
      charge.option ? ", option " + *charge.option : "", charge.tax);
  for (const domain::Terms& terms : charge.terms) {
    text += fmt::format("  from {}: {}; allowance {}, minimum {}, maximum {}\n",
                        terms.effective ? time::to_string(*terms.effective) : "ever",
                        show_model(terms.model), show(terms.allowance), show(terms.minimum),
                        show(terms.maximum));
  }
  return text;
}

std::string show(const invoicing::Days& days) {
  return fmt::format("[{}, {})", time::to_string(days.starts_on), time::to_string(days.ends_on));
}

std::string show(const domain::Subscription& subscription, const time::Zone& zone) {
  const auto day = [&](const std::optional<time::Instant>& instant) {
    return instant ? time::to_string(zone.date_of(*instant)) : "ever";
  };
  std::string text =
      fmt::format("subscription {} in {}: from {} to {} ({}), trial to {}", subscription.number,
                  zone.name(), day(subscription.starts_at), day(subscription.ends_at),
                  subscription.ending == domain::Ending::kCancelled ? "cancelled" : "changed",
                  subscription.trial_ends_at ? day(subscription.trial_ends_at) : "-");
  for (const auto& quantity : subscription.quantities) {
    text += fmt::format(", {} {} from {}", quantity.value.to_string(), quantity.name,
                        day(quantity.starts_at));
  }
  for (const auto& pause : subscription.pauses) {
    text += fmt::format(", paused from {} to {}", day(pause.starts_at), day(pause.ends_at));
  }
  return text + "\n";
}

std::string show(const pricing::EnvironmentShare& environment) {
  return fmt::format("environment: {} %, {} free units\n", environment.percent.to_string(),
                     environment.free_units.to_string());
}

std::string show(const pricing::Measure& measure) {
  std::string text = measure.quantity.to_string();
  for (const auto& quantity : measure.quantities) text += " meter " + quantity.to_string();
  for (const auto& one : measure.transactions) text += " transaction " + one.to_string();
  for (const auto& group : measure.groups) {
    text += fmt::format(" group {} '{}' {}", static_cast<std::int64_t>(group.index), group.label,
                        group.quantity.to_string());
  }
  return text;
}

}  // namespace reckoner::second
