#include <fmt/format.h>

#include <algorithm>

#include "second/customer.hpp"

namespace reckoner::second {
namespace {

using money::Decimal;

domain::Charge share_of(Tape& tape, const std::string& charge) {
  domain::Charge made;
  made.name = "support";
  made.source = domain::OfCharges{{charge}};
  made.terms.emplace_back();
  made.terms.back().model = some_rate(tape);
  return made;
}

/// Fees, usage and a share of what stands before it.
std::vector<domain::Charge> some_charges(Tape& tape, const invoicing::Days& period) {
  std::vector<domain::Charge> made;
  for (int i = tape.between(1, 4); i > 0; --i) {
    made.push_back(tape.chance(40) ? some_recurring_charge(tape, period)
                                   : some_metered_charge(tape, period));
    made.back().name += std::to_string(made.size());
  }
  if (tape.chance(20)) made.push_back(share_of(tape, made.front().name));
  return made;
}

void agree_figures(Tape& tape, Subscribed& subscribed, const invoicing::Days& period) {
  for (const domain::Charge& charge : subscribed.charges) {
    const auto* rate = std::get_if<domain::Rate>(&charge.terms.front().model);
    if (domain::metering_of(charge) == nullptr || rate == nullptr || !tape.chance(30)) continue;
    const bool per_unit =
        std::all_of(charge.terms.begin(), charge.terms.end(), [](const domain::Terms& terms) {
          return std::holds_alternative<domain::PerUnit>(std::get<domain::Rate>(terms.model));
        });
    time::Date first = some_day(tape, time::add_days(period.starts_on, -10), 20);
    for (int i = tape.between(1, 2); i > 0; --i) {
      domain::AgreedFigure figure;
      figure.plan = "plan";
      figure.charge = charge.name;
      figure.figure = per_unit && tape.chance(50) ? "price" : "allowance";
      figure.value = some_quantity(tape, 40);
      figure.starts_on = first;
      first = time::add_days(first, tape.between(1, 20));
      if (tape.chance(50)) figure.ends_on = first;
      subscribed.agreed.push_back(figure);
    }
  }
}

invoicing::SpendLimits some_limits(Tape& tape) {
  invoicing::SpendLimits made;
  if (tape.chance(25)) made.minimum = some_quantity(tape);
  if (tape.chance(25)) made.maximum = made.minimum.value_or(0) + some_quantity(tape, 1000);
  return made;
}

Subscribed some_subscribed(Tape& tape, domain::Subscription subscription,
                           const invoicing::Days& period) {
  Subscribed made{std::move(subscription),
                  some_charges(tape, period),
                  {},
                  some_environment(tape),
                  some_limits(tape)};
  agree_figures(tape, made, period);
  return made;
}

}  // namespace

Customer some_customer(Tape& tape) {
  const time::Zone zone = some_zone(tape);
  Customer made{zone, some_period(tape), some_currency(tape), some_rounding(tape), {}, {}, {}};
  domain::Subscription first = some_subscription(tape, zone, made.period);
  first.currency = made.currency;
  made.subscribed.push_back(some_subscribed(tape, first, made.period));
  if (first.ends_at && zone.date_of(*first.ends_at) < made.period.ends_on && tape.chance(60)) {
    domain::Subscription next = first;
    made.subscribed.front().subscription.ending = domain::Ending::kChanged;
    next.number = 2;
    next.starts_at = *first.ends_at;
    next.ends_at = std::nullopt;
    next.pauses.clear();
    made.subscribed.push_back(some_subscribed(tape, next, made.period));
  }
  const int discounts = tape.pick({0, 0, 1, 2});
  for (int i = 1; i <= discounts; ++i) {
    domain::Discount discount;
    discount.number = i;
    discount.percentage = tape.pick({10, 15, 20, 33});
    discount.starts_at = zone.start_of(some_day(tape, made.period.starts_on, 20));
    if (tape.chance(30)) discount.charges = {"usage1"};
    made.discounts.push_back(discount);
  }
  made.limits = some_limits(tape);
  return made;
}

std::vector<Event> some_events(Tape& tape, const Customer& customer) {
  std::vector<Event> made;
  const auto begins = customer.zone.start_of(customer.period.starts_on);
  const auto length = customer.zone.start_of(customer.period.ends_on) - begins;
  const auto quarters =
      static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(length).count() / 15);
  for (int i = tape.below(10); i > 0; --i) {
    made.push_back({begins + std::chrono::minutes(15 * tape.below(quarters) + tape.below(15)),
                    tape.pick<const char*>({"m", "n"}), tape.pick<const char*>({"a", "b", "c"}),
                    tape.pick<const char*>({"a", "b"}), some_quantity(tape)});
  }
  std::stable_sort(made.begin(), made.end(),
                   [](const Event& a, const Event& b) { return a.occurred_at < b.occurred_at; });
  return made;
}

std::string show(const Customer& customer, const std::vector<Event>& events) {
  std::string text =
      fmt::format("{} in {}, half {}\n", show(customer.period), customer.currency.code(),
                  customer.rounding == money::Rounding::kHalfEven ? "even" : "away from zero");
  const auto limits = [](const invoicing::SpendLimits& of) {
    return fmt::format("minimum {} maximum {}\n", show(of.minimum), show(of.maximum));
  };
  for (const Subscribed& one : customer.subscribed) {
    text += show(one.subscription, customer.zone) + limits(one.limits) + show(one.environment);
    for (const domain::Charge& charge : one.charges) text += show(charge);
    for (const domain::AgreedFigure& figure : one.agreed) {
      text += fmt::format("agreed: {} of {} is {} from {} to {}\n", figure.figure, figure.charge,
                          show(figure.value), time::to_string(figure.starts_on),
                          figure.ends_on ? time::to_string(*figure.ends_on) : "-");
    }
  }
  for (const domain::Discount& discount : customer.discounts) {
    text += fmt::format("discount {}: {} % from {} on {}\n", discount.number,
                        discount.percentage.to_string(),
                        time::to_string(customer.zone.date_of(discount.starts_at)),
                        fmt::join(discount.charges, ", "));
  }
  text += "customer: " + limits(customer.limits);
  for (const Event& event : events) {
    text += fmt::format("event {} {} {} {} {}\n", time::to_string(event.occurred_at), event.meter,
                        event.region, event.grade, event.value.to_string());
  }
  return text;
}

}  // namespace reckoner::second
