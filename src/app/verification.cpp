#include "app/verification.hpp"

#include "accounts/closing_check.hpp"
#include "engine/audit.hpp"
#include "engine/recompute_periods.hpp"
#include "metering/conservation.hpp"
#include "metering/recompute.hpp"
#include "store/transaction.hpp"

namespace reckoner::app {

namespace {

/// In one snapshot: what is told belongs together.
void check_stored(System& system, store::Connection& connection,
                  const engine::CompiledVersion& version, const web::VerifyListener& listener) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  for (const metering::ConservationCheck& check : metering::conservation_checks()) {
    listener.progress(check.name, 0, std::nullopt);
    store::CheckOutcome outcome = check.run(connection, version.configuration());
    outcome.invariant = check.invariant;
    listener.outcome(outcome);
  }
  engine::audit(
      connection, system.versions(),
      {.outcome = listener.outcome, .progress = [&](std::int64_t done, std::int64_t total) {
         listener.progress("documents", done, total);
       }});
  listener.progress("closed months", 0, std::nullopt);
  listener.outcome(accounts::check_closed_months(connection));
}

void recompute(System& system, store::Connection& connection,
               const engine::CompiledVersion& version, const web::VerifyRequest& request,
               const web::VerifyListener& listener) {
  const metering::Recomputed done = metering::recompute_totals(
      connection, version.meter_reader(),
      [&](std::int64_t read) { listener.progress("raw events", read, std::nullopt); });
  for (store::CheckOutcome outcome : {done.events, done.totals}) {
    outcome.invariant = "V6";
    listener.outcome(outcome);
  }
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  listener.outcome(engine::recompute_periods(
      connection, system.versions(), {.sample = request.sample}, [&](std::int64_t customers) {
        listener.progress("billed periods", customers, std::nullopt);
      }));
}

}  // namespace

web::Verify verification_of(System& system) {
  return [&system](const web::VerifyRequest& request, const web::VerifyListener& listener) {
    store::Connection connection = system.patient_connection();
    const auto version = system.active();
    check_stored(system, connection, *version, listener);
    if (request.recompute) recompute(system, connection, *version, request, listener);
  };
}

}  // namespace reckoner::app
