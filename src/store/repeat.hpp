#pragma once

#include <chrono>
#include <utility>

#include "store/backoff.hpp"
#include "store/pool.hpp"

namespace reckoner::store {

/// Whether the same work, done twice, is done once.
enum class Twice {
  /// It is not: repeated only when the first time surely left nothing, and its transaction leaves a
  /// mark by which that can be told (Connection::mark_commits).
  kWouldDoubleIt,
  /// It is, by a natural key: repeated also when whether COMMIT was kept is in doubt.
  kIsOnce,
};

/// Decides after each failure whether to go on, and waits then: at most `kAttempts` in all.
class Repeats {
 public:
  static constexpr int kAttempts = 10;

  explicit Repeats(Twice twice) : twice_(twice) {}
  /// False when the error is to be thrown on. A connection that cannot be made is not waited for
  /// again: Pool::take() has done that.
  bool again(const DatabaseError& error);

 private:
  const Twice twice_;
  int failed_ = 0;
  Backoff backoff_;
};

/// Runs `work(Connection&)`, which makes one transaction of its own or none, on a connection of the
/// pool, and gives what it gives. Conflicts with others (40001, 40P01), timeouts (55P03, 57014), a
/// database that is out of resources (53xxx) and connections that were lost, in COMMIT too
/// (Transaction::commit), are met by doing it again from its start, with growing, jittered pauses.
/// Everything else it throws is thrown on. `wait` is for each connection (Pool::take).
template <class Work>
auto in_repeats(Pool& pool, std::chrono::milliseconds wait, Twice twice, Work&& work) {
  for (Repeats repeats(twice);;) {
    try {
      auto connection = pool.take(wait);
      connection->mark_commits(twice == Twice::kWouldDoubleIt);
      return work(*connection);
    } catch (const DatabaseError& error) {
      if (!repeats.again(error)) throw;
    }
  }
}

}  // namespace reckoner::store
