#include "engine/period_records.hpp"

#include <map>
#include <tuple>
#include <vector>

namespace reckoner::engine {

namespace {

constexpr store::Statement kBillStored{"mark periods billed", R"(
  update billing_period p
     set billed_cut = $5, version_id = coalesce(p.version_id, b.version_id),
         billed_by_run = coalesce(p.billed_by_run, $6), showback = b.showback
    from unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[], $7::bigint[], $8::boolean[])
           as b(customer_id, cycle, side, starts_at, version_id, showback)
   where p.customer_id = b.customer_id and p.cycle = b.cycle and p.side = b.side
     and p.starts_at = b.starts_at)"};

constexpr store::Statement kInsertPeriods{"insert periods", R"(
  insert into billing_period (customer_id, cycle, side, starts_at, ends_at, starts_on, ends_on, time_zone,
                              label, billed_cut, version_id, billed_by_run, showback)
  select * from unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::date[],
                       $7::date[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[],
                       $13::boolean[]))"};

// Not where a later run has billed with newer knowledge: this one has left that period alone.
constexpr store::Statement kCloseReopenings{"close reopenings", R"(
  update reopening r set closed_by_run = $3
    from unnest($1::bigint[], $2::int[]) as c(customer_id, cycle)
   where r.customer_id = c.customer_id and r.cycle = c.cycle and r.closed_by_run is null
     and not exists (select from billing_period p
                      where p.customer_id = r.customer_id and p.cycle = r.cycle
                        and p.billed_cut > $4))"};

/// Of an array of booleans.
std::string_view word(bool value) {
  return value ? "true" : "false";
}

/// Columns of billing_period rows for one statement.
class PeriodRows {
 public:
  void add_open(const PeriodWork& period) { add(period, std::nullopt, std::nullopt, std::nullopt); }
  void add_billed(const PeriodWork& period, const RunFacts& run) {
    add(period, run.cut, period.version, run.run);
  }
  void insert(store::Connection& connection) const {
    if (customers_.empty()) return;
    connection.execute(kInsertPeriods,
                       {customers_, cycles_, sides_, starts_at_, ends_at_, starts_on_, ends_on_,
                        zones_, labels_, cuts_, versions_, runs_, shown_});
  }

 private:
  void add(const PeriodWork& period, std::optional<std::int64_t> cut,
           std::optional<VersionId> version, std::optional<RunId> run) {
    customers_.push_back(period.customer->customer.id);
    cycles_.push_back(period.key.cycle);
    sides_.push_back(domain::to_string(period.key.side));
    starts_at_.push_back(period.bounds.period.starts_at);
    ends_at_.push_back(period.bounds.period.ends_at);
    starts_on_.push_back(period.bounds.starts_on);
    ends_on_.push_back(period.bounds.ends_on);
    zones_.emplace_back(period.zone.name());
    labels_.push_back(period.bounds.label);
    cuts_.push_back(cut);
    versions_.push_back(version);
    runs_.push_back(run);
    shown_.push_back(word(run && period.showback));
  }

  std::vector<CustomerId> customers_;
  std::vector<std::int64_t> cycles_;
  std::vector<std::string_view> sides_;
  std::vector<time::Instant> starts_at_;
  std::vector<time::Instant> ends_at_;
  std::vector<time::Date> starts_on_;
  std::vector<time::Date> ends_on_;
  std::vector<std::string> zones_;
  std::vector<std::string> labels_;
  std::vector<std::optional<std::int64_t>> cuts_;
  std::vector<std::optional<VersionId>> versions_;
  std::vector<std::optional<RunId>> runs_;
  std::vector<std::string_view> shown_;
};

void mark_stored_billed(store::Connection& connection, const RunFacts& run,
                        const std::vector<PeriodWork>& periods) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<std::string_view> sides;
  std::vector<time::Instant> starts;
  std::vector<VersionId> versions;
  std::vector<std::string_view> shown;
  for (const PeriodWork& period : periods) {
    if (period.customer->is_left_alone() || !period.stored) continue;
    RK_CHECK(period.billed_cut <= run.cut);
    customers.push_back(period.customer->customer.id);
    cycles.push_back(period.key.cycle);
    sides.push_back(domain::to_string(period.key.side));
    starts.push_back(period.key.starts_at);
    versions.push_back(period.version);
    shown.push_back(word(period.showback));
  }
  if (customers.empty()) return;
  connection.execute(kBillStored,
                     {customers, cycles, sides, starts, run.cut, run.run, versions, shown});
}

/// The rows behind those that were billed: each cycle that goes on has one open period, its last.
void insert_periods(store::Connection& connection, const RunFacts& run,
                    const Computation& computation) {
  PeriodRows rows;
  std::map<std::tuple<CustomerId, std::int64_t, domain::Side>, const PeriodWork*> last;
  const auto note_last = [&](const PeriodWork& period) {
    const PeriodWork*& latest =
        last[{period.customer->customer.id, period.key.cycle, period.key.side}];
    if (latest == nullptr || latest->key.starts_at < period.key.starts_at) latest = &period;
  };
  for (const PeriodWork& period : computation.periods) {
    if (period.customer->is_left_alone()) continue;
    if (!period.stored) rows.add_billed(period, run);
    if (!period.billed_before) note_last(period);
  }
  for (const PeriodWork& period : computation.passed_over) {
    if (period.customer->is_left_alone()) continue;
    if (!period.stored) rows.add_open(period);
    note_last(period);
  }
  for (const auto& [key, period] : last) {
    if (const auto next = following_period(*period)) rows.add_open(*next);
  }
  rows.insert(connection);
}

void close_reopenings(store::Connection& connection, const RunFacts& run,
                      const Computation& computation) {
  if (!run.period_label.empty()) return;  // other periods of theirs may still wait
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  for (const CustomerWork& customer : computation.customers) {
    if (customer.is_left_alone() || customer.left_out) continue;
    for (const domain::Cycle& cycle : customer.cycles) {
      if (cycle.engine != run.engine) continue;
      customers.push_back(customer.customer.id);
      cycles.push_back(cycle.number);
    }
  }
  connection.execute(kCloseReopenings, {customers, cycles, run.run, run.cut});
}

}  // namespace

void record_periods(store::Connection& connection, const RunFacts& run,
                    const Computation& computation) {
  mark_stored_billed(connection, run, computation.periods);
  insert_periods(connection, run, computation);
  close_reopenings(connection, run, computation);
}

}  // namespace reckoner::engine
