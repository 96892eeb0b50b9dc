#include "accounts/periods.hpp"

namespace reckoner::accounts {

namespace {

/// What remains before the next stored period is no period of its own when it is shorter than this.
constexpr std::chrono::days kStub(2);

/// The periods from the one that contains `from` to `until`, where a stored one begins.
std::vector<time::CyclePeriod> periods_before(const time::CycleRule& rule, time::Instant from,
                                              time::Instant until) {
  std::vector<time::CyclePeriod> periods;
  time::CyclePeriod period = time::period_containing(rule, from);
  if (until - period.period.starts_at < kStub) {
    period = time::period_containing(rule, period.period.starts_at - std::chrono::microseconds(1));
  }
  while (until - period.period.ends_at >= kStub) {
    periods.push_back(period);
    period = time::period_from(rule, period.period.ends_at);
  }
  period.period.ends_at = until;
  period.ends_on = rule.zone.date_of(until);
  periods.push_back(period);
  return periods;
}

}  // namespace

std::vector<time::CyclePeriod> missing_periods(const time::CycleRule& rule,
                                               const std::optional<StoredPeriods>& stored,
                                               const time::Period& wanted) {
  if (!stored) return {time::period_containing(rule, wanted.starts_at)};
  std::vector<time::CyclePeriod> periods;
  if (wanted.starts_at < stored->first_starts_at) {
    periods = periods_before(rule, wanted.starts_at, stored->first_starts_at);
  }
  if (stored->last_is_billed && wanted.ends_at > stored->last_ends_at) {
    periods.push_back(time::period_from(rule, stored->last_ends_at));
  }
  return periods;
}

std::vector<time::CyclePeriod> periods_up_to(const time::CycleRule& rule,
                                             const StoredPeriods& stored, time::Instant instant) {
  std::vector<time::CyclePeriod> periods;
  for (time::Instant end = stored.last_ends_at; end <= instant;
       end = periods.back().period.ends_at) {
    periods.push_back(time::period_from(rule, end));
  }
  return periods;
}

std::vector<ZonedPeriod> missing_advance_periods(const time::CycleRule& rule,
                                                 const std::vector<ZonedPeriod>& arrears,
                                                 const std::optional<StoredPeriods>& stored,
                                                 const time::Period& wanted) {
  std::vector<ZonedPeriod> periods;
  for (const ZonedPeriod& side : arrears) {
    if (stored && side.bounds.period.starts_at >= stored->first_starts_at) break;
    ZonedPeriod& added = periods.emplace_back(side);
    if (stored && added.bounds.period.ends_at > stored->first_starts_at) {
      added.bounds.period.ends_at = stored->first_starts_at;
      added.bounds.ends_on = added.zone.date_of(stored->first_starts_at);
    }
  }
  if (stored && stored->last_is_billed && wanted.ends_at > stored->last_ends_at) {
    periods.push_back({time::period_from(rule, stored->last_ends_at), rule.zone});
  }
  return periods;
}

}  // namespace reckoner::accounts
