#include "engine/batch.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/failpoint.hpp"
#include "engine/issue.hpp"
#include "invoicing/content_hash.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCheckLease{"check lease", R"(
  select 1 from run_batch where run_id = $1 and batch = $2 and token = $3 and state = 'open' for share)"};

// An UPDATE, not SELECT FOR UPDATE, which sharded tables do not offer over several shards.
constexpr store::Statement kLockCustomers{"lock customers", R"(
  update customer_state set ordinal = ordinal where customer_id = any($1::bigint[]))"};

constexpr store::Statement kBillStored{"mark periods billed", R"(
  update billing_period p
     set billed_cut = $5, version_id = coalesce(p.version_id, b.version_id),
         billed_by_run = coalesce(p.billed_by_run, $6)
    from unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[], $7::bigint[])
           as b(customer_id, cycle, side, starts_at, version_id)
   where p.customer_id = b.customer_id and p.cycle = b.cycle and p.side = b.side
     and p.starts_at = b.starts_at)"};

constexpr store::Statement kInsertPeriods{"insert periods", R"(
  insert into billing_period (customer_id, cycle, side, starts_at, ends_at, starts_on, ends_on, time_zone,
                              label, billed_cut, version_id, billed_by_run)
  select * from unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::date[],
                       $7::date[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[]))"};

// Not where a later run has billed with newer knowledge: this one has left that period alone.
constexpr store::Statement kCloseReopenings{"close reopenings", R"(
  update reopening r set closed_by_run = $3
    from unnest($1::bigint[], $2::int[]) as c(customer_id, cycle)
   where r.customer_id = c.customer_id and r.cycle = c.cycle and r.closed_by_run is null
     and not exists (select from billing_period p
                      where p.customer_id = c.customer_id and p.cycle = c.cycle
                        and p.billed_cut > $4))"};

constexpr store::Statement kPark{"park customers", R"(
  insert into parked (customer_id, run_id, reason, parked_at, attempts)
  select customer_id, $3, reason, $4, 1 from unnest($1::bigint[], $2::text[]) as p(customer_id, reason)
  on conflict (customer_id) do update
    set run_id = $3, reason = excluded.reason, parked_at = $4, attempts = parked.attempts + 1)"};

constexpr store::Statement kUnpark{"unpark customers",
                                   "delete from parked where customer_id = any($1::bigint[])"};

constexpr store::Statement kOverLimit{"note documents over their limit", R"(
  insert into over_limit (run_id, customer_id, ordinal)
  select $1, * from unnest($2::bigint[], $3::bigint[]))"};

constexpr store::Statement kFinishBatch{"finish batch", R"(
  update run_batch set state = 'done', leased_until = null, invoiced = $3, parked = $4, nothing_due = $5
   where run_id = $1 and batch = $2)"};

// Two workers that split at once would give their new batches the same number.
constexpr store::Statement kLockRun{"lock run",
                                    "select 1 from engine_run where run_id = $1 for update"};

constexpr store::Statement kSplit{"split batch", R"(
  with halved as (
    update run_batch set customer_ids = $3, leased_until = null, token = token + 1
     where run_id = $1 and batch = $2)
  insert into run_batch (run_id, batch, customer_ids, state)
  select $1, max(batch) + 1, $4, 'open' from run_batch where run_id = $1)"};

bool has_lease(store::Connection& connection, const RunFacts& run, const ClaimedBatch& batch) {
  return !connection.query(kCheckLease, {run.run, batch.batch, batch.token}).empty();
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
                        zones_, labels_, cuts_, versions_, runs_});
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
};

void mark_stored_billed(store::Connection& connection, const RunFacts& run,
                        const std::vector<PeriodWork>& periods) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<std::string_view> sides;
  std::vector<time::Instant> starts;
  std::vector<VersionId> versions;
  for (const PeriodWork& period : periods) {
    if (period.customer->parked || !period.stored) continue;
    RK_CHECK(period.billed_cut <= run.cut);
    customers.push_back(period.customer->customer.id);
    cycles.push_back(period.key.cycle);
    sides.push_back(domain::to_string(period.key.side));
    starts.push_back(period.key.starts_at);
    versions.push_back(period.version);
  }
  if (customers.empty()) return;
  connection.execute(kBillStored, {customers, cycles, sides, starts, run.cut, run.run, versions});
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
    if (period.customer->parked) continue;
    if (!period.stored) rows.add_billed(period, run);
    if (!period.billed_before) note_last(period);
  }
  for (const PeriodWork& period : computation.passed_over) {
    if (period.customer->parked) continue;
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
    if (customer.parked || customer.left_out) continue;
    for (const domain::Cycle& cycle : customer.cycles) {
      if (cycle.engine != run.engine) continue;
      customers.push_back(customer.customer.id);
      cycles.push_back(cycle.number);
    }
  }
  connection.execute(kCloseReopenings, {customers, cycles, run.run, run.cut});
}

void record_parked(store::Connection& connection, const RunFacts& run,
                   const Computation& computation, time::Instant now) {
  std::vector<CustomerId> parked;
  std::vector<std::string_view> reasons;
  std::vector<CustomerId> billable;
  for (const CustomerWork& customer : computation.customers) {
    if (customer.parked) {
      parked.push_back(customer.customer.id);
      reasons.push_back(*customer.parked);
    } else {
      billable.push_back(customer.customer.id);
    }
  }
  if (!parked.empty()) connection.execute(kPark, {parked, reasons, run.run, now});
  // A run over some periods only may have left those out for which the customer was parked.
  if (run.period_label.empty()) connection.execute(kUnpark, {billable});
}

void note_over_limit(store::Connection& connection, const RunFacts& run,
                     const std::vector<DocumentWork>& documents) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> ordinals;
  for (const DocumentWork& work : documents) {
    const domain::Document& document = work.document;
    if (!document.credit_limit) continue;
    const money::Money over = document.carried_forward - *document.credit_limit;
    if (over.amount() < money::Decimal(1)) continue;
    customers.push_back(document.customer);
    ordinals.push_back(document.ordinal);
  }
  if (!customers.empty()) connection.execute(kOverLimit, {run.run, customers, ordinals});
}

void give_ordinals(std::vector<DocumentWork>& documents) {
  for (DocumentWork& work : documents) work.document.ordinal = ++work.customer->ordinal;
}

/// A customer that the document phase parks gets none of its documents.
void drop_parked(std::vector<DocumentWork>& documents, std::vector<OutgoingMail>& mails) {
  std::set<CustomerId> parked;
  for (const DocumentWork& work : documents) {
    if (work.customer->parked) parked.insert(work.document.customer);
  }
  if (parked.empty()) return;
  std::erase_if(documents,
                [&](const DocumentWork& work) { return parked.contains(work.document.customer); });
  std::erase_if(mails, [&](const OutgoingMail& mail) { return parked.contains(mail.customer); });
}

BatchCounts count(const Computation& computation, const ClaimedBatch& batch) {
  BatchCounts counts;
  std::map<CustomerId, bool> invoiced;
  for (const DocumentWork& work : computation.documents) invoiced[work.document.customer] = true;
  counts.invoiced = static_cast<std::int64_t>(invoiced.size());
  counts.parked = std::count_if(computation.customers.begin(), computation.customers.end(),
                                [](const CustomerWork& work) { return work.parked.has_value(); });
  counts.nothing_due =
      static_cast<std::int64_t>(batch.customers.size()) - counts.invoiced - counts.parked;
  return counts;
}

void finish_batch(store::Connection& connection, const RunFacts& run, const ClaimedBatch& batch,
                  const BatchCounts& counts) {
  connection.execute(kFinishBatch,
                     {run.run, batch.batch, counts.invoiced, counts.parked, counts.nothing_due});
}

}  // namespace

BatchOutcome bill_batch(store::Connection& connection, Versions& versions, const RunFacts& run,
                        const ClaimedBatch& batch, time::Instant now, BatchCounts& counts) {
  const auto active = versions.load(connection, run.version);
  const config::Configuration& configuration = active->configuration();

  RK_FAILPOINT("batch.begin");
  store::Transaction transaction(connection);
  if (!has_lease(connection, run, batch)) return BatchOutcome::kLeaseLost;
  RK_FAILPOINT("batch.after-lease");
  FactReader facts(connection, {run.cut, /*tail=*/false});
  connection.execute(kLockCustomers, {batch.customers});
  RK_FAILPOINT("batch.after-lock");
  const time::Date issued_on =
      configuration.settings.zone("billing.legalEntity.timeZone").date_of(now);

  Computation computation = compute(
      facts, connection, versions,
      {batch.customers,
       {.engine = run.engine, .until = run.fires_at, .accrue = false, .label = run.period_label},
       run.engine,
       run.version});
  give_ordinals(computation.documents);
  RK_FAILPOINT("batch.after-compute");

  std::vector<OutgoingMail> mails;
  DocumentContext context{configuration, facts, computation.documents, mails, issued_on};
  active->chain(run.engine).run_document_phase(context, DocumentSteps::kAll);
  drop_parked(computation.documents, mails);
  RK_CHECK(std::all_of(computation.documents.begin(), computation.documents.end(),
                       [](const DocumentWork& work) { return work.issue; }));
  std::vector<Sha256> hashes;
  for (const DocumentWork& work : computation.documents) {
    domain::check(work.document);
    hashes.push_back(invoicing::content_hash(work.document));
  }

  RK_FAILPOINT("batch.before-documents");
  write_documents(connection, computation.documents, hashes, {run.run, run.cut});
  RK_FAILPOINT("batch.after-documents");
  write_credit_movements(connection, computation.documents, now);
  RK_FAILPOINT("batch.after-credits");
  write_outbox(connection, mails, now);
  RK_FAILPOINT("batch.after-outbox");
  mark_stored_billed(connection, run, computation.periods);
  insert_periods(connection, run, computation);
  RK_FAILPOINT("batch.after-periods");
  close_reopenings(connection, run, computation);
  record_parked(connection, run, computation, now);
  RK_FAILPOINT("batch.after-parked");
  note_over_limit(connection, run, computation.documents);
  const BatchCounts counted = count(computation, batch);
  finish_batch(connection, run, batch, counted);
  RK_FAILPOINT("batch.after-finish");
  number_documents(connection, computation.documents, hashes, configuration, now);
  RK_FAILPOINT("batch.before-commit");
  transaction.commit();
  RK_FAILPOINT("batch.after-commit");
  counts = counted;
  return BatchOutcome::kDone;
}

BatchOutcome park_batch(store::Connection& connection, const RunFacts& run,
                        const ClaimedBatch& batch, std::string_view reason, time::Instant now) {
  RK_CHECK(batch.customers.size() == 1);
  store::Transaction transaction(connection);
  if (!has_lease(connection, run, batch)) return BatchOutcome::kLeaseLost;
  connection.execute(kLockCustomers, {batch.customers});
  connection.execute(kPark, {batch.customers, std::vector<std::string_view>{reason}, run.run, now});
  finish_batch(connection, run, batch, {.invoiced = 0, .parked = 1, .nothing_due = 0});
  RK_FAILPOINT("park.before-commit");
  transaction.commit();
  RK_FAILPOINT("park.after-commit");
  return BatchOutcome::kDone;
}

BatchOutcome split_batch(store::Connection& connection, const RunFacts& run,
                         const ClaimedBatch& batch) {
  RK_CHECK(batch.customers.size() > 1);
  const auto middle =
      batch.customers.begin() + static_cast<std::ptrdiff_t>(batch.customers.size() / 2);
  store::Transaction transaction(connection);
  connection.query(kLockRun, {run.run});
  if (!has_lease(connection, run, batch)) return BatchOutcome::kLeaseLost;
  connection.execute(
      kSplit, {run.run, batch.batch, std::vector<std::int64_t>(batch.customers.begin(), middle),
               std::vector<std::int64_t>(middle, batch.customers.end())});
  RK_FAILPOINT("split.before-commit");
  transaction.commit();
  RK_FAILPOINT("split.after-commit");
  return BatchOutcome::kDone;
}

}  // namespace reckoner::engine
