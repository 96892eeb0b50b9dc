#include "engine/interim.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kFindCustomer{"find customer by key",
                                         "select customer_id from customer_key where key = $1"};
constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};

void throw_if_parked(const Computation& computation) {
  for (const CustomerWork& customer : computation.customers) {
    if (customer.parked) {
      throw Error(*customer.parked).in(fmt::format("customer {}", customer.customer.key));
    }
  }
}

/// The issued periods around as_of, looked at as if they had not been billed.
Computation what_if(FactReader& facts, store::Connection& connection, Versions& versions,
                    std::span<const std::int64_t> customers, VersionId active,
                    time::Instant as_of) {
  Computation computation;
  computation.customers = facts.customers(customers);
  computation.periods = facts.issued_periods_at(computation.customers, kMonthlyEngine, as_of);
  compute_documents(facts, connection, versions, kInterimEngine, active, computation,
                    Against::kNothing);
  return computation;
}

/// Totals by currency when the periods that are still open are charged whole.
std::map<std::string, money::Money, std::less<>> expected_totals(
    FactReader& facts, store::Connection& connection, Versions& versions, VersionId active,
    const Computation& computation, Against against, time::Instant as_of) {
  Computation whole;
  whole.customers = computation.customers;
  whole.periods = computation.periods;
  for (PeriodWork& period : whole.periods) {
    period.customer = &whole.customers.front();
    period.lines.clear();
    period.other_side.clear();
    period.as_of.reset();
  }
  compute_documents(facts, connection, versions, kInterimEngine, active, whole, against);
  preview_documents(facts, connection, versions, kInterimEngine, active, as_of, whole);
  throw_if_parked(whole);
  std::map<std::string, money::Money, std::less<>> totals;
  for (const DocumentWork& work : whole.documents) {
    totals.emplace(work.document.currency.code(), work.document.total);
  }
  return totals;
}

}  // namespace

std::vector<InterimInvoice> interim_invoices(store::Connection& connection, Versions& versions,
                                             const std::string& customer_key, time::Instant as_of) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const auto found = connection.query(kFindCustomer, {customer_key}).at_most_one();
  if (!found) throw Error(fmt::format("there is no customer '{}'", customer_key));
  const auto active = versions.active(connection);
  if (!active) throw Error("no configuration is active yet: reckoner config apply");
  const std::int64_t cut = connection.query(kCut).only().int64("cut");
  const std::array<std::int64_t, 1> customers{found->int64("customer_id")};

  FactReader facts(connection, {cut, /*tail=*/true});
  Computation computation =
      compute(facts, connection, versions,
              {customers,
               {.engine = kMonthlyEngine, .until = as_of, .accrue = true, .label = {}},
               kInterimEngine,
               *active});
  Against against = Against::kBilled;
  const bool open = std::any_of(computation.periods.begin(), computation.periods.end(),
                                [](const PeriodWork& period) { return !period.billed_before; });
  if (!open) {
    Computation issued = what_if(facts, connection, versions, customers, *active, as_of);
    if (!issued.periods.empty()) {
      computation = std::move(issued);
      against = Against::kNothing;
    }
  }
  preview_documents(facts, connection, versions, kInterimEngine, *active, as_of, computation);
  throw_if_parked(computation);

  const auto expected =
      expected_totals(facts, connection, versions, *active, computation, against, as_of);
  std::vector<InterimInvoice> invoices;
  for (DocumentWork& work : computation.documents) {
    const auto total = expected.find(work.document.currency.code());
    RK_CHECK(total != expected.end());
    invoices.push_back({.document = std::move(work.document),
                        .as_of = as_of,
                        .cut = cut,
                        .version = *active,
                        .what_if = against == Against::kNothing,
                        .expected_total = total->second});
  }
  return invoices;
}

}  // namespace reckoner::engine
