#include "invoicing/corrections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "text/json.hpp"

namespace reckoner::invoicing {

namespace {

domain::Document answer_to(const domain::Document& document, std::string reason,
                           const money::Money& brought_forward) {
  domain::Document answer = document;
  answer.kind = document.kind == domain::DocumentKind::kInvoice ? domain::DocumentKind::kCreditNote
                                                                : domain::DocumentKind::kInvoice;
  answer.ordinal = 0;
  answer.number.clear();
  answer.corrects = document.ordinal;
  answer.corrects_number = document.number;
  answer.reason = std::move(reason);
  answer.issued_on.reset();
  answer.due_on.reset();
  answer.lines.clear();
  answer.payments.clear();
  answer.coupons.clear();
  answer.taxes.clear();
  answer.credits.clear();
  answer.brought_forward = brought_forward;
  return answer;
}

std::string facts_of(std::string_view why, const domain::Document& corrected) {
  text::JsonWriter facts;
  facts.begin_object().key(why).string(corrected.number).end_object();
  return facts.finish();
}

const domain::DocumentLine& line_named(const domain::Document& document,
                                       const ManualCredit& credit) {
  const auto line = std::ranges::find_if(document.lines, [&](const domain::DocumentLine& each) {
    return each.period == credit.period && each.line.key == credit.key;
  });
  if (line == document.lines.end()) {
    throw Error(fmt::format("{} has no line '{}'", document.number, credit.key));
  }
  return *line;
}

/// How the document taxed the line: the total that the line is in.
TaxableLine taxed_as(const domain::DocumentLine& line, const domain::Document& document,
                     const money::Money& amount) {
  TaxableLine taxable{line.line.tax, {}, amount, false};
  const domain::TaxTotal* found = nullptr;
  for (const domain::TaxTotal& total : document.taxes) {
    if (total.category != line.line.tax) continue;
    if (total.percent != line.tax_percent.value_or(money::Decimal(0))) continue;
    if (found != nullptr) {
      throw Error(fmt::format("{} taxes '{}' in two ways at {} %: void it instead", document.number,
                              total.category, total.percent.to_string()));
    }
    found = &total;
  }
  if (found == nullptr) return taxable;
  taxable.tax = {found->country, line.tax_percent, found->note};
  taxable.included = found->included;
  return taxable;
}

domain::DocumentLine credit_line(const domain::DocumentLine& billed, const money::Money& amount,
                                 CreditNature nature, std::string facts) {
  domain::DocumentLine line = billed;
  line.true_up = true;
  line.counts = nature == CreditNature::kCorrection;
  line.line.quantity = 0;
  line.line.amount = -amount;
  line.line.facts = std::move(facts);
  return line;
}

std::vector<domain::CreditDraw> turned(const std::vector<domain::CreditDraw>& draws) {
  std::vector<domain::CreditDraw> result = draws;
  for (domain::CreditDraw& draw : result) draw.amount = -draw.amount;
  return result;
}

/// Takes the draws of one document back, the last first.
void undo(const std::vector<domain::CreditDraw>& draws, std::int64_t document, time::Date issued_on,
          std::vector<domain::Credit>& credits, std::vector<CreditMovement>& movements) {
  for (auto draw = draws.rbegin(); draw != draws.rend(); ++draw) {
    if (draw->amount.is_zero()) continue;
    const auto credit = std::ranges::find(credits, draw->credit, &domain::Credit::number);
    RK_CHECK(credit != credits.end());
    const auto move = [&](const CreditMovement& movement) {
      enter(movement, *credit);
      movements.push_back(movement);
    };
    if (draw->amount.sign() > 0) {
      move({credit->number, CreditMovementKind::kReverse, draw->amount, 1, document});
      const bool expired = credit->expires_on && *credit->expires_on <= issued_on;
      if (expired && credit->amount_left) {
        move({credit->number, CreditMovementKind::kLapse, draw->amount, 0, document});
      }
      continue;
    }
    const money::Decimal again = draw->amount.amount().abs();
    if (credit->amount_left && *credit->amount_left < again) {
      throw Error(fmt::format("credit '{}' has {} left of the {} that would be drawn again",
                              credit->key, credit->amount_left->to_string(), again.to_string()));
    }
    move({credit->number, CreditMovementKind::kDraw, -draw->amount, -1, document});
  }
}

}  // namespace

std::string_view to_string(CreditNature nature) {
  return nature == CreditNature::kCorrection ? "correction" : "concession";
}

CreditNature parse_credit_nature(std::string_view text) {
  if (text == "correction") return CreditNature::kCorrection;
  if (text == "concession") return CreditNature::kConcession;
  throw Error(fmt::format("unknown nature '{}': correction or concession", text));
}

void check_manual_credits(std::span<const LineBilled> lines, std::span<const ManualCredit> asked) {
  std::map<std::pair<domain::PeriodKey, std::string_view>, money::Money> credited;
  for (const LineBilled& line : lines) {
    credited.emplace(std::pair(line.period, std::string_view(line.key)), line.credited);
  }
  for (const ManualCredit& credit : asked) {
    if (credit.amount.sign() <= 0) {
      throw Error(fmt::format("line '{}': a credit of {} is not above zero", credit.key,
                              credit.amount.to_string()));
    }
    const auto line = std::ranges::find_if(lines, [&](const LineBilled& each) {
      return each.period == credit.period && each.key == credit.key;
    });
    if (line == lines.end()) throw Error(fmt::format("line '{}' was never billed", credit.key));
    money::Money& sum = credited.at({credit.period, credit.key});
    sum += credit.amount;
    const money::Money billed = line->billed.sign() < 0 ? -line->billed : line->billed;
    if (sum > billed) {
      throw Error(fmt::format("line '{}': credits of {} in all are more than the {} billed",
                              credit.key, sum.to_string(), billed.to_string()));
    }
  }
}

Correction credit_note(const domain::Document& corrected, std::span<const ManualCredit> asked,
                       const CreditNoteTerms& terms) {
  Correction correction{answer_to(corrected, terms.reason, terms.brought_forward), {}};
  domain::Document& note = correction.document;
  note.kind = domain::DocumentKind::kCreditNote;
  std::vector<CreditLine> lines;
  for (const ManualCredit& credit : asked) {
    const domain::DocumentLine& billed = line_named(corrected, credit);
    note.lines.push_back(credit_line(billed, credit.amount, terms.nature,
                                     facts_of(to_string(terms.nature), corrected)));
    const domain::StatementLine& line = note.lines.back().line;
    lines.push_back({line.amount, line.charge, line.subscription, line.tax, corrected.ordinal});
  }
  const auto apply = [&](domain::CreditKind kind, std::span<const CreditLine> to) {
    CreditsApplied applied = apply_credits(kind, to, terms.credits, terms.earlier, terms.issued_on,
                                           corrected.currency, terms.rounding);
    std::ranges::move(applied.movements, std::back_inserter(correction.movements));
    return applied;
  };
  CreditsApplied coupons = apply(domain::CreditKind::kCoupon, lines);
  note.coupons = std::move(coupons.draws);

  std::vector<TaxableLine> taxable;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    taxable.push_back(taxed_as(note.lines[i], corrected, coupons.rest[i]));
  }
  DocumentTax tax = tax_of(taxable, corrected.currency, terms.tax_rounding, terms.rounding);
  note.credits = apply(domain::CreditKind::kPrepaid, lines_due(lines, taxable, tax)).draws;
  note.taxes = std::move(tax.totals);
  domain::add_up(note);
  return correction;
}

Correction void_document(const domain::Document& voided, time::Date issued_on,
                         const money::Money& brought_forward, std::string reason,
                         std::span<const domain::Credit> credits) {
  Correction correction{answer_to(voided, std::move(reason), brought_forward), {}};
  domain::Document& mirror = correction.document;
  for (domain::DocumentLine line : voided.lines) {
    line.true_up = true;
    line.counts = false;
    line.line.quantity = -line.line.quantity;
    line.line.amount = -line.line.amount;
    line.line.facts = facts_of("voids", voided);
    mirror.lines.push_back(std::move(line));
  }
  for (domain::TaxTotal total : voided.taxes) {
    total.base = -total.base;
    total.tax = -total.tax;
    mirror.taxes.push_back(std::move(total));
  }
  mirror.coupons = turned(voided.coupons);
  mirror.credits = turned(voided.credits);
  domain::add_up(mirror);

  std::vector<domain::Credit> left(credits.begin(), credits.end());
  undo(voided.credits, voided.ordinal, issued_on, left, correction.movements);
  undo(voided.coupons, voided.ordinal, issued_on, left, correction.movements);
  return correction;
}

}  // namespace reckoner::invoicing
