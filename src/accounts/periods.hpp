#pragma once

// Inside of accounts: which billing periods a cycle lacks. Pure.

#include <optional>
#include <vector>

#include "time/cycle.hpp"

namespace reckoner::accounts {

/// What is stored of one side of a cycle's billing periods: a stretch without a gap.
struct StoredPeriods {
  time::Instant first_starts_at;
  time::Instant last_ends_at;
  bool last_is_billed = false;
};

/// The periods to be stored so that everything in `wanted`, which is not empty and may end at
/// Instant::max(), is billed in some period; oldest first. A cycle without periods gets the one
/// that contains the beginning: runs add those behind the last by themselves. One that begins too
/// late gets those before its first, up to it without a gap: where the rule has changed since, the
/// last of them is longer or shorter, and none is shorter than two days. One that lies dormant, its
/// last period billed, goes on exactly where that ended.
std::vector<time::CyclePeriod> missing_periods(const time::CycleRule& rule,
                                               const std::optional<StoredPeriods>& stored,
                                               const time::Period& wanted);

/// The periods behind the last stored one, up to the one that contains `instant`.
std::vector<time::CyclePeriod> periods_up_to(const time::CycleRule& rule,
                                             const StoredPeriods& stored, time::Instant instant);

/// A period with the zone its days are counted in.
struct ZonedPeriod {
  time::CyclePeriod bounds;
  time::Zone zone;
};

/// The advance sides to be stored so that everything in `wanted` has one. They mirror the arrears
/// sides, given by time: all that end behind the beginning of `wanted`, or at least the last one,
/// from which runs go on. They end where the stored ones begin, and a dormant advance side goes on
/// exactly where it ended.
std::vector<ZonedPeriod> missing_advance_periods(const time::CycleRule& rule,
                                                 const std::vector<ZonedPeriod>& arrears,
                                                 const std::optional<StoredPeriods>& stored,
                                                 const time::Period& wanted);

}  // namespace reckoner::accounts
