#include "engine/batch.hpp"

#include <algorithm>

#include "base/failpoint.hpp"
#include "base/log.hpp"
#include "engine/billing.hpp"
#include "store/distribution.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kCheckLease{"check lease", R"(
  select 1 from run_batch where run_id = $1 and batch = $2 and token = $3 and state = 'open' for share)"};

constexpr store::Statement kFinishBatch{"finish batch", R"(
  update run_batch
     set state = 'done', invoiced = $3, parked = $4, held = $5, nothing_due = $6, done_at = $7
   where run_id = $1 and batch = $2)"};

// Two workers that split at once would give their new batches the same number.
constexpr store::Statement kLockRun{"lock run",
                                    "select 1 from engine_run where run_id = $1 for update"};

constexpr store::Statement kSplit{"split batch", R"(
  with halved as (
    update run_batch set customer_ids = $3, worker_id = null, token = token + 1
     where run_id = $1 and batch = $2)
  insert into run_batch (run_id, batch, customer_ids, state)
  select $1, max(batch) + 1, $4, 'open' from run_batch where run_id = $1)"};

constexpr store::Statement kKey{"key of customer",
                                "select key from customer where customer_id = $1"};

bool has_lease(store::Connection& connection, const RunFacts& run, const ClaimedBatch& batch) {
  return !connection.query(kCheckLease, {run.run, batch.batch, batch.token}).empty();
}

void finish_batch(store::Connection& connection, const RunFacts& run, const ClaimedBatch& batch,
                  const BatchCounts& counts, time::Instant now) {
  connection.execute(kFinishBatch, {run.run, batch.batch, counts.invoiced, counts.parked,
                                    counts.held, counts.nothing_due, now});
}

/// The customers of a batch without those whom another run holds: they are not due.
std::vector<std::int64_t> not_held(store::Connection& connection,
                                   const std::vector<std::int64_t>& customers) {
  const std::vector<std::int64_t> held = open_held(connection, customers);
  std::vector<std::int64_t> free;
  for (const std::int64_t customer : customers) {
    if (!std::binary_search(held.begin(), held.end(), customer)) free.push_back(customer);
  }
  return free;
}

/// So that nobody is left unbilled in silence.
void tell_left_alone(const RunFacts& run, const Billing& billing) {
  for (const CustomerWork& customer : billing.computation().customers) {
    if (!customer.parked) continue;
    log::error("run {}: customer {} is parked: {}", run.run.value, customer.customer.key,
               *customer.parked);
  }
  for (const HeldWork& held : billing.held()) {
    log::error("run {}: customer {} is held: {}", run.run.value, held.key, held.reasons);
  }
}

}  // namespace

BatchOutcome bill_batch(store::Connection& connection, Versions& versions, const RunFacts& run,
                        const ClaimedBatch& batch, time::Instant now, BatchCounts& counts) {
  const auto version = versions.load(connection, run.version);
  RK_FAILPOINT("batch.begin");
  store::Transaction transaction(connection);
  if (!has_lease(connection, run, batch)) return BatchOutcome::kLeaseLost;
  RK_FAILPOINT("batch.after-lease");
  store::await_second_phases(connection);  // the cut's, of whoever started the run
  IssueDays(version->configuration(), now).check(store::OpenBooks::hold(connection));
  FactReader facts(connection, {run.cut, /*tail=*/false});
  lock_customers(connection, batch.customers);
  RK_FAILPOINT("batch.after-lock");
  const std::vector<std::int64_t> customers = not_held(connection, batch.customers);
  Billing billing(connection, versions, facts, run, customers, now);
  RK_FAILPOINT("batch.after-compute");
  billing.hold_beyond_bounds();
  billing.write(batch.batch);
  BatchCounts counted = billing.counts();
  counted.held += std::ssize(batch.customers) - std::ssize(customers);
  finish_batch(connection, run, batch, counted, now);
  RK_FAILPOINT("batch.after-finish");
  billing.number();
  RK_FAILPOINT("batch.before-commit");
  transaction.commit();
  RK_FAILPOINT("batch.after-commit");
  tell_left_alone(run, billing);
  counts = counted;
  return BatchOutcome::kDone;
}

BatchOutcome park_batch(store::Connection& connection, const RunFacts& run,
                        const ClaimedBatch& batch, std::string_view reason, time::Instant now) {
  RK_CHECK(batch.customers.size() == 1);
  store::Transaction transaction(connection);
  if (!has_lease(connection, run, batch)) return BatchOutcome::kLeaseLost;
  lock_customers(connection, batch.customers);
  if (!run.duns) park_customer(connection, run, batch.customers.front(), reason, now);
  finish_batch(connection, run, batch, {.parked = 1}, now);
  const std::string key = connection.query(kKey, {batch.customers.front()}).only().text("key");
  RK_FAILPOINT("park.before-commit");
  transaction.commit();
  RK_FAILPOINT("park.after-commit");
  log::error("run {}: customer {} is {}: {}", run.run.value, key,
             run.duns ? "left alone" : "parked", reason);
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
