#include "engine/approval.hpp"

#include <algorithm>
#include <array>

#include "base/failpoint.hpp"
#include "engine/billing.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kHeld{"held customer", R"(
  select h.batch, h.hash, h.figures, c.key
    from held h join customer c on c.customer_id = h.customer_id
   where h.customer_id = $1 and h.run_id = $2 and h.state = 'open')"};

constexpr store::Statement kDecide{"decide about held", R"(
  update held set state = $3, decided_at = $4, decided_by = $5, decision = $6
   where customer_id = $1 and run_id = $2 and state = 'open')"};

constexpr store::Statement kCountBatch{"count approved in batch", R"(
  update run_batch set held = held - 1, invoiced = invoiced + 1 where run_id = $1 and batch = $2)"};

constexpr store::Statement kCountRun{"count approved in run", R"(
  update engine_run set held = held - 1, invoiced = invoiced + 1 where run_id = $1)"};

}  // namespace

std::optional<Approval> approve_held(store::Connection& connection, Versions& versions,
                                     const RunFacts& run, CustomerId customer, std::string_view who,
                                     std::string_view why, time::Instant now) {
  const std::array<std::int64_t, 1> customers{customer.value};
  const auto version = versions.load(connection, run.version);
  store::Transaction transaction(connection);
  IssueDays(version->configuration(), now).check(store::OpenBooks::hold(connection));
  FactReader facts(connection, {run.cut, /*tail=*/false});
  lock_customers(connection, customers);
  const auto held = connection.query(kHeld, {customer, run.run}).at_most_one();
  if (!held) return std::nullopt;
  Approval approval{.key = held->text("key"), .issued = {}, .changed = std::nullopt};
  Billing billing(connection, versions, facts, run, customers, now);
  const Computation& computation = billing.computation();
  RK_CHECK(computation.customers.size() == 1);
  const CustomerWork& work = computation.customers.front();
  if (work.parked) {
    approval.changed = *work.parked;
    return approval;
  }
  const HeldWork again = held_work(computation, work, {});
  if (std::string(again.hash.begin(), again.hash.end()) != held->bytes("hash")) {
    approval.changed = changes(held->text("figures"), again.figures);
    return approval;
  }
  billing.write(held->int64("batch"));
  connection.execute(kDecide, {customer, run.run, "approved", now, who, why});
  connection.execute(kCountBatch, {run.run, held->int64("batch")});
  connection.execute(kCountRun, {run.run});
  billing.number();
  RK_FAILPOINT("approve.before-commit");
  transaction.commit();
  RK_FAILPOINT("approve.after-commit");
  for (const DocumentWork& document : computation.documents) {
    approval.issued.push_back(document.document.number);
  }
  return approval;
}

bool reject_held(store::Connection& connection, RunId run, CustomerId customer,
                 std::string_view who, std::string_view why, time::Instant now) {
  const std::array<std::int64_t, 1> customers{customer.value};
  store::Transaction transaction(connection);
  lock_customers(connection, customers);
  if (connection.execute(kDecide, {customer, run, "rejected", now, who, why}) == 0) return false;
  transaction.commit();
  return true;
}

}  // namespace reckoner::engine
