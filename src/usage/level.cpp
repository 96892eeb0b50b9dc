#include "usage/level.hpp"

#include "base/error.hpp"

namespace reckoner::usage {

namespace {

using std::chrono::microseconds;

money::Decimal over(const money::Decimal& level, microseconds held) {
  return level * money::Decimal(std::int64_t{held.count()});
}

money::Ratio in_units(const money::Decimal& level_time, microseconds unit) {
  if (unit <= microseconds(0)) throw Error("a level over time needs a unit of time above zero");
  return money::Ratio(level_time, std::int64_t{unit.count()});
}

}  // namespace

void Latest::add(const Moment& moment, const money::Decimal& value) {
  if (moment_ && *moment_ > moment) return;
  moment_ = moment;
  value_ = value;
}

void Latest::merge(const Latest& other) {
  if (other.moment_) add(*other.moment_, other.value_);
}

std::optional<money::Decimal> Latest::value() const {
  return moment_ ? std::optional(value_) : std::nullopt;
}

void ChangedLevel::add(time::Instant at, const money::Decimal& change) {
  change_ += change;
  change_time_ += over(change, at.time_since_epoch());
}

void ChangedLevel::merge(const ChangedLevel& other) {
  change_ += other.change_;
  change_time_ += other.change_time_;
}

money::Ratio ChangedLevel::over_time(const time::Period& period, const money::Decimal& start_level,
                                     microseconds unit) const {
  // A change at t holds for ends_at − t.
  return in_units(over(start_level, period.length()) +
                      over(change_, period.ends_at.time_since_epoch()) - change_time_,
                  unit);
}

void StatedLevel::add(time::Instant at, const money::Decimal& level) {
  StatedLevel one;
  one.known_ = Known{at, at, level, 0};
  append(one);
}

void StatedLevel::append(const StatedLevel& later) {
  if (!later.known_) return;
  if (!known_) {
    *this = later;
    return;
  }
  RK_CHECK(known_->last_at <= later.known_->first_at);
  known_->between += over(known_->last_level, later.known_->first_at - known_->last_at);
  known_->between += later.known_->between;
  known_->last_at = later.known_->last_at;
  known_->last_level = later.known_->last_level;
}

money::Ratio StatedLevel::over_time(const time::Period& period, const money::Decimal& start_level,
                                    microseconds unit) const {
  if (!known_) return in_units(over(start_level, period.length()), unit);
  RK_CHECK(period.starts_at <= known_->first_at && known_->last_at <= period.ends_at);
  return in_units(over(start_level, known_->first_at - period.starts_at) + known_->between +
                      over(known_->last_level, period.ends_at - known_->last_at),
                  unit);
}

}  // namespace reckoner::usage
