#pragma once

#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "domain/credit.hpp"
#include "engine/work.hpp"
#include "meters/meter_reader.hpp"
#include "store/connection.hpp"
#include "usage/fold.hpp"

namespace reckoner::engine {

/// What is known about usage: everything at or below `cut`, and with `tail` also what was
/// acknowledged since. Reading the tail costs the same for one customer as for many: it is not
/// ordered by customer.
struct Knowledge {
  std::int64_t cut = 0;
  bool tail = false;
  /// Whoever computes what is not over yet looks ahead: figures over many customers that a month
  /// has not yet are those of the last month that has some. With the tail everybody does.
  bool ahead = false;
};

/// Money of a customer in one currency before a document.
struct Balance {
  money::Decimal balance;                  ///< sum of the receivable postings
  std::vector<domain::Payment> unclaimed;  ///< payments no document shows yet, oldest first
};

/// The period that begins where `period` ends, without a row yet; none when it has one or nobody is
/// subscribed any more.
std::optional<PeriodWork> following_period(const PeriodWork& period);

/// Usage of one customer in one stretch of time, by meter.
struct UsageQuery {
  CustomerId customer;
  time::Period period;
};
using UsageByMeter = std::map<std::string, usage::Fold, std::less<>>;

/// The usage of a quarter hour with one set of dimensions.
struct UsageDetail {
  std::string meter;
  std::string dimensions;  ///< "class=hot;region=eu", sorted, or ""
  time::Instant bucket;
  usage::Fold fold;
};

/// What a meter measured that looks at more than a fold keeps.
struct QuantityQuery {
  CustomerId customer;
  const domain::Meter* meter = nullptr;  ///< not folded
  std::vector<time::Period> windows;     ///< one behind the other; at least one
  std::vector<std::string> by;           ///< names of dimensions; none: all together
};
struct Quantities {
  money::Decimal total;  ///< from the beginning of the first window to the end of the last
  struct Group {
    std::vector<std::string> values;  ///< in the order of QuantityQuery::by; "": has none
    std::size_t window = 0;
    money::Decimal quantity;
  };
  std::vector<Group> groups;  ///< where something was measured; by values, then by window
};

/// What a customer bears of a cost pool's month.
struct PoolShare {
  std::string pool;
  std::string month;       ///< "2026-10"
  std::int64_t cycle = 0;  ///< in whose arrears it is billed
  time::Date falls_on;     ///< the local day that says in which period
  money::Money amount;
  std::string description;  ///< for the reader of the invoice, one line
  std::string tax;          ///< category
  std::string facts;        ///< JSON (invoicing/cost_facts.hpp)
};
using PoolShares = std::map<CustomerId, std::vector<PoolShare>>;
/// Of a row with the columns of pool_share.
PoolShare read_pool_share(const store::Row& row);

/// Where the handlers of the statement and document phase get their facts from.
class FactSource {
 public:
  virtual ~FactSource() = default;

  /// Fills CustomerWork::subscriptions, in the order of their numbers, and ::agreed.
  virtual void subscriptions(std::span<CustomerWork* const> customers) = 0;

  /// Discounts of customers that have any, in the order of their numbers.
  virtual std::map<CustomerId, std::vector<domain::Discount>> discounts(
      std::span<CustomerWork* const> customers) = 0;

  /// Charges by hand of customers that have any, in the order of their numbers.
  virtual std::map<CustomerId, std::vector<domain::ManualCharge>> manual_charges(
      std::span<CustomerWork* const> customers) = 0;

  /// Folds, also of meters that were not asked for; one result a query, in their order. Extremes
  /// are told where a meter that was asked for looks at them. `reader` has the meters of the pass.
  /// Throws Error where raw events are needed that were archived.
  virtual std::vector<UsageByMeter> usage(std::span<const UsageQuery> queries,
                                          const std::vector<std::string>& meters,
                                          const meters::MeterReader& reader) = 0;

  /// The same of some meters, not yet folded over dimensions and time; ordered by both.
  virtual std::vector<std::vector<UsageDetail>> usage_details(
      std::span<const UsageQuery> queries, const std::vector<std::string>& meters,
      const meters::MeterReader& reader) = 0;

  /// The values of the meter's events, in the order in which they occurred; one result a query.
  virtual std::vector<std::vector<money::Decimal>> transactions(
      std::span<const UsageQuery> queries, const domain::Meter& meter,
      const meters::MeterReader& reader) = 0;

  /// One result a query, in their order.
  virtual std::vector<Quantities> quantities(std::span<const QuantityQuery> queries) = 0;

  /// Coupons and prepaid credits of customers that have any with something left, in the order of
  /// their numbers, and what the customers' documents drew so far.
  struct CreditFacts {
    std::vector<domain::Credit> credits;
    struct Draw {
      std::int64_t credit = 0;
      std::int64_t ordinal = 0;
      money::Decimal amount;  ///< positive; less what was given back meanwhile
    };
    std::vector<Draw> draws;  ///< in the order they were drawn
    /// The last of the documents with draws that billed a line key of a period.
    std::map<std::pair<domain::PeriodKey, std::string>, std::int64_t> billed_by;
  };
  virtual std::map<CustomerId, CreditFacts> credits(std::span<const std::int64_t> customers) = 0;

  /// When the side of a period was first billed; periods that were not are left out.
  using PeriodOfCustomer = std::pair<CustomerId, domain::PeriodKey>;
  virtual std::map<PeriodOfCustomer, time::Date> first_issued_on(
      std::span<const PeriodOfCustomer> periods) = 0;

  /// Figures over many customers, by name, of each engine and month ("2026-10") that has any. Who
  /// looks ahead gets those of the last month known where a month has none.
  using Population = std::map<std::string, money::Decimal, std::less<>>;
  using PopulationByMonth = std::map<std::pair<std::string, std::string>, Population>;
  virtual PopulationByMonth population_facts(const std::vector<std::string>& months) = 0;

  /// The shares of customers that have any which falls on those days, `to` included; by pool and
  /// month.
  virtual PoolShares pool_shares(std::span<CustomerWork* const> customers, time::Date from,
                                 time::Date to) = 0;
};

/// Reads the facts of a batch of customers, inside the transaction of its connection: one query a
/// kind of row, whatever the number of customers. From its making to the end of the transaction
/// PostgreSQL looks rows up by their keys, whatever its statistics say. Throws
/// store::DatabaseError.
class FactReader : public FactSource {
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

  void subscriptions(std::span<CustomerWork* const> customers) override;
  std::map<CustomerId, std::vector<domain::Discount>> discounts(
      std::span<CustomerWork* const> customers) override;
  std::map<CustomerId, std::vector<domain::ManualCharge>> manual_charges(
      std::span<CustomerWork* const> customers) override;
  std::vector<UsageByMeter> usage(std::span<const UsageQuery> queries,
                                  const std::vector<std::string>& meters,
                                  const meters::MeterReader& reader) override;
  std::vector<std::vector<UsageDetail>> usage_details(std::span<const UsageQuery> queries,
                                                      const std::vector<std::string>& meters,
                                                      const meters::MeterReader& reader) override;
  std::vector<std::vector<money::Decimal>> transactions(std::span<const UsageQuery> queries,
                                                        const domain::Meter& meter,
                                                        const meters::MeterReader& reader) override;
  std::vector<Quantities> quantities(std::span<const QuantityQuery> queries) override;
  std::map<CustomerId, CreditFacts> credits(std::span<const std::int64_t> customers) override;
  std::map<PeriodOfCustomer, time::Date> first_issued_on(
      std::span<const PeriodOfCustomer> periods) override;
  PopulationByMonth population_facts(const std::vector<std::string>& months) override;
  /// Figures that a run would compute, and nobody has stored yet: from now on they are known.
  void assume(PopulationByMonth figures) { assumed_ = std::move(figures); }
  PoolShares pool_shares(std::span<CustomerWork* const> customers, time::Date from,
                         time::Date to) override;
  /// Likewise; an assumed share stands for the stored one of its pool and month.
  void assume(PoolShares shares) { assumed_shares_ = std::move(shares); }

  /// The issued sides of periods that start on those local days, `to` included; none: all since.
  std::vector<PeriodWork> issued_periods_starting(std::deque<CustomerWork>& customers,
                                                  std::string_view engine, time::Date from,
                                                  std::optional<time::Date> to);

  /// What was billed of each period, by line key, in the order of their first lines; one result a
  /// period, in order.
  std::vector<std::vector<domain::BilledLine>> billed(std::span<PeriodWork* const> periods);

  /// Balance and unclaimed payments by customer and currency code.
  std::map<std::pair<CustomerId, std::string>, Balance> balances(
      std::span<const std::int64_t> customers);

 private:
  /// The address that documents of a customer go to is its parent's where the parent gets its
  /// mails.
  void take_parents_addresses(std::span<const std::int64_t> ids,
                              std::deque<CustomerWork>& customers);
  std::vector<PeriodWork> issued_periods(std::deque<CustomerWork>& customers,
                                         std::string_view engine, const store::Rows& rows);

  store::Connection& connection_;
  Knowledge knowledge_;
  PopulationByMonth assumed_;
  PoolShares assumed_shares_;
};

}  // namespace reckoner::engine
