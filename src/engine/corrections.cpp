#include "engine/corrections.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "engine/compute.hpp"
#include "engine/facts.hpp"
#include "engine/issue.hpp"
#include "invoicing/content_hash.hpp"
#include "invoicing/journal.hpp"
#include "store/document_rows.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

/// Documents by hand belong to no run.
constexpr RunId kByHand{0};

// An UPDATE, as a batch locks them.
constexpr store::Statement kLockCustomer{"lock customer of a correction", R"(
  update customer_state set ordinal = ordinal where customer_id = $1 returning ordinal)"};

constexpr store::Statement kCut{"current cut", "select cut from cut_counter"};

constexpr store::Statement kVoids{"voids around a document", R"(
  select (select n.number from document_void v
            join issued n on n.customer_id = v.customer_id and n.ordinal = v.by_ordinal
           where v.customer_id = $1 and v.ordinal = $2) as voided_by,
         (select n.number from document_void v
            join issued n on n.customer_id = v.customer_id and n.ordinal = v.ordinal
           where v.customer_id = $1 and v.by_ordinal = $2) as voids)"};

constexpr store::Statement kInsertVoid{"insert void", R"(
  insert into document_void (customer_id, ordinal, by_ordinal, mode, reason, voided_at)
  values ($1, $2, $3, $4, $5, $6))"};

constexpr store::Statement kCreditNotes{"credit notes on a document", R"(
  select n.number
    from document d join issued n on n.customer_id = d.customer_id and n.ordinal = d.ordinal
   where d.customer_id = $1 and d.corrects = $2
     and not exists (select from document_void v
                      where v.customer_id = d.customer_id
                        and (v.ordinal = d.ordinal or v.by_ordinal = d.ordinal))
   order by d.ordinal limit 1)"};

constexpr store::Statement kReopen{"reopen periods of a void", R"(
  insert into reopening (customer_id, reopening, cycle, from_at, until_at, cause, at_once,
                         created_at)
  select p.customer_id,
         coalesce((select max(reopening) from reopening where customer_id = $1), 0)
           + row_number() over (partition by p.customer_id order by p.cycle, p.starts_at),
         p.cycle, p.starts_at, p.ends_at, $3, true, $4
    from (select distinct p.customer_id, p.cycle, p.starts_at, p.ends_at
            from document_line l
            join billing_period p on p.customer_id = l.customer_id and p.cycle = l.cycle
                                 and p.side = l.side and p.starts_at = l.period_starts_at
           where l.customer_id = $1 and l.ordinal = $2) p)"};

// Billed over all documents that count, and credited by hand so far, of the line keys of one
// document.
constexpr store::Statement kBilledAndCredited{"billed and credited of line keys", R"(
  select l.period_starts_at, l.cycle, l.side, l.key,
         coalesce(sum(l.amount) filter (where l.counts and d.corrects is null), 0) as billed,
         coalesce(-sum(l.amount) filter (where d.corrects is not null), 0) as credited
    from (select distinct period_starts_at, cycle, side, key from document_line
           where customer_id = $1 and ordinal = $2) k
    join document_line l on l.customer_id = $1 and l.period_starts_at = k.period_starts_at
                        and l.cycle = k.cycle and l.side = k.side and l.key = k.key
    join document d on d.customer_id = l.customer_id and d.ordinal = l.ordinal
   where not exists (select from document_void v
                      where v.customer_id = l.customer_id
                        and (v.ordinal = l.ordinal or v.by_ordinal = l.ordinal))
   group by l.period_starts_at, l.cycle, l.side, l.key)"};

/// The document to be corrected and everything known around it, its customer locked.
struct Corrected {
  store::DocumentId id;
  domain::Document document;
  std::int64_t ordinal = 0;  ///< the customer's last
  money::Money balance;
  FactSource::CreditFacts credits;
  std::vector<invoicing::EarlierDraw> earlier;  ///< what the document holds
};

Corrected lock_and_read(store::Connection& connection, FactReader& facts,
                        const std::string& number) {
  const auto id = store::find_document(connection, number);
  if (!id) throw Error(fmt::format("there is no document '{}'", number));
  const std::int64_t ordinal =
      connection.query(kLockCustomer, {id->customer}).only().int64("ordinal");
  const store::Row voids = connection.query(kVoids, {id->customer, id->ordinal}).only();
  if (const auto by = voids.optional_text("voided_by")) {
    throw Error(fmt::format("{} is void already, by {}", number, *by));
  }
  if (const auto other = voids.optional_text("voids")) {
    throw Error(fmt::format("{} voids {}: it cannot be corrected itself", number, *other));
  }
  domain::Document document = store::load_document(connection, *id);
  if (document.kind == domain::DocumentKind::kShowback) {
    throw Error(
        fmt::format("{} shows costs and bills nothing: it cannot be voided or credited; "
                    "what changes stands on the next one",
                    number));
  }
  const std::array<std::int64_t, 1> customers{id->customer.value};
  const auto balances = facts.balances(customers);
  const auto balance = balances.find({id->customer, std::string(document.currency.code())});
  Corrected corrected{.id = *id,
                      .document = document,
                      .ordinal = ordinal,
                      .balance = money::Money(
                          balance == balances.end() ? money::Decimal(0) : balance->second.balance,
                          document.currency),
                      .credits = facts.credits(customers)[id->customer],
                      .earlier = {}};
  for (const FactSource::CreditFacts::Draw& draw : corrected.credits.draws) {
    if (draw.ordinal != id->ordinal) continue;
    corrected.earlier.push_back(
        {draw.credit, draw.ordinal, money::Money(draw.amount, document.currency)});
  }
  return corrected;
}

/// Gives the correction its ordinal, days and number and writes it.
domain::Document issue(store::Connection& connection, FactReader& facts,
                       const CompiledVersion& active, VersionId version, const Corrected& corrected,
                       invoicing::Correction correction, time::Instant now) {
  domain::Document& document = correction.document;
  document.ordinal = corrected.ordinal + 1;
  const domain::LegalEntity& issuer = active.configuration().legal_entity(document.legal_entity);
  document.issued_on = issuer.zone.date_of(now);
  const auto terms = std::chrono::floor<std::chrono::days>(issuer.payment_terms).count();
  document.due_on = time::add_days(*document.issued_on, terms);
  domain::check(document);

  CustomerWork customer;
  customer.customer.id = document.customer;
  CustomerWork* const customers[] = {&customer};
  if (invoicing::posts_by_plan(active.configuration().chart)) facts.subscriptions(customers);
  std::vector<DocumentWork> works(1, new_document_work(customer, document.currency, version));
  works.front().document = std::move(document);
  for (const invoicing::CreditMovement& movement : correction.movements) {
    const bool returns = movement.kind == invoicing::CreditMovementKind::kReverse;
    works.front().movements.push_back(
        {movement.credit, std::string(invoicing::to_string(movement.kind)),
         returns ? movement.amount.amount() : -movement.amount.amount(),
         movement.corrects == 0 ? std::nullopt : std::optional(movement.corrects)});
  }
  const std::vector<Sha256> hashes{invoicing::content_hash(works.front().document)};
  const std::int64_t cut = connection.query(kCut).only().int64("cut");
  write_documents(connection, works, hashes, {kByHand, cut, active.configuration().chart});
  write_credit_movements(connection, works, now);
  number_documents(connection, works, hashes, active.configuration(), now);
  return std::move(works.front().document);
}

VersionId active_version(store::Connection& connection, const Versions& versions) {
  const auto active = versions.active(connection);
  if (!active) throw Error("no configuration is active yet: reckoner config apply");
  return *active;
}

void require_reason(const std::string& reason) {
  if (reason.empty()) throw Error("a correction needs a reason: it is printed on the document");
}

}  // namespace

domain::Document void_document(store::Connection& connection, Versions& versions,
                               const VoidRequest& request, time::Instant now) {
  require_reason(request.reason);
  store::Transaction transaction(connection);
  const VersionId version = active_version(connection, versions);
  const auto active = versions.load(connection, version);
  IssueDays(active->configuration(), now).check(store::OpenBooks::hold(connection));
  FactReader facts(connection, {0, /*tail=*/false});
  const Corrected corrected = lock_and_read(connection, facts, request.number);
  const time::Date day =
      active->configuration().legal_entity(corrected.document.legal_entity).zone.date_of(now);
  const auto note =
      connection.query(kCreditNotes, {corrected.id.customer, corrected.id.ordinal}).at_most_one();
  if (note) {
    throw Error(fmt::format("{} has been credited in part, by {}: void that first", request.number,
                            note->text("number")));
  }
  domain::Document document =
      issue(connection, facts, *active, version, corrected,
            invoicing::void_document(corrected.document, day, corrected.balance, request.reason,
                                     corrected.credits.credits),
            now);
  const bool rebill = request.mode == VoidMode::kRebill;
  connection.execute(kInsertVoid, {corrected.id.customer, corrected.id.ordinal, document.ordinal,
                                   rebill ? "rebill" : "waive", request.reason, now});
  if (rebill) {
    connection.execute(kReopen, {corrected.id.customer, corrected.id.ordinal,
                                 fmt::format("{} is void", request.number), now});
  }
  transaction.commit();
  return document;
}

domain::Document credit_note(store::Connection& connection, Versions& versions,
                             const CreditNoteRequest& request, time::Instant now) {
  require_reason(request.reason);
  store::Transaction transaction(connection);
  const VersionId version = active_version(connection, versions);
  const auto active = versions.load(connection, version);
  const config::Settings& settings = active->configuration().settings;
  IssueDays(active->configuration(), now).check(store::OpenBooks::hold(connection));
  FactReader facts(connection, {0, /*tail=*/false});
  const Corrected corrected = lock_and_read(connection, facts, request.number);
  const money::Currency currency = corrected.document.currency;

  std::vector<invoicing::ManualCredit> asked;
  const auto count = static_cast<std::int64_t>(corrected.document.lines.size());
  for (const CreditedLine& line : request.lines) {
    if (line.line < 1 || line.line > count) {
      throw Error(fmt::format("{} has lines 1 to {}, not {}", request.number, count, line.line));
    }
    const domain::DocumentLine& billed =
        corrected.document.lines[static_cast<std::size_t>(line.line - 1)];
    asked.push_back({billed.period, billed.line.key,
                     line.amount ? money::Money(*line.amount, currency) : billed.line.amount});
  }
  std::vector<invoicing::LineBilled> lines;
  for (const store::Row& row :
       connection.query(kBilledAndCredited, {corrected.id.customer, corrected.id.ordinal})) {
    lines.push_back({{row.instant("period_starts_at"), row.int64("cycle"),
                      domain::parse_side(row.text("side"))},
                     row.text("key"),
                     money::Money(row.decimal("billed"), currency),
                     money::Money(row.decimal("credited"), currency)});
  }
  invoicing::check_manual_credits(lines, asked);
  const invoicing::CreditNoteTerms terms{
      .nature = request.nature,
      .reason = request.reason,
      .issued_on =
          active->configuration().legal_entity(corrected.document.legal_entity).zone.date_of(now),
      .brought_forward = corrected.balance,
      .credits = corrected.credits.credits,
      .earlier = corrected.earlier,
      .tax_rounding = settings.text("billing.tax.rounding") == "line"
                          ? invoicing::TaxRounding::kPerLine
                          : invoicing::TaxRounding::kPerRate,
      .rounding = settings.rounding()};
  domain::Document document = issue(connection, facts, *active, version, corrected,
                                    invoicing::credit_note(corrected.document, asked, terms), now);
  transaction.commit();
  return document;
}

}  // namespace reckoner::engine
