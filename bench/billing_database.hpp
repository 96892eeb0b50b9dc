#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/files.hpp"
#include "engine/versions.hpp"
#include "store/embedded.hpp"
#include "store/pool.hpp"
#include "time/time.hpp"

namespace reckoner::bench {

/// Customers in a transaction of the run: what the shipped configuration has.
inline constexpr int kBatchSize = 1000;

struct Load {
  std::int64_t customers = 0;
  int lines = 10;  ///< of each invoice: a recurring fee and metered charges
  int workers = 2;
  int quarter_hours = 4;  ///< in which each meter was used, one a week; at most 4
  int events = 10;        ///< in each of them
  /// Whether the raw events are there too, with their keys and batches, as if they had come in.
  bool raw_events = false;

  int metered_charges() const { return lines - 1; }
};

/// The configuration that bills a Load: engines `monthly` and `interim` with all six handlers, one
/// plan whose fee and credit limit come from a decision table.
config::Files configuration(const Load& load);

/// A private cluster of its own, as durable as in production, with customers who are subscribed
/// since 1 October 2026 and have used something of every meter in that month. Nobody has been
/// billed. Statistics are up to date. Customers live in four zones.
class BillingDatabase {
 public:
  BillingDatabase(const std::filesystem::path& directory, const Load& load);

  store::Pool& pool() { return pool_; }
  engine::Versions& versions() { return versions_; }
  std::string owner_conninfo() const { return cluster_.conninfo(store::Role::kOwner); }
  /// The value of a setting of the server.
  std::string server_setting(std::string_view name);
  /// Writes everything to the tables, so that what comes next begins alike each time.
  void checkpoint();
  /// As autovacuum does in time: statistics are up to date.
  void vacuum();

  /// In October, when October has ended in every zone, and when November has.
  static time::Instant during_period();
  static time::Instant after_period();
  static time::Instant after_next_period();
  static std::string customer_key(std::int64_t number);  ///< from 1 to Load::customers

 private:
  void fill(const Load& load);

  store::EmbeddedCluster cluster_;
  store::Pool pool_;
  engine::Versions versions_;
};

}  // namespace reckoner::bench
