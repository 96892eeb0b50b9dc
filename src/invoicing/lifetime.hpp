#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "domain/customer.hpp"
#include "money/decimal.hpp"
#include "pricing/coverage.hpp"
#include "time/time.hpp"

namespace reckoner::invoicing {

/// Local days, half-open: from `starts_on` until `ends_on`, which is not in it any more.
struct Days {
  time::Date starts_on;
  time::Date ends_on;

  bool empty() const { return ends_on <= starts_on; }
  std::int64_t count() const { return time::days_between(starts_on, ends_on); }
  bool contains(time::Date day) const { return starts_on <= day && day < ends_on; }
  friend bool operator==(const Days&, const Days&) = default;
};

/// The common part; empty() when there is none.
Days intersection(const Days& a, const Days& b);

/// A subscription's life in local days of one zone.
class Lifetime {
 public:
  Lifetime(const domain::Subscription& subscription, const time::Zone& zone);

  /// From its first day to its end, or to the end of time.
  const Days& days() const { return days_; }
  /// The first day that bears fees which a trial does not: its first, or the end of the trial.
  time::Date charged_from(const domain::Charge& charge) const;

  /// The intervals of a recurring charge whose side falls into the period, oldest first: those that
  /// begin in it (advance) or end in it (arrears), at the subscription's end if that is earlier. A
  /// charge of each period has the period itself; one that is charged once has the day it begins,
  /// as an empty interval.
  std::vector<Days> intervals(const domain::Charge& charge, const Days& period) const;

  /// A stretch of an interval in which a charge counts with one quantity.
  struct Stretch {
    Days days;
    money::Decimal quantity;
  };
  /// The stretches of the interval that a recurring charge is for: without the trial, pauses, days
  /// without its option, and days after the end unless the charge keeps them; cut where its
  /// quantity changes. `until`, where given, cuts off what has not passed yet.
  std::vector<Stretch> stretches(const domain::Charge& charge, const Days& interval,
                                 std::optional<time::Date> until) const;

  /// The days of `days` on which the option of the charge stands; all where it has none.
  std::vector<Days> option_days(const domain::Charge& charge, const Days& days) const;
  /// The days of `days` without pauses.
  std::vector<Days> unpaused_days(const Days& days) const;
  /// Days of `days` that are not paused.
  std::int64_t active_days(const Days& days) const;
  /// Whether the option of the charge stands on that day.
  bool has_option(const domain::Charge& charge, time::Date day) const;
  /// The quantity of that name on the day; 0 where it has none.
  money::Decimal quantity_on(const std::string& name, time::Date day) const;

 private:
  struct Level {
    std::string name;
    time::Date from;
    money::Decimal value;
  };
  bool paused_on(time::Date day) const;

  Days days_;
  domain::Ending ending_;
  std::optional<time::Date> trial_ends_on_;
  std::vector<Days> pauses_;
  std::vector<Level> levels_;
};

/// The part of the interval that `days` is, as the charge's proration counts it: in days, or in
/// real seconds of the zone. Of an empty interval (charged once) the whole.
pricing::Coverage coverage_of(const domain::Charge& charge, const Days& days, const Days& interval,
                              const time::Zone& zone);

}  // namespace reckoner::invoicing
