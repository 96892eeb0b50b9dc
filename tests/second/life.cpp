#include <algorithm>

#include "second/second.hpp"

namespace reckoner::second {
namespace {

using invoicing::Days;

/// A subscription as it is on one day.
class OnDay {
 public:
  OnDay(const domain::Subscription& subscription, const time::Zone& zone, time::Date day)
      : subscription_(subscription), zone_(zone), day_(day) {}

  bool begun() const { return day_ >= zone_.date_of(subscription_.starts_at); }
  bool ended() const {
    return subscription_.ends_at && day_ >= zone_.date_of(*subscription_.ends_at);
  }
  bool in_trial() const {
    return subscription_.trial_ends_at && day_ < zone_.date_of(*subscription_.trial_ends_at);
  }
  bool paused() const {
    for (const domain::Pause& pause : subscription_.pauses) {
      if (day_ >= zone_.date_of(pause.starts_at) &&
          (!pause.ends_at || day_ < zone_.date_of(*pause.ends_at))) {
        return true;
      }
    }
    return false;
  }
  Rational quantity(const std::string& name) const {
    Rational value;
    for (const domain::SubscribedQuantity& quantity : subscription_.quantities) {
      if (quantity.name == name && zone_.date_of(quantity.starts_at) <= day_) {
        value = quantity.value;
      }
    }
    return value;
  }
  bool has_option(const domain::Charge& charge) const {
    return !charge.option || quantity(*charge.option).sign() > 0;
  }

 private:
  const domain::Subscription& subscription_;
  const time::Zone& zone_;
  time::Date day_;
};

time::Date next(time::Date day) {
  return time::add_days(day, 1);
}

/// The first day that bears the charge.
time::Date first_charged(const domain::Subscription& subscription, const time::Zone& zone,
                         const domain::Charge& charge) {
  time::Date day = zone.date_of(subscription.starts_at);
  while (!charge.charged_in_trial && OnDay(subscription, zone, day).in_trial()) day = next(day);
  return day;
}

bool keeps_rest(const domain::Subscription& subscription, const domain::Charge& charge) {
  const bool changed = subscription.ending == domain::Ending::kChanged;
  return (changed ? charge.on_change : charge.on_cancel) == domain::OnEnd::kKeep;
}

}  // namespace

std::vector<Days> intervals(const domain::Subscription& subscription, const time::Zone& zone,
                            const domain::Charge& charge, const Days& period) {
  if (std::holds_alternative<domain::EveryPeriod>(charge.every)) return {period};
  const time::Date first = first_charged(subscription, zone, charge);
  const auto ended = [&](time::Date day) { return OnDay(subscription, zone, day).ended(); };
  if (std::holds_alternative<domain::OnlyOnce>(charge.every)) {
    if (!period.contains(first) || ended(first)) return {};
    return {{first, first}};
  }
  const auto& length = std::get<time::CalendarDuration>(charge.every);
  std::vector<Days> found;
  for (std::int64_t i = 0;; ++i) {
    const Days interval{time::add(first, length, i), time::add(first, length, i + 1)};
    if (interval.starts_on >= period.ends_on || ended(interval.starts_on)) return found;
    time::Date last = interval.starts_on;  // the last day of it that the subscription has
    while (next(last) < interval.ends_on && !ended(next(last))) last = next(last);
    if (period.contains(charge.side == domain::Side::kAdvance ? interval.starts_on : last)) {
      found.push_back(interval);
    }
  }
}

std::vector<Stretch> stretches(const domain::Subscription& subscription, const time::Zone& zone,
                               const domain::Charge& charge, const Days& interval,
                               std::optional<time::Date> until) {
  const time::Date first = first_charged(subscription, zone, charge);
  // Who is gone before the first day that bears the charge owes nothing of it.
  if (OnDay(subscription, zone, first).ended()) return {};
  const auto* of_subscription = std::get_if<domain::OfSubscription>(&charge.source);
  const auto quantity = [&](const OnDay& on) {
    return of_subscription ? on.quantity(of_subscription->quantity) : Rational(1);
  };
  const auto counts = [&](const OnDay& on, time::Date day) {
    return on.begun() && day >= first && !on.paused() && on.has_option(charge) &&
           (!on.ended() || keeps_rest(subscription, charge)) && (!until || day < *until);
  };
  if (interval.empty()) {
    // What is charged once is not lost to a pause that begins with it, and as the day that it falls
    // on begins, it is owed.
    const OnDay on(subscription, zone, interval.starts_on);
    const bool known = !until || interval.starts_on <= *until;
    if (!known || on.ended() || !on.has_option(charge)) return {};
    return {{interval, quantity(on)}};
  }
  std::vector<Stretch> found;
  for (time::Date day = interval.starts_on; day < interval.ends_on; day = next(day)) {
    const OnDay on(subscription, zone, day);
    if (!counts(on, day)) continue;
    if (!found.empty() && found.back().days.ends_on == day &&
        found.back().quantity == quantity(on)) {
      found.back().days.ends_on = next(day);
    } else {
      found.push_back({{day, next(day)}, quantity(on)});
    }
  }
  if (charge.proration == domain::Proration::kNone && !found.empty()) {
    // A part costs the whole, however many parts there are: once, for the most there was.
    Rational most;
    for (const Stretch& stretch : found) most = std::max(most, stretch.quantity);
    return {{{found.front().days.starts_on, found.back().days.ends_on}, most}};
  }
  return found;
}

std::int64_t active_days(const domain::Subscription& subscription, const time::Zone& zone,
                         const Days& days) {
  std::int64_t count = 0;
  for (time::Date day = days.starts_on; day < days.ends_on; day = next(day)) {
    if (!OnDay(subscription, zone, day).paused()) ++count;
  }
  return count;
}

pricing::Coverage coverage_of(const domain::Charge& charge, const Days& days, const Days& interval,
                              const time::Zone& zone) {
  if (interval.empty() || charge.proration == domain::Proration::kNone) return {1, 1};
  std::int64_t part = 0;
  std::int64_t whole = 0;
  for (time::Date day = interval.starts_on; day < interval.ends_on; day = next(day)) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(zone.start_of(next(day)) -
                                                                          zone.start_of(day));
    const std::int64_t weight = charge.proration == domain::Proration::kDays ? 1 : seconds.count();
    whole += weight;
    if (days.contains(day)) part += weight;
  }
  return {part, whole};
}

domain::Terms terms_on(const domain::Charge& charge, std::span<const domain::AgreedFigure> agreed,
                       time::Date day) {
  domain::Terms terms = charge.terms.front();
  for (const domain::Terms& later : charge.terms) {
    if (later.effective && *later.effective <= day) terms = later;
  }
  for (const domain::AgreedFigure& figure : agreed) {
    if (day < figure.starts_on || (figure.ends_on && day >= *figure.ends_on)) continue;
    if (figure.figure == "minimum") terms.minimum = figure.value;
    if (figure.figure == "maximum") terms.maximum = figure.value;
    if (figure.figure == "allowance") terms.allowance = figure.value;
    if (figure.figure == "price") {
      std::get<domain::PerUnit>(std::get<domain::Rate>(terms.model)).price = figure.value.value();
    }
  }
  return terms;
}

}  // namespace reckoner::second
