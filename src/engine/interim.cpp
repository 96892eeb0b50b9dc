#include "engine/interim.hpp"

#include <fmt/format.h>

#include <array>

#include "engine/run_planning.hpp"
#include "engine/standing.hpp"
#include "engine/usage_forecast.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kFindCustomer{"find customer by key",
                                         "select customer_id from customer_key where key = $1"};

void throw_if_parked(const Computation& computation) {
  for (const CustomerWork& customer : computation.customers) {
    if (customer.parked) {
      throw Error(*customer.parked).in(fmt::format("customer {}", customer.customer.key));
    }
  }
}

std::vector<domain::Document> documents_of(Computation&& computation) {
  std::vector<domain::Document> documents;
  for (DocumentWork& work : computation.documents) documents.push_back(std::move(work.document));
  return documents;
}

std::map<domain::PeriodKey, InterimPeriod> periods_of(const Computation& computation,
                                                      const domain::Document& document) {
  std::map<domain::PeriodKey, InterimPeriod> periods;
  for (const PeriodWork& period : computation.periods) {
    if (period.cycle->currency != document.currency) continue;
    periods.emplace(period.key, InterimPeriod{.version = period.version,
                                              .zone = period.zone,
                                              .as_of = period.as_of,
                                              .ends_at = period.bounds.period.ends_at});
  }
  return periods;
}

}  // namespace

Interim::Interim(store::Connection& connection, Versions& versions, CustomerId customer)
    : connection_(connection),
      versions_(versions),
      customer_(customer),
      active_(require_active(connection, versions)),
      knowledge_(current_knowledge(connection)) {}

Interim::Look Interim::look(FactReader& facts, time::Instant as_of) {
  const std::array<std::int64_t, 1> customers{customer_.value};
  Look look{.computation =
                compute(facts, connection_, versions_,
                        {customers,
                         {.engine = kMonthlyEngine, .until = as_of, .accrue = true, .label = {}},
                         kInterimEngine,
                         active_})};
  const auto& periods = look.computation.periods;
  const bool open = std::any_of(periods.begin(), periods.end(),
                                [](const PeriodWork& period) { return !period.billed_before; });
  if (!open) {
    // The issued periods around as_of, looked at as if they had not been billed.
    Computation issued;
    issued.customers = facts.customers(customers);
    issued.periods = facts.issued_periods_at(issued.customers, kMonthlyEngine, as_of);
    if (!issued.periods.empty()) {
      compute_documents(facts, connection_, versions_, kInterimEngine, active_, issued,
                        Against::kNothing);
      look = {.computation = std::move(issued), .against = Against::kNothing};
    }
  }
  preview_documents(facts, connection_, versions_, kInterimEngine, active_, as_of,
                    look.computation);
  throw_if_parked(look.computation);
  return look;
}

std::vector<domain::Document> Interim::whole(FactReader& facts, const Look& look,
                                             time::Instant as_of) {
  Computation whole = at_their_ends(look.computation);
  compute_documents(facts, connection_, versions_, kInterimEngine, active_, whole, look.against);
  preview_documents(facts, connection_, versions_, kInterimEngine, active_, as_of, whole);
  throw_if_parked(whole);
  return documents_of(std::move(whole));
}

std::vector<InterimInvoice> Interim::invoices(time::Instant as_of) {
  FactReader facts(connection_, knowledge_);
  Look look = this->look(facts, as_of);
  const std::vector<domain::Document> expected = whole(facts, look, as_of);
  std::vector<InterimInvoice> invoices;
  for (DocumentWork& work : look.computation.documents) {
    const auto same =
        std::find_if(expected.begin(), expected.end(), [&](const domain::Document& other) {
          return other.currency == work.document.currency && other.kind == work.document.kind;
        });
    RK_CHECK(same != expected.end());
    auto periods = periods_of(look.computation, work.document);
    invoices.push_back({.document = std::move(work.document),
                        .as_of = as_of,
                        .cut = knowledge_.cut,
                        .version = active_,
                        .what_if = look.against == Against::kNothing,
                        .expected_total = same->total,
                        .periods = std::move(periods)});
  }
  return invoices;
}

Interim::Standing Interim::standing(time::Instant as_of) {
  FactReader facts(connection_, knowledge_);
  Look look = this->look(facts, as_of);
  Standing standing;
  standing.expected = whole(facts, look, as_of);
  standing.so_far = documents_of(std::move(look.computation));
  return standing;
}

Interim::Outlook Interim::outlook(time::Instant as_of, time::Instant before) {
  using Outcome = UsageForecast::Outcome;
  UsageForecast facts(connection_, knowledge_, as_of);
  Outlook outlook;
  Look look = this->look(facts, as_of);
  const auto at_the_end = [&](Outcome outcome) {
    facts.look_at(outcome);
    return whole(facts, look, as_of);
  };
  outlook.expected = at_the_end(Outcome::kKnown);
  outlook.projected_low = at_the_end(Outcome::kLow);
  outlook.projected = at_the_end(Outcome::kMiddle);
  outlook.projected_high = at_the_end(Outcome::kHigh);
  outlook.so_far = documents_of(std::move(look.computation));
  FactReader earlier(connection_, knowledge_);
  Look then = this->look(earlier, before);
  outlook.before_is_open = then.against == Against::kBilled;
  outlook.before = documents_of(std::move(then.computation));
  return outlook;
}

std::vector<InterimInvoice> interim_invoices(store::Connection& connection, Versions& versions,
                                             const std::string& customer_key, time::Instant as_of) {
  store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
  const auto found = connection.query(kFindCustomer, {customer_key}).at_most_one();
  if (!found) throw Error(fmt::format("there is no customer '{}'", customer_key));
  return Interim(connection, versions, {found->int64("customer_id")}).invoices(as_of);
}

}  // namespace reckoner::engine
