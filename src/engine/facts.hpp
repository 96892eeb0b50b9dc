#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/work.hpp"
#include "store/connection.hpp"
#include "usage/fold.hpp"

namespace reckoner::engine {

/// What is known about usage: everything at or below `cut`, and with `tail` also what was
/// acknowledged since.
struct Knowledge {
  std::int64_t cut = 0;
  bool tail = false;
};

/// Money of a customer in one currency before a document.
struct Balance {
  money::Decimal balance;                  ///< sum of the receivable postings
  std::vector<domain::Payment> unclaimed;  ///< payments no document shows yet, oldest first
};

/// The period that begins where `period` ends, without a row yet; none when it has one or nobody is
/// subscribed any more.
std::optional<PeriodWork> following_period(const PeriodWork& period);

/// Reads the facts of a batch of customers, inside the transaction of its connection: one query a
/// kind of row, whatever the number of customers. From its making to the end of the transaction
/// PostgreSQL looks rows up by their keys, whatever its statistics say. Throws
/// store::DatabaseError.
class FactReader {
 public:
  FactReader(store::Connection& connection, Knowledge knowledge);

  const Knowledge& knowledge() const { return knowledge_; }

  /// Customers with their cycles, in the order of their ids. Ids without a row are left out.
  std::deque<CustomerWork> customers(std::span<const std::int64_t> ids);

  /// Which sides are wanted: those not issued that have ended at or before `until` or, to accrue,
  /// begun before it; and billed ones that usage or a reopening has touched since.
  struct Due {
    std::string engine;
    time::Instant until;
    bool accrue = false;
    std::string label;  ///< only periods so labelled; "" takes all
  };
  /// Oldest first for each customer. Sides that have no row yet come with `stored` false;
  /// `passed_over` gets those which lie before a wanted one and are not wanted themselves (their
  /// label differs), for the batch to store.
  struct DuePeriods {
    std::vector<PeriodWork> wanted;
    std::vector<PeriodWork> passed_over;
  };
  DuePeriods due_periods(std::deque<CustomerWork>& customers, const Due& due);

  /// The issued sides that contain the instant, to be looked at again as if they ended there and
  /// nothing had been billed.
  std::vector<PeriodWork> issued_periods_at(std::deque<CustomerWork>& customers,
                                            std::string_view engine, time::Instant at);

  /// Fills CustomerWork::subscriptions, in the order of their numbers.
  void subscriptions(std::span<CustomerWork* const> customers);

  /// Discounts of customers that have any, in the order of their numbers.
  std::map<CustomerId, std::vector<domain::Discount>> discounts(
      std::span<CustomerWork* const> customers);

  /// Usage of one customer in one stretch of time, by meter.
  struct UsageQuery {
    CustomerId customer;
    time::Period period;  ///< boundaries on quarter hours: throws Error otherwise
  };
  using UsageByMeter = std::map<std::string, usage::Fold, std::less<>>;
  /// One result a query, in their order.
  std::vector<UsageByMeter> usage(std::span<const UsageQuery> queries);

  /// What was billed of each period, by line key, in the order of their first lines; one result a
  /// period, in order.
  std::vector<std::vector<domain::BilledLine>> billed(std::span<PeriodWork* const> periods);

  /// Balance and unclaimed payments by customer and currency code.
  std::map<std::pair<CustomerId, std::string>, Balance> balances(
      std::span<const std::int64_t> customers);

 private:
  store::Connection& connection_;
  Knowledge knowledge_;
};

}  // namespace reckoner::engine
