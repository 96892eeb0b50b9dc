#include "invoicing/lifetime.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

using namespace std::chrono_literals;

constexpr time::Date kEndOfTime{9999y / 12 / 31};

time::Date plus(time::Date anchor, const time::CalendarDuration& every, int times) {
  const auto day = static_cast<int>(static_cast<unsigned>(anchor.day()));
  const time::Date moved =
      every.months == 0 ? anchor : time::month_day(anchor, every.months * times, day);
  return time::add_days(moved, static_cast<std::int64_t>(every.days) * times);
}

domain::OnEnd policy(const domain::Charge& charge, domain::Ending ending) {
  return ending == domain::Ending::kCancelled ? charge.on_cancel : charge.on_change;
}

}  // namespace

Days intersection(const Days& a, const Days& b) {
  return {std::max(a.starts_on, b.starts_on), std::min(a.ends_on, b.ends_on)};
}

Lifetime::Lifetime(const domain::Subscription& subscription, const time::Zone& zone)
    : days_{zone.date_of(subscription.starts_at),
            subscription.ends_at ? zone.date_of(*subscription.ends_at) : kEndOfTime},
      ending_(subscription.ending) {
  if (subscription.trial_ends_at) trial_ends_on_ = zone.date_of(*subscription.trial_ends_at);
  for (const domain::Pause& pause : subscription.pauses) {
    pauses_.push_back(
        {zone.date_of(pause.starts_at), pause.ends_at ? zone.date_of(*pause.ends_at) : kEndOfTime});
  }
  for (const domain::SubscribedQuantity& quantity : subscription.quantities) {
    levels_.push_back({quantity.name, zone.date_of(quantity.starts_at), quantity.value});
  }
}

time::Date Lifetime::charged_from(const domain::Charge& charge) const {
  if (charge.charged_in_trial || !trial_ends_on_) return days_.starts_on;
  return std::max(days_.starts_on, *trial_ends_on_);
}

std::vector<Days> Lifetime::intervals(const domain::Charge& charge, const Days& period) const {
  if (std::holds_alternative<domain::EveryPeriod>(charge.every)) return {period};
  const time::Date first = charged_from(charge);
  if (first >= days_.ends_on) return {};
  if (std::holds_alternative<domain::OnlyOnce>(charge.every)) {
    if (!period.contains(first)) return {};
    return {{first, first}};
  }
  const auto& every = std::get<time::CalendarDuration>(charge.every);
  std::vector<Days> found;
  for (int k = 0;; ++k) {
    const Days interval{plus(first, every, k), plus(first, every, k + 1)};
    RK_CHECK(!interval.empty());
    if (interval.starts_on >= period.ends_on || interval.starts_on >= days_.ends_on) return found;
    if (charge.side == domain::Side::kAdvance) {
      if (period.contains(interval.starts_on)) found.push_back(interval);
    } else {
      const time::Date last = time::add_days(std::min(interval.ends_on, days_.ends_on), -1);
      if (period.contains(last)) found.push_back(interval);
    }
  }
}

std::vector<Lifetime::Stretch> Lifetime::stretches(const domain::Charge& charge,
                                                   const Days& interval,
                                                   std::optional<time::Date> until) const {
  const auto* named = std::get_if<domain::OfSubscription>(&charge.source);
  const auto quantity_at = [&](time::Date day) {
    return named ? quantity_on(named->quantity, day) : money::Decimal(1);
  };
  if (std::holds_alternative<domain::OnlyOnce>(charge.every)) {
    if (until && *until < interval.starts_on) return {};
    if (!has_option(charge, interval.starts_on)) return {};
    return {{interval, quantity_at(interval.starts_on)}};
  }
  const bool keeps = policy(charge, ending_) == domain::OnEnd::kKeep;
  Days charged = intersection(interval, {charged_from(charge), keeps ? kEndOfTime : days_.ends_on});
  if (interval.starts_on >= days_.ends_on || charged_from(charge) >= days_.ends_on) return {};
  if (until) charged.ends_on = std::min(charged.ends_on, *until);
  if (charged.empty()) return {};

  std::set<time::Date> cuts{charged.starts_on, charged.ends_on};
  const auto cut = [&](time::Date day) {
    if (charged.contains(day)) cuts.insert(day);
  };
  for (const Days& pause : pauses_) {
    cut(pause.starts_on);
    cut(pause.ends_on);
  }
  for (const Level& level : levels_) cut(level.from);

  std::vector<Stretch> found;
  for (auto from = cuts.begin(), to = std::next(from); to != cuts.end(); ++from, ++to) {
    if (paused_on(*from) || !has_option(charge, *from)) continue;
    const Stretch stretch{{*from, *to}, quantity_at(*from)};
    // A part that costs the whole costs it once, for the largest quantity.
    const bool whole = charge.proration == domain::Proration::kNone;
    const bool goes_on = !found.empty() && found.back().days.ends_on == *from &&
                         found.back().quantity == stretch.quantity;
    if (!found.empty() && (whole || goes_on)) {
      found.back().days.ends_on = *to;
      found.back().quantity = std::max(found.back().quantity, stretch.quantity);
    } else {
      found.push_back(stretch);
    }
  }
  return found;
}

std::vector<Days> Lifetime::option_days(const domain::Charge& charge, const Days& days) const {
  if (!charge.option) return {days};
  std::set<time::Date> cuts{days.starts_on, days.ends_on};
  for (const Level& level : levels_) {
    if (days.contains(level.from)) cuts.insert(level.from);
  }
  std::vector<Days> found;
  for (auto from = cuts.begin(), to = std::next(from); to != cuts.end(); ++from, ++to) {
    if (!has_option(charge, *from)) continue;
    if (!found.empty() && found.back().ends_on == *from) {
      found.back().ends_on = *to;
    } else {
      found.push_back({*from, *to});
    }
  }
  return found;
}

std::vector<Days> Lifetime::unpaused_days(const Days& days) const {
  std::vector<Days> found{days};
  for (const Days& pause : pauses_) {
    const Days last = found.back();
    found.back().ends_on = std::min(last.ends_on, pause.starts_on);
    found.push_back({std::max(last.starts_on, pause.ends_on), last.ends_on});
  }
  std::erase_if(found, [](const Days& stretch) { return stretch.empty(); });
  return found;
}

std::int64_t Lifetime::active_days(const Days& days) const {
  if (days.empty()) return 0;
  std::int64_t count = days.count();
  for (const Days& pause : pauses_) {
    const Days common = intersection(days, pause);
    if (!common.empty()) count -= common.count();
  }
  return count;
}

bool Lifetime::has_option(const domain::Charge& charge, time::Date day) const {
  return !charge.option || quantity_on(*charge.option, day).sign() > 0;
}

money::Decimal Lifetime::quantity_on(const std::string& name, time::Date day) const {
  money::Decimal value;
  for (const Level& level : levels_) {
    if (level.name == name && level.from <= day) value = level.value;
  }
  return value;
}

bool Lifetime::paused_on(time::Date day) const {
  return std::any_of(pauses_.begin(), pauses_.end(),
                     [&](const Days& pause) { return pause.contains(day); });
}

pricing::Coverage coverage_of(const domain::Charge& charge, const Days& days, const Days& interval,
                              const time::Zone& zone) {
  if (interval.empty() || charge.proration == domain::Proration::kNone) return {1, 1};
  if (charge.proration == domain::Proration::kDays) return {days.count(), interval.count()};
  const auto seconds = [&](const Days& stretch) -> std::int64_t {
    return std::chrono::duration_cast<std::chrono::seconds>(zone.start_of(stretch.ends_on) -
                                                            zone.start_of(stretch.starts_on))
        .count();
  };
  return {seconds(days), seconds(interval)};
}

}  // namespace reckoner::invoicing
