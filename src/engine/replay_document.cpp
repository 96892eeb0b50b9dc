#include "engine/replay_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "documents/document_json.hpp"
#include "engine/program.hpp"
#include "engine/replay_credits.hpp"
#include "invoicing/content_hash.hpp"
#include "invoicing/corrections.hpp"

namespace reckoner::engine {

namespace {

std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

invoicing::TaxRounding tax_rounding(const config::Settings& settings) {
  return settings.text("billing.tax.rounding") == "line" ? invoicing::TaxRounding::kPerLine
                                                         : invoicing::TaxRounding::kPerRate;
}

class DocumentReplay {
 public:
  DocumentReplay(const CustomerHistory& history, const BilledSoFar& billed,
                 const store::ScannedDocument& scanned, PricingVersions& versions,
                 const UsageReach& reach)
      : history_(history), billed_(billed), scanned_(scanned), versions_(versions), reach_(reach) {
    result_.id = scanned.id;
    result_.document = scanned.document;
  }

  Replayed run() {
    if (!scanned_.document) {
      differ(fmt::format("its rows cannot be read: {}", scanned_.problem));
      result_.cause = Replayed::Cause::kRows;
      return std::move(result_);
    }
    result_.number = issued().number;
    result_.customer_key = issued().customer_key;
    note_program();
    try {
      scanned_.run.value == 0 ? replay_correction() : replay_of_run();
    } catch (const store::DatabaseError&) {
      throw;
    } catch (const Error& error) {
      differ(error.what());
    }
    compare();
    return std::move(result_);
  }

 private:
  const domain::Document& issued() const { return *scanned_.document; }
  domain::Document& replayed() { return *result_.document; }
  const domain::Document& replayed() const { return *result_.document; }
  void differ(std::string what) { result_.differences.push_back(std::move(what)); }

  const PricingVersion& version() { return versions_.at(scanned_.version); }

  void note_program() {
    if (scanned_.program != kProgram) {
      result_.changed.push_back(
          fmt::format("issued by {}, computed again by {}", scanned_.program, kProgram));
    }
    const std::string tzdata = time::Zone::database_version();
    if (scanned_.tzdata != tzdata) {
      result_.changed.push_back(fmt::format("issued with time zones {}, computed again with {}",
                                            scanned_.tzdata, tzdata));
    }
    if (!version().problem.empty()) result_.changed.push_back(version().problem);
  }

  void replay_of_run() {
    ReplayedLines lines = replay_lines(history_, billed_, scanned_, versions_, reach_);
    replayed().lines = std::move(lines.lines);
    std::ranges::move(lines.differences, std::back_inserter(result_.differences));
    std::ranges::move(lines.taken, std::back_inserter(result_.taken));
    if (issued().kind == domain::DocumentKind::kShowback) {
      domain::add_up(replayed());
      replayed().due_on = issued().issued_on;
      return;
    }
    replay_charges_and_credits();
    replayed().brought_forward = left_before([&](const CustomerHistory::Payment& payment) {
      return payment.claimed_by && *payment.claimed_by < scanned_.id.ordinal;
    });
    domain::add_up(replayed());
    replayed().kind = replayed().total.sign() < 0 ? domain::DocumentKind::kCreditNote
                                                  : domain::DocumentKind::kInvoice;
    take_due_date();
  }

  void take_due_date() {
    const auto terms = version().configuration.legal_entity(issued().legal_entity).payment_terms;
    replayed().due_on = time::add_days(issued().issued_on.value(),
                                       std::chrono::floor<std::chrono::days>(terms).count());
  }

  /// Coupons, tax, prepaid credits: what was granted on the day of issue may have been there.
  void replay_charges_and_credits() {
    apply(GrantsOfTheDay::kBefore);
    if (same_draws()) return;
    const domain::Document first = replayed();
    apply(GrantsOfTheDay::kBehind);
    if (!same_draws()) replayed() = first;
  }

  bool same_draws() const {
    return same(replayed().coupons, issued().coupons) && same(replayed().credits, issued().credits);
  }
  static bool same(const std::vector<domain::CreditDraw>& a,
                   const std::vector<domain::CreditDraw>& b) {
    return std::ranges::equal(a, b, [](const domain::CreditDraw& x, const domain::CreditDraw& y) {
      return x.credit == y.credit && x.title == y.title && x.amount == y.amount;
    });
  }

  void apply(GrantsOfTheDay grants) {
    domain::Document& document = replayed();
    const CreditsBefore before = credits_before(history_, scanned_, grants);
    const config::Settings& settings = version().configuration.settings;
    const money::Currency currency = document.currency;
    std::vector<invoicing::CreditLine> lines = credit_lines(document.lines, before, billed_);
    const auto applied = [&](domain::CreditKind kind, const std::string& handler) {
      const CreditsBefore found = has_handler(handler) ? before : CreditsBefore();
      return invoicing::apply_credits(kind, lines, found.credits, found.held(kind, currency),
                                      document.issued_on.value(), currency, settings.rounding());
    };
    invoicing::CreditsApplied coupons = applied(domain::CreditKind::kCoupon, "CouponHandler");
    document.coupons = in_order(std::move(coupons.draws), before.credits);

    std::vector<invoicing::TaxableLine> taxable;
    for (std::size_t i = 0; i < document.lines.size(); ++i) {
      auto line = taxed_as(document.lines[i], coupons.rest[i]);
      if (!line) return;
      taxable.push_back(*std::move(line));
    }
    const invoicing::DocumentTax tax =
        invoicing::tax_of(taxable, currency, tax_rounding(settings), settings.rounding());
    document.taxes = tax.totals;
    lines = invoicing::lines_due(lines, taxable, tax);
    std::vector<domain::CreditDraw> credits =
        applied(domain::CreditKind::kPrepaid, "CreditHandler").draws;
    add_grants(credits);
    document.credits = in_order(std::move(credits), before.credits);
  }

  /// Whether documents of the version went through it.
  bool has_handler(const std::string& class_name) {
    for (const config::EngineConfig& engine : version().configuration.engines) {
      for (const config::HandlerConfig& handler : engine.handlers) {
        if (handler.class_name == class_name) return true;
      }
    }
    return false;
  }

  /// The country, note and place of the tax of a line stand with its rate on the document. None
  /// where two rates could be the line's: then taxes, and what follows from them, stay as they are.
  std::optional<invoicing::TaxableLine> taxed_as(const domain::DocumentLine& line,
                                                 const money::Money& amount) {
    invoicing::TaxableLine taxable{line.line.tax, {}, amount, false};
    const domain::TaxTotal* found = nullptr;
    for (const domain::TaxTotal& total : issued().taxes) {
      if (total.category != line.line.tax) continue;
      if (total.percent != line.tax_percent.value_or(money::Decimal(0))) continue;
      if (found != nullptr) {
        result_.taken.push_back(
            fmt::format("its taxes: which lines of '{}' at {} % bear which of two is not kept",
                        total.category, total.percent.to_string()));
        return std::nullopt;
      }
      found = &total;
    }
    if (found == nullptr) return taxable;
    taxable.tax = {found->country, line.tax_percent, found->note};
    taxable.included = found->included;
    return taxable;
  }

  /// What the document gave back as new prepaid credit, the ledger of credits has.
  void add_grants(std::vector<domain::CreditDraw>& draws) const {
    for (const CustomerHistory::Movement& movement : history_.movements) {
      if (movement.ordinal != scanned_.id.ordinal || movement.kind != "grant") continue;
      for (const CustomerHistory::StoredCredit& stored : history_.credits) {
        if (stored.credit.number != movement.credit) continue;
        draws.push_back({stored.credit.number, stored.credit.title,
                         money::Money(-movement.amount, issued().currency)});
      }
    }
  }

  /// The receivable of the documents before, less those payments.
  template <class IsPaid>
  money::Money left_before(const IsPaid& is_paid) const {
    money::Money left(issued().currency);
    for (const store::ScannedDocument& other : history_.documents) {
      if (other.id.ordinal >= scanned_.id.ordinal) break;
      if (!other.document || other.document->currency != left.currency()) continue;
      left += other.document->total - other.document->credits_total;
    }
    for (const CustomerHistory::Payment& payment : history_.payments) {
      if (payment.currency != left.currency().code() || !is_paid(payment)) continue;
      left -= money::Money(payment.amount, left.currency());
    }
    return left;
  }

  /// A void or credit note by hand.
  void replay_correction() {
    const store::ScannedDocument* corrected =
        issued().corrects ? history_.document(*issued().corrects) : nullptr;
    if (corrected == nullptr || !corrected->document) throw Error("what it corrects is not there");
    // It claims no payments: the ledger's balance of its moment has those known by then.
    const auto known = [&](const CustomerHistory::Payment& payment) {
      return !scanned_.issued_at || payment.created_at <= *scanned_.issued_at;
    };
    money::Money brought_forward = left_before(known);
    if (brought_forward != issued().brought_forward) {
      brought_forward = left_before([&](const CustomerHistory::Payment& payment) {
        return known(payment) && payment.created_at != scanned_.issued_at;
      });
    }
    const auto voided = history_.voids.find(*issued().corrects);
    const bool is_void =
        voided != history_.voids.end() && voided->second.by_ordinal == scanned_.id.ordinal;
    correct(*corrected->document, is_void, brought_forward, GrantsOfTheDay::kBefore);
    if (same_draws()) return;
    const domain::Document first = replayed();
    correct(*corrected->document, is_void, brought_forward, GrantsOfTheDay::kBehind);
    if (!same_draws()) replayed() = first;
  }

  void correct(const domain::Document& corrected, bool is_void, const money::Money& brought_forward,
               GrantsOfTheDay grants) {
    const CreditsBefore before = credits_before(history_, scanned_, grants);
    const config::Settings& settings = version().configuration.settings;
    invoicing::Correction correction =
        is_void
            ? invoicing::void_document(corrected, issued().issued_on.value(), brought_forward,
                                       issued().reason, before.credits)
            : invoicing::credit_note(corrected, asked(), terms(brought_forward, before, settings));
    domain::Document& document = correction.document;
    document.ordinal = issued().ordinal;
    document.number = issued().number;
    document.issued_on = issued().issued_on;
    document.coupons = in_order(std::move(document.coupons), before.credits);
    document.credits = in_order(std::move(document.credits), before.credits);
    replayed() = std::move(document);
    take_due_date();
  }

  std::vector<invoicing::ManualCredit> asked() const {
    std::vector<invoicing::ManualCredit> asked;
    for (const domain::DocumentLine& line : issued().lines) {
      asked.push_back({line.period, line.line.key, -line.line.amount});
    }
    return asked;
  }

  invoicing::CreditNoteTerms terms(const money::Money& brought_forward, const CreditsBefore& before,
                                   const config::Settings& settings) const {
    const bool counts = std::ranges::any_of(issued().lines, &domain::DocumentLine::counts);
    std::vector<invoicing::EarlierDraw> of_corrected;
    for (const invoicing::EarlierDraw& draw : before.earlier) {
      if (draw.document == *issued().corrects) of_corrected.push_back(draw);
    }
    return {.nature = counts ? invoicing::CreditNature::kCorrection
                             : invoicing::CreditNature::kConcession,
            .reason = issued().reason,
            .issued_on = issued().issued_on.value(),
            .brought_forward = brought_forward,
            .credits = before.credits,
            .earlier = std::move(of_corrected),
            .tax_rounding = tax_rounding(settings),
            .rounding = settings.rounding()};
  }

  void compare() {
    compare_figures();
    const Sha256 hash = invoicing::content_hash(replayed());
    result_.content_hash = to_hex(hash);
    const bool rows_intact = bytes_of(invoicing::content_hash(issued())) == scanned_.content_hash;
    if (!rows_intact) differ("its rows do not say what they said when it was issued");
    if (result_.differences.empty()) {
      if (documents::to_json(replayed()) != documents::to_json(issued())) {
        differ("it is written otherwise");
      } else if (bytes_of(hash) != scanned_.content_hash) {
        differ("its content hash is another");
      }
    }
    if (result_.differences.empty()) return;
    result_.cause = !rows_intact              ? Replayed::Cause::kRows
                    : result_.changed.empty() ? Replayed::Cause::kData
                                              : Replayed::Cause::kProgram;
  }

  void compare_figures() {
    const auto compare = [&](std::string_view name, const money::Money& was,
                             const money::Money& is) {
      if (was == is) return;
      differ(fmt::format("{}: {} was issued, computed again {}", name, was.to_string(),
                         is.to_string()));
    };
    const domain::Document& was = issued();
    const domain::Document& is = replayed();
    if (!same(was.coupons, is.coupons)) differ("coupons: others are drawn");
    compare_taxes(was, is);
    if (!same(was.credits, is.credits)) differ("prepaid credits: others are drawn");
    compare("brought forward", was.brought_forward, is.brought_forward);
    compare("total", was.total, is.total);
    compare("payments", was.payments_total, is.payments_total);
    compare("carried forward", was.carried_forward, is.carried_forward);
    if (was.kind != is.kind) differ(fmt::format("is {} now", domain::to_string(is.kind)));
    if (was.due_on != is.due_on) differ("due date: another");
  }

  void compare_taxes(const domain::Document& was, const domain::Document& is) {
    for (std::size_t i = 0; i < std::max(was.taxes.size(), is.taxes.size()); ++i) {
      const auto told = [&](const domain::Document& document) {
        return i < document.taxes.size()
                   ? fmt::format("{} on {} at {} %", document.taxes[i].tax.to_string(),
                                 document.taxes[i].base.to_string(),
                                 document.taxes[i].percent.to_string())
                   : std::string("nothing");
      };
      if (told(was) == told(is)) continue;
      differ(fmt::format("tax {}: {} was issued, computed again {}", i + 1, told(was), told(is)));
    }
  }

  const CustomerHistory& history_;
  const BilledSoFar& billed_;
  const store::ScannedDocument& scanned_;
  PricingVersions& versions_;
  const UsageReach& reach_;
  Replayed result_;
};

}  // namespace

Replayed replay_document(const CustomerHistory& history, const BilledSoFar& billed,
                         const store::ScannedDocument& scanned, PricingVersions& versions,
                         const UsageReach& reach) {
  return DocumentReplay(history, billed, scanned, versions, reach).run();
}

}  // namespace reckoner::engine
