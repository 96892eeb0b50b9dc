#include "engine/recompute_periods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <vector>

#include "engine/compute.hpp"

namespace reckoner::engine {

namespace {

constexpr std::int64_t kPageCustomers = 500;

constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};

constexpr store::Statement kPage{"customers with billed periods", R"(
  select customer_id from billing_period
   where customer_id > $1 and billed_cut is not null
   group by customer_id order by customer_id limit $2)"};

constexpr store::Statement kSample{"sample of billed periods", R"(
  select customer_id, cycle, side, starts_at
    from billing_period where billed_cut is not null
   order by sha256(convert_to(format('%s|%s|%s|%s|%s', $2::bigint, customer_id, cycle, side,
                                     extract(epoch from starts_at)), 'UTF8'))
   limit $1)"};

// As FactReader::due_periods looks for what is due again; and a correction by hand says that a fact
// of the period was wrong, whether it has been put right yet or not.
constexpr store::Statement kAnnounced{"announced differences", R"(
  select p.customer_id, p.cycle, p.side, p.starts_at
    from billing_period p
   where p.customer_id = any($1::bigint[]) and p.billed_cut is not null
     and (exists (select from cut_touch t
                   where t.customer_id = p.customer_id and t.cut > p.billed_cut
                     and t.first_at < p.ends_at and t.last_at > p.starts_at - interval '15 minutes')
       or exists (select from reopening r
                   where r.customer_id = p.customer_id and r.cycle = p.cycle
                     and r.closed_by_run is null and r.from_at < p.ends_at
                     and (r.until_at is null or r.until_at > p.starts_at))
       or exists (select from document_line l
                    join document d on d.customer_id = p.customer_id and d.ordinal = l.ordinal
                   where l.customer_id = p.customer_id and l.period_starts_at = p.starts_at
                     and l.cycle = p.cycle and l.side = p.side and l.counts
                     and d.run_id = 0 and d.corrects is not null
                     and not exists (select from document_void v
                                      where v.customer_id = p.customer_id
                                        and v.by_ordinal = d.ordinal))))"};

using SideOfPeriod = std::pair<std::int64_t, domain::PeriodKey>;

SideOfPeriod side_of(const store::Row& row) {
  return {row.int64("customer_id"),
          {row.instant("starts_at"), row.int64("cycle"), domain::parse_side(row.text("side"))}};
}

class Recomputation {
 public:
  Recomputation(store::Connection& connection, Versions& versions)
      : connection_(connection),
        versions_(versions),
        cut_(connection.query(kCut).only().int64("cut")) {
    const auto active = versions.active(connection);
    if (active) active_ = *active;
  }

  /// With `chosen` only those sides.
  void run(const std::vector<std::int64_t>& customers, const std::set<SideOfPeriod>* chosen) {
    std::set<SideOfPeriod> announced;
    for (const store::Row& row : connection_.query(kAnnounced, {customers})) {
      announced.insert(side_of(row));
    }
    FactReader facts(connection_, {cut_, /*tail=*/false});
    std::set<std::string> engines;
    for (const CustomerWork& customer : facts.customers(customers)) {
      for (const domain::Cycle& cycle : customer.cycles) engines.insert(cycle.engine);
    }
    for (const std::string& engine : engines) {
      Computation computation;
      computation.customers = facts.customers(customers);
      for (PeriodWork& period : facts.issued_periods_starting(
               computation.customers, engine, time::parse_date("0001-01-01"), std::nullopt)) {
        const SideOfPeriod side{period.customer->customer.id.value, period.key};
        if (chosen != nullptr && !chosen->contains(side)) continue;
        if (announced.contains(side)) {
          ++announced_;
          continue;
        }
        ++outcome_.checked;
        computation.periods.push_back(std::move(period));
      }
      compare(facts, engine, computation);
    }
  }

  store::CheckOutcome finish() {
    if (announced_ > 0) {
      outcome_.remarks.push_back(fmt::format(
          "{} sides have announced that they differ, and wait to be billed again", announced_));
    }
    if (left_out_ > 0) {
      outcome_.remarks.push_back(
          fmt::format("{} sides are left out: their version does not load here", left_out_));
    }
    return std::move(outcome_);
  }

 private:
  void compare(FactReader& facts, const std::string& engine, Computation& computation) {
    const std::size_t wanted = computation.periods.size();
    compute_documents(facts, connection_, versions_, engine, active_, computation);
    const auto left_out = static_cast<std::int64_t>(wanted - computation.periods.size());
    left_out_ += left_out;
    outcome_.checked -= left_out;
    for (const CustomerWork& customer : computation.customers) {
      if (!customer.parked) continue;
      outcome_.add_wrong(fmt::format("customer {}: what was billed cannot be computed again: {}",
                                     customer.customer.key, *customer.parked));
    }
    for (const DocumentWork& work : computation.documents) {
      for (const domain::DocumentLine& line : work.document.lines) {
        outcome_.add_wrong(
            fmt::format("customer {}, {}, line '{}': what is known gives {} more than was billed, "
                        "in quantity {}",
                        work.document.customer_key, line.period_label, line.line.key,
                        line.line.amount.to_string(), line.line.quantity.to_string()));
      }
    }
  }

  store::Connection& connection_;
  Versions& versions_;
  const std::int64_t cut_;
  VersionId active_;
  std::int64_t announced_ = 0;
  std::int64_t left_out_ = 0;
  store::CheckOutcome outcome_{.name = "recomputed-periods",
                               .claim = "billed periods computed again differ only as announced",
                               .unit = "sides of periods",
                               .invariant = "V16"};
};

}  // namespace

store::CheckOutcome recompute_periods(store::Connection& connection, Versions& versions,
                                      const RecomputeRequest& request,
                                      const std::function<void(std::int64_t)>& progress) {
  Recomputation recomputation(connection, versions);
  std::int64_t done = 0;
  const auto page_done = [&](std::size_t customers) {
    done += static_cast<std::int64_t>(customers);
    if (progress) progress(done);
  };
  if (request.sample) {
    std::set<SideOfPeriod> chosen;
    for (const store::Row& row : connection.query(kSample, {*request.sample, request.seed})) {
      chosen.insert(side_of(row));
    }
    std::vector<std::int64_t> customers;
    for (const auto& [customer, key] : chosen) {
      if (customers.empty() || customers.back() != customer) customers.push_back(customer);
    }
    for (std::size_t from = 0; from < customers.size(); from += kPageCustomers) {
      const std::size_t until = std::min(customers.size(), from + kPageCustomers);
      recomputation.run({customers.begin() + static_cast<std::ptrdiff_t>(from),
                         customers.begin() + static_cast<std::ptrdiff_t>(until)},
                        &chosen);
      page_done(until - from);
    }
    return recomputation.finish();
  }
  std::int64_t behind = std::numeric_limits<std::int64_t>::min();
  for (;;) {
    std::vector<std::int64_t> customers;
    for (const store::Row& row : connection.query(kPage, {behind, kPageCustomers})) {
      customers.push_back(row.int64("customer_id"));
    }
    if (customers.empty()) return recomputation.finish();
    behind = customers.back();
    recomputation.run(customers, nullptr);
    page_done(customers.size());
  }
}

}  // namespace reckoner::engine
