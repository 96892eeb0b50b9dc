#include <fmt/format.h>

#include <map>

#include "engine/bounds.hpp"
#include "engine/run.hpp"
#include "engine/run_planning.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::seconds kPoolWait{5};

constexpr store::Statement kKey{"key of customer",
                                "select key from customer where customer_id = $1"};

void add_slice(FactReader& facts, store::Connection& connection, Versions& versions,
               const ComputationRequest& slice, time::Instant now, Runner::DryRun& result);

/// Whom a run would hold: as if the documents had been issued, which they are not.
void note_held(store::Connection& connection, const CompiledVersion& version, time::Instant now,
               const Computation& computation, Runner::DryRun& result) {
  const config::Settings& settings = version.configuration().settings;
  const IssueDays days(version.configuration(), now);
  std::vector<DocumentWork> documents = computation.documents;
  std::map<CustomerId, std::int64_t> ordinals;
  for (DocumentWork& work : documents) {
    const CustomerId customer = work.document.customer;
    work.document.ordinal = ordinals.try_emplace(customer, work.customer->ordinal).first->second +=
        1;
    work.document.issued_on = days.of(work.document.legal_entity);
  }
  const auto beyond = beyond_bounds(connection, bounds_of(settings), documents);
  for (const CustomerWork& customer : computation.customers) {
    const auto found = beyond.find(customer.customer.id);
    if (found == beyond.end()) continue;
    result.held.push_back(
        {customer.customer.key, fmt::format("{}", fmt::join(found->second, "; ")), 0, now});
  }
}

/// As a run splits a batch, until the culprit is alone.
void add_halves(FactReader& facts, store::Connection& connection, Versions& versions,
                const ComputationRequest& slice, time::Instant now, Runner::DryRun& result) {
  const std::size_t middle = slice.customers.size() / 2;
  ComputationRequest half = slice;
  half.customers = slice.customers.first(middle);
  add_slice(facts, connection, versions, half, now, result);
  half.customers = slice.customers.subspan(middle);
  add_slice(facts, connection, versions, half, now, result);
}

/// What the customers of a slice would be billed, or why they would be parked.
void add_slice(FactReader& facts, store::Connection& connection, Versions& versions,
               const ComputationRequest& slice, time::Instant now, Runner::DryRun& result) {
  try {
    Computation computation = compute(facts, connection, versions, slice);
    preview_documents(facts, connection, versions, slice.chain, slice.active, now, computation);
    note_held(connection, *versions.load(connection, slice.active), now, computation, result);
    for (DocumentWork& work : computation.documents) {
      result.documents.push_back(std::move(work.document));
    }
    for (const CustomerWork& customer : computation.customers) {
      if (customer.parked)
        result.parked.push_back({customer.customer.key, *customer.parked, 0, now});
    }
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const std::exception& error) {
    if (slice.customers.size() > 1) {
      add_halves(facts, connection, versions, slice, now, result);
      return;
    }
    // Who cannot even be read is named all the same.
    const std::string key = connection.query(kKey, {slice.customers.front()}).only().text("key");
    result.parked.push_back({key, error.what(), 0, now});
  }
}

}  // namespace

Runner::DryRun Runner::dry_run(const RunRequest& request, std::size_t customers_max) {
  auto connection = pool_.take(kPoolWait);
  const time::Instant now = clock_();
  store::Transaction snapshot(*connection, store::TransactionKind::kSnapshotReadOnly);
  const VersionId version = require_active(*connection, versions_);
  const auto compiled = versions_.load(*connection, version);
  require_issuing(*compiled, request.engine);
  static constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};
  const std::int64_t cut = connection->query(kCut).only().int64("cut");
  DueCustomers due =
      find_due(*connection, request,
               compiled->configuration().settings.duration("billing.trueUpAfter"), now);

  DryRun result;
  result.parked_before = due.parked;
  result.due = static_cast<std::int64_t>(due.to_bill.size()) + due.parked;
  due.to_bill.resize(std::min(due.to_bill.size(), customers_max));
  result.computed = static_cast<std::int64_t>(due.to_bill.size());
  FactReader facts(*connection, {cut, /*tail=*/true});
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
