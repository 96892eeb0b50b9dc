#pragma once

#include <chrono>
#include <optional>

#include "money/decimal.hpp"
#include "time/time.hpp"
#include "usage/moment.hpp"

/// Folds over what is known of a level: seats, bytes stored, machines running.
namespace reckoner::usage {

/// The last value. Merging is associative and commutative as long as no two values have the same
/// Moment.
class Latest {
 public:
  void add(const Moment& moment, const money::Decimal& value);
  void merge(const Latest& other);

  /// None where there was no value.
  std::optional<money::Decimal> value() const;

  friend bool operator==(const Latest&, const Latest&) = default;

 private:
  std::optional<Moment> moment_;
  money::Decimal value_;
};

/// A level that events change by so much, up or down. Two sums are all that is kept, so merging is
/// associative and commutative.
class ChangedLevel {
 public:
  /// A change holds from its instant on.
  void add(time::Instant at, const money::Decimal& change);
  void merge(const ChangedLevel& other);

  /// The level after all changes.
  money::Decimal at_end(const money::Decimal& start_level) const { return start_level + change_; }

  /// Σ level × time held in `period`, over `unit`: with the period's own length as unit the average
  /// level, with an hour the level-hours. `start_level` is carried in. All changes lie in the
  /// period. Throws Error when the unit is not above zero.
  money::Ratio over_time(const time::Period& period, const money::Decimal& start_level,
                         std::chrono::microseconds unit) const;

  friend bool operator==(const ChangedLevel&, const ChangedLevel&) = default;

 private:
  money::Decimal change_;       ///< Σ change
  money::Decimal change_time_;  ///< Σ change × microseconds since 1970
};

/// A level that events state. Values come in the order of their instants, and of those of one
/// instant in the order of arrival: the last of them holds. Merging is associative.
class StatedLevel {
 public:
  /// The level from its instant on. `at` is not before the last one: a Bug otherwise.
  void add(time::Instant at, const money::Decimal& level);
  /// Puts `later` behind this: it does not begin before this ends.
  void append(const StatedLevel& later);

  money::Decimal at_end(const money::Decimal& start_level) const {
    return known_ ? known_->last_level : start_level;
  }

  /// As ChangedLevel::over_time.
  money::Ratio over_time(const time::Period& period, const money::Decimal& start_level,
                         std::chrono::microseconds unit) const;

  friend bool operator==(const StatedLevel&, const StatedLevel&) = default;

 private:
  struct Known {
    time::Instant first_at;
    time::Instant last_at;
    money::Decimal last_level;
    money::Decimal between;  ///< Σ level × microseconds from first_at to last_at
    friend bool operator==(const Known&, const Known&) = default;
  };
  std::optional<Known> known_;
};

}  // namespace reckoner::usage
