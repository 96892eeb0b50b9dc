#include <algorithm>

#include "engine/cost_pools.hpp"
#include "engine/due_slice.hpp"
#include "engine/population.hpp"
#include "engine/run.hpp"
#include "engine/run_planning.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::seconds kPoolWait{5};

constexpr store::Statement kKey{"key of customer",
                                "select key from customer where customer_id = $1"};

/// What the customers of a slice would be billed, or why they would be parked.
void add_slice(FactReader& facts, store::Connection& connection, Versions& versions,
               const ComputationRequest& slice, time::Instant now, Runner::DryRun& result) {
  in_halves(
      slice.customers,
      [&](std::span<const std::int64_t> customers) {
        ComputationRequest part = slice;
        part.customers = customers;
        Computation computation = compute(facts, connection, versions, part);
        preview_documents(facts, connection, versions, slice.chain, slice.active, now, computation);
        for (auto& [customer, reason] : would_be_held(
                 connection, *versions.load(connection, slice.active), now, computation)) {
          result.held.push_back({customer, reason, 0, now});
        }
        for (DocumentWork& work : computation.documents) {
          result.documents.push_back(std::move(work.document));
        }
        for (const CustomerWork& customer : computation.customers) {
          if (customer.parked)
            result.parked.push_back({customer.customer.key, *customer.parked, 0, now});
        }
      },
      [&](std::int64_t culprit, const std::string& reason) {
        result.parked.push_back({key_of_customer(connection, culprit), reason, 0, now});
      });
}

void add_dunning(const DunningPlan& plan, const CompiledVersion& version, const std::string& engine,
                 time::Instant now, Runner::DryRun& result) {
  const auto& steps = version.chain(engine).dunning_steps();
  const auto add = [&](const OverdueDocument& document, std::string what,
                       const std::optional<money::Money>& fee) {
    result.dunning.push_back(
        {document.customer_key, document.number, std::move(what), document.overdue(), fee});
  };
  for (const StepNow& step : plan.steps) {
    add(step.action.document, steps[step.step].name, step.action.fee);
  }
  for (const DunningEnd& end : plan.ends) add(*end.document, "end: " + end.reason, std::nullopt);
  for (const DunningUndo& undo : plan.undone) {
    add(*undo.document, "undo: " + undo.step, undo.fee ? std::optional(-*undo.fee) : std::nullopt);
  }
  for (const DunningPlan::Problem& problem : plan.problems) {
    result.parked.push_back({problem.customer_key, problem.reason, 0, now});
  }
}

}  // namespace

Runner::DryRun Runner::dry_run(const RunRequest& request, std::size_t customers_max) {
  auto connection = pool_.take(kPoolWait);
  const time::Instant now = clock_();
  store::Transaction snapshot(*connection, store::TransactionKind::kSnapshotReadOnly);
  const VersionId version = require_active(*connection, versions_);
  const auto compiled = versions_.load(*connection, version);
  require_running(*compiled, request.engine);
  static constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};
  const std::int64_t cut = connection->query(kCut).only().int64("cut");
  DueCustomers due = find_due(*connection, *compiled, request, now);

  DryRun result;
  result.parked_before = due.parked;
  result.due = static_cast<std::int64_t>(due.to_bill.size()) + due.parked;
  due.to_bill.resize(std::min(due.to_bill.size(), customers_max));
  result.computed = static_cast<std::int64_t>(due.to_bill.size());
  if (compiled->chain(request.engine).duns()) {
    add_dunning(plan_dunning(*connection, *compiled, request.engine, due.to_bill, now), *compiled,
                request.engine, now, result);
    return result;
  }
  FactReader facts(*connection, {cut, /*tail=*/true});
  facts.assume(population_facts_to_come(*connection, compiled->configuration(), request.engine,
                                        request.fires_at, facts.knowledge(), now));
  facts.assume(shares_of(
      divisions_to_come(facts, *connection, *compiled, {request.engine, request.fires_at, cut})));
  const ComputationRequest whole{due.to_bill,
                                 {.engine = request.engine,
                                  .until = request.fires_at,
                                  .accrue = false,
                                  .label = request.period_label},
                                 request.engine,
                                 version};
  const auto batch_size = static_cast<std::size_t>(compiled->engine(request.engine).batch_size);
  for (std::size_t first = 0; first < due.to_bill.size(); first += batch_size) {
    ComputationRequest slice = whole;
    slice.customers =
        whole.customers.subspan(first, std::min(batch_size, due.to_bill.size() - first));
    add_slice(facts, *connection, versions_, slice, now, result);
  }
  return result;
}

}  // namespace reckoner::engine
