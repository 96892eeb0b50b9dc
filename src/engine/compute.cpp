#include "engine/compute.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/log.hpp"
#include "base/steps.hpp"

namespace reckoner::engine {

namespace {

/// Takes the billed periods out whose version does not run here any more (another plug-in library).
/// They stay due for whoever can compute them; what is new is billed all the same.
void leave_out_unloadable(store::Connection& connection, Versions& versions, VersionId active,
                          Computation& computation) {
  std::set<VersionId> pinned;
  for (const PeriodWork& period : computation.periods) {
    if (period.version != active) pinned.insert(period.version);
  }
  for (VersionId version : pinned) {
    try {
      versions.load(connection, version);
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      log::error("periods billed under it are left out: {}", error.what());
      std::erase_if(computation.periods, [&](const PeriodWork& period) {
        if (period.version != version) return false;
        period.customer->left_out = true;
        return true;
      });
    }
  }
}

/// Where a version of the other side does not run here, the period is left out as above.
void load_other_sides(store::Connection& connection, Versions& versions, Computation& computation) {
  std::erase_if(computation.periods, [&](PeriodWork& period) {
    period.other_configuration = nullptr;
    if (!period.other_version || *period.other_version == period.version) return false;
    try {
      computation.versions.push_back(versions.load(connection, *period.other_version));
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      log::error("a period whose other side was billed under it is left out: {}", error.what());
      period.customer->left_out = true;
      return true;
    }
    period.other_configuration = &computation.versions.back()->configuration();
    return false;
  });
}

void run_statement_phases(FactReader& facts, store::Connection& connection, Versions& versions,
                          const std::string& chain, Computation& computation) {
  std::map<VersionId, std::vector<PeriodWork*>> by_version;
  for (PeriodWork& period : computation.periods) by_version[period.version].push_back(&period);
  for (auto& [version, periods] : by_version) {
    const auto compiled = versions.load(connection, version);
    computation.versions.push_back(compiled);
    StatementContext context(compiled->configuration(), compiled->meter_reader(), facts,
                             std::move(periods));
    compiled->chain(chain).run_statement_phase(context);
  }
}

/// The lines still to be billed of each period, in the order of the periods.
std::vector<std::vector<domain::DocumentLine>> differences(FactReader& facts,
                                                           std::vector<PeriodWork>& periods,
                                                           Against against) {
  const steps::Step step("difference");
  std::vector<PeriodWork*> works;
  for (PeriodWork& period : periods) works.push_back(&period);
  const auto billed = against == Against::kBilled
                          ? facts.billed(works)
                          : std::vector<std::vector<domain::BilledLine>>(periods.size());
  std::vector<std::vector<domain::DocumentLine>> lines(periods.size());
  for (std::size_t i = 0; i < periods.size(); ++i) {
    PeriodWork& period = periods[i];
    if (period.customer->parked) continue;
    invoicing::Statement statement{period.key, period.bounds.label, std::move(period.lines)};
    try {
      invoicing::check_keys(statement);
      lines[i] = invoicing::difference(
          statement, against == Against::kBilled && period.billed_before, billed[i]);
    } catch (const Error& error) {
      period.customer->parked = error.what();
    }
    period.lines = std::move(statement.lines);
  }
  return lines;
}

/// The limit of the period's last subscription that has one: what the customer may owe now.
void take_credit_limit(domain::Document& document, const PeriodWork& period) {
  for (const Segment& segment : period.segments) {
    if (!segment.credit_limit) continue;
    document.credit_limit = money::round_to_currency(*segment.credit_limit, document.currency,
                                                     money::Rounding::kHalfAwayFromZero);
  }
}

/// Whether what periods that were not issued yet come to is shown or billed.
void settle_modes(const config::Configuration& active, std::vector<PeriodWork>& periods) {
  for (PeriodWork& period : periods) {
    if (period.billed_before) continue;
    const config::EngineConfig* engine = active.engine(period.cycle->engine);
    const auto mode = domain::billing_mode_on(period.customer->modes, period.bounds.starts_on);
    period.showback =
        mode == domain::BillingMode::kShowback || (engine != nullptr && engine->only_shows);
  }
}

void add_balance(domain::Document& document, const Balance& balance) {
  document.payments = balance.unclaimed;
  // The ledger has the payments already; the document shows them on their own.
  document.brought_forward = money::Money(balance.balance, document.currency);
  for (const domain::Payment& payment : document.payments) {
    document.brought_forward += payment.amount;
  }
  domain::add_up(document);
}

void add_balances(FactReader& facts, std::vector<DocumentWork>& documents) {
  std::vector<std::int64_t> customers;
  for (const DocumentWork& work : documents) customers.push_back(work.document.customer.value);
  const auto balances = facts.balances(customers);
  for (DocumentWork& work : documents) {
    if (work.document.kind == domain::DocumentKind::kShowback) {
      domain::add_up(work.document);
      continue;
    }
    const auto found =
        balances.find({work.document.customer, std::string(work.document.currency.code())});
    try {
      add_balance(work.document, found == balances.end() ? Balance{} : found->second);
    } catch (const Error& error) {
      work.customer->parked = error.what();
    }
  }
  std::erase_if(documents, [](const DocumentWork& work) { return work.customer->parked; });
}

}  // namespace

DocumentWork new_document_work(CustomerWork& customer, money::Currency currency,
                               VersionId version) {
  const money::Money zero(currency);
  domain::Document document{.customer = customer.customer.id,
                            .customer_key = customer.customer.key,
                            .customer_name = customer.customer.name,
                            .email = customer.customer.email,
                            .zone = std::string(customer.customer.zone.name()),
                            .legal_entity = customer.customer.legal_entity,
                            .kind = domain::DocumentKind::kInvoice,
                            .currency = currency,
                            .ordinal = 0,
                            .number = {},
                            .corrects = std::nullopt,
                            .corrects_number = {},
                            .reason = {},
                            .issued_on = std::nullopt,
                            .due_on = std::nullopt,
                            .lines = {},
                            .payments = {},
                            .coupons = {},
                            .taxes = {},
                            .credits = {},
                            .brought_forward = zero,
                            .subtotal = zero,
                            .total = zero,
                            .credits_total = zero,
                            .payments_total = zero,
                            .carried_forward = zero,
                            .credit_limit = std::nullopt};
  return {.customer = &customer,
          .document = std::move(document),
          .version = version,
          .movements = {},
          .new_credits = {},
          .after_coupons = {},
          .taxable = {},
          .tax = {},
          .issue = false};
}

void compute_documents(FactReader& facts, store::Connection& connection, Versions& versions,
                       const std::string& chain, VersionId active, Computation& computation,
                       Against against) {
  for (PeriodWork& period : computation.periods) {
    if (!period.billed_before) period.version = active;
  }
  leave_out_unloadable(connection, versions, active, computation);
  settle_modes(versions.load(connection, active)->configuration(), computation.periods);
  load_other_sides(connection, versions, computation);
  run_statement_phases(facts, connection, versions, chain, computation);
  auto lines = differences(facts, computation.periods, against);

  const steps::Step step("documents");
  std::map<std::tuple<const CustomerWork*, std::string, bool>, std::size_t> by_customer;
  for (std::size_t i = 0; i < computation.periods.size(); ++i) {
    PeriodWork& period = computation.periods[i];
    if (period.customer->parked || lines[i].empty()) continue;
    const money::Currency currency = period.cycle->currency;
    const auto [place, is_new] =
        by_customer.try_emplace({period.customer, std::string(currency.code()), period.showback},
                                computation.documents.size());
    if (is_new) {
      DocumentWork& work =
          computation.documents.emplace_back(new_document_work(*period.customer, currency, active));
      if (period.showback) work.document.kind = domain::DocumentKind::kShowback;
    }
    domain::Document& document = computation.documents[place->second].document;
    document.lines.insert(document.lines.end(), std::make_move_iterator(lines[i].begin()),
                          std::make_move_iterator(lines[i].end()));
    if (!period.showback) take_credit_limit(document, period);
  }
  add_balances(facts, computation.documents);
}

Computation at_their_ends(const Computation& computation) {
  Computation whole;
  whole.customers = computation.customers;
  whole.periods = computation.periods;
  std::map<CustomerId, CustomerWork*> customers;
  for (CustomerWork& customer : whole.customers) customers[customer.customer.id] = &customer;
  for (PeriodWork& period : whole.periods) {
    period.customer = customers.at(period.customer->customer.id);
    period.lines.clear();
    period.other_side.clear();
    period.as_of.reset();
  }
  return whole;
}

void preview_documents(FactReader& facts, store::Connection& connection, Versions& versions,
                       const std::string& chain, VersionId active, time::Instant at,
                       Computation& computation) {
  const auto version = versions.load(connection, active);
  const config::Configuration& configuration = version->configuration();
  std::vector<OutgoingMail> mails;
  DocumentContext context{configuration, facts, computation.documents, mails,
                          IssueDays(configuration, at)};
  version->chain(chain).run_document_phase(context, DocumentSteps::kComputing);
  std::erase_if(computation.documents,
                [](const DocumentWork& work) { return work.customer->parked.has_value(); });
}

Computation compute(FactReader& facts, store::Connection& connection, Versions& versions,
                    const ComputationRequest& request) {
  Computation computation;
  const steps::Step step("statements");
  computation.customers = facts.customers(request.customers);
  auto due = facts.due_periods(computation.customers, request.due);
  computation.periods = std::move(due.wanted);
  computation.passed_over = std::move(due.passed_over);
  compute_documents(facts, connection, versions, request.chain, request.active, computation);
  return computation;
}

}  // namespace reckoner::engine
