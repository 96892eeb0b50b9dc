#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "time/time.hpp"

namespace reckoner::engine {

/// Whose budgets have to be compared, and in which order: customers with usage that nobody has
/// compared yet, each when it is due. That is at once; where two looks at most a minute apart are
/// known, after a quarter of the time in which, as it went between them, the first threshold would
/// be reached, and after twenty seconds at most. So a month that comes near a threshold is looked
/// at with every cut, one that is far away costs little, and what jumps is told within those
/// seconds. Not for several threads.
class LookQueue {
 public:
  static constexpr std::chrono::seconds kLongestWait{20};

  /// The customer has usage in that cut.
  void add(std::int64_t customer, std::int64_t cut);
  /// It is due then, whatever is known of it: behind those who were due before.
  void add(std::int64_t customer, time::Instant due);
  /// It is due some time, as everybody is: behind those with usage.
  void sweep(std::int64_t customer);
  /// At most so many who are due, the longest due first; a quarter of them is kept for those who
  /// are only swept, where there are any.
  std::vector<std::int64_t> due(time::Instant now, std::size_t most) const;
  /// Nobody waits who is only swept.
  bool is_swept() const { return swept_.empty(); }
  /// Another process may have looked at those who wait; what is known of looks stays.
  void forget_waiting();

  /// How near thresholds are that were not reached, each as the millionths of its limit that are
  /// spent, up to a million; those of two looks are compared one by one where they are as many. Of
  /// whom it is not known (none), every look is due at once.
  using Shares = std::vector<std::int64_t>;
  /// The customer waits no longer.
  void looked(std::int64_t customer, time::Instant at, std::optional<Shares> shares);

  /// The first cut with usage that somebody waits with.
  std::optional<std::int64_t> first_cut() const;

 private:
  struct Waiting {
    time::Instant due;
    std::optional<std::int64_t> cut = std::nullopt;
  };
  struct Known {
    time::Instant looked_at;
    Shares shares;
    std::chrono::milliseconds wait{0};
  };
  Waiting& enqueue(std::int64_t customer, time::Instant due);

  std::unordered_map<std::int64_t, Known> known_;
  std::unordered_map<std::int64_t, Waiting> waiting_;
  std::set<std::pair<time::Instant, std::int64_t>> order_;  ///< of waiting_
  std::set<std::int64_t> swept_;                            ///< who are not in waiting_
};

}  // namespace reckoner::engine
