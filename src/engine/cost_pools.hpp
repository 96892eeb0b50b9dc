#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "engine/facts.hpp"
#include "engine/versions.hpp"
#include "money/money.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// The key of a pool's line for a month.
std::string pool_line_key(const std::string& pool, const std::string& month);

/// A pool's calendar month divided among those who bear it (docs/allocation.md).
struct PoolDivision {
  std::string pool;
  std::string month;  ///< "2026-10"
  money::Money amount;
  std::vector<std::pair<CustomerId, PoolShare>> shares;  ///< sum to `amount`; by customer
};

/// What is known when pools are divided.
struct PoolKnowledge {
  std::string engine;      ///< whose pools are divided
  time::Instant fires_at;  ///< only months that have ended by then
  std::int64_t cut = 0;    ///< of usage
};

/// Whether a month of the engine's pools has an amount that is not divided, or not as it stands, or
/// there are problems with some.
bool has_undivided_pools(store::Connection& connection, const config::Configuration& configuration,
                         const PoolKnowledge& knowledge);

/// Divides those months, and stores what each customer bears: in a transaction (or savepoint) of
/// its own. A month that is divided for the first time is measured: over all customers subscribed
/// in it, due, parked or not. From then on the proportions stand, whatever is learned about usage;
/// a later amount is divided in the same ones. The server ends a transaction that is silent for
/// longer than `silence_max`. Billed periods on which a share falls are reopened, so that the
/// difference follows. Others see the shares of a month all at once, or none; no batch bills
/// between where it is known which periods were billed without them and then (kBooksLock), and
/// batches go on while shares are worked out and written. Of several who divide, one does at a
/// time. A month that nobody could bear, or that cannot be worked out, is left as it is; that is
/// logged as an error, and kept as a PoolProblem until the month is divided.
void divide_pools(store::Connection& connection, const CompiledVersion& compiled, VersionId version,
                  const PoolKnowledge& knowledge, time::Instant now,
                  std::chrono::milliseconds silence_max);

/// Why a month of a pool could not be divided when that was tried last.
struct PoolProblem {
  std::string pool;
  std::string month;
  std::string reason;
  time::Instant since;     ///< the first try that failed
  time::Instant tried_at;  ///< the last one
};
/// By pool and month.
std::vector<PoolProblem> pool_problems(store::Connection& connection);

/// What divide_pools would store now, for whoever shows what a run would bill. Usage as `facts`
/// knows it. Months that cannot be divided are left out.
std::vector<PoolDivision> divisions_to_come(FactReader& facts, store::Connection& connection,
                                            const CompiledVersion& compiled,
                                            const PoolKnowledge& knowledge);
/// By customer, as FactReader::assume takes them.
PoolShares shares_of(std::vector<PoolDivision> divisions);

/// A month of one pool with that amount, as it would be divided now, whether it has ended or not.
/// Throws Error where nobody could bear it.
PoolDivision divide_pool(FactReader& facts, store::Connection& connection,
                         const CompiledVersion& compiled, const domain::CostPool& pool,
                         const std::string& month, const money::Money& amount);

}  // namespace reckoner::engine
