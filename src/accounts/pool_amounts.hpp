#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/configuration.hpp"
#include "money/money.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

/// What a cost pool cost in a calendar month. Below zero where more was given back.
struct PoolAmount {
  std::string pool;
  std::string month;  ///< "2026-10"
  money::Money amount;
  std::string note = {};  ///< for people: an invoice of a supplier; one line
};

/// As the audit log tells it: {"amount":"10000.00","currency":"EUR","note":""}; and of what.
std::string to_json(const PoolAmount& amount);
std::string subject_of(const PoolAmount& amount);

/// What became of an amount.
enum class PoolEntry { kCreated, kChanged, kUnchanged };

/// Keeps every other writer of amounts waiting until the transaction ends, so that what is read
/// stays as it is.
void lock_pool_amounts(store::Connection& connection);

/// Sets amounts in the caller's transaction: in place of those that the months had. The next run of
/// the pool's engine behind the month divides them (engine/cost_pools.hpp). One result an amount,
/// in their order. Throws Error for a pool that the configuration does not have, another currency
/// than the pool's, what is no month, and a month of a pool that is there twice.
std::vector<PoolEntry> set_pool_amounts(store::Connection& connection,
                                        const config::Configuration& active,
                                        std::span<const PoolAmount> amounts, time::Instant now);

/// The same of one.
PoolEntry set_pool_amount(store::Connection& connection, const config::Configuration& active,
                          const PoolAmount& amount, time::Instant now);

/// An amount with what became of it.
struct PoolMonth {
  PoolAmount entered;
  time::Instant entered_at;
  std::optional<money::Money> divided;  ///< none: not yet; another than entered: not again yet
  std::int64_t customers = 0;           ///< among whom it is divided
  std::optional<time::Instant> divided_at;
  /// Why it could not be divided as it stands, and since when; empty: nobody failed to.
  std::string problem = {};
  std::optional<time::Instant> problem_since = std::nullopt;
};

/// By pool and month, the latest month first. A pool, and a month, that are empty do not restrict.
std::vector<PoolMonth> list_pool_months(store::Connection& connection, const std::string& pool,
                                        const std::string& month = {});

/// Throws Error for a pool that the configuration does not have, with a suggestion.
const domain::CostPool& require_pool(const config::Configuration& configuration,
                                     const std::string& name);

}  // namespace reckoner::accounts
