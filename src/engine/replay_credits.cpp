#include "engine/replay_credits.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace reckoner::engine {

namespace {

using Movement = CustomerHistory::Movement;

/// Whether the movement, made by hand, was there when the document was made. Movements of a credit
/// are numbered as they came.
bool was_granted(const CustomerHistory& history, const Movement& movement,
                 const store::ScannedDocument& document, GrantsOfTheDay grants) {
  for (const Movement& other : history.movements) {
    if (other.credit != movement.credit || !other.ordinal) continue;
    if (other.movement < movement.movement && *other.ordinal >= document.id.ordinal) return false;
    if (other.movement > movement.movement && *other.ordinal <= document.id.ordinal) return true;
  }
  const time::Date day = document.document->issued_on.value();
  if (movement.booked_on == day) return grants == GrantsOfTheDay::kBefore;
  return movement.booked_on < day;
}

}  // namespace

std::vector<invoicing::EarlierDraw> CreditsBefore::held(domain::CreditKind kind,
                                                        money::Currency currency) const {
  std::vector<invoicing::EarlierDraw> draws;
  for (const invoicing::EarlierDraw& draw : earlier) {
    const auto credit = std::ranges::find(credits, draw.credit, &domain::Credit::number);
    if (credit != credits.end() && credit->kind == kind && credit->currency == currency) {
      draws.push_back(draw);
    }
  }
  return draws;
}

CreditsBefore credits_before(const CustomerHistory& history, const store::ScannedDocument& document,
                             GrantsOfTheDay grants) {
  CreditsBefore before;
  std::map<std::int64_t, money::Decimal> left;
  // Of each document, what it drew of a credit less what was given back of it; with the movement
  // that drew first.
  struct Held {
    std::int64_t movement;
    money::Decimal amount;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, Held> held;  // by document and credit
  for (const Movement& movement : history.movements) {
    const bool known = movement.ordinal ? *movement.ordinal < document.id.ordinal
                                        : was_granted(history, movement, document, grants);
    if (!known) continue;
    left[movement.credit] += movement.amount;
    if (movement.kind != "draw" && movement.kind != "reverse") continue;
    const std::int64_t drawn_by = movement.reverses.value_or(movement.ordinal.value_or(0));
    held.try_emplace({drawn_by, movement.credit}, Held{movement.movement, money::Decimal(0)})
        .first->second.amount -= movement.amount;
  }
  std::map<std::int64_t, std::int64_t> drawn_on;
  std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t, money::Decimal>> draws;
  for (const auto& [key, drawn] : held) {
    if (drawn.amount.sign() <= 0) continue;
    ++drawn_on[key.second];
    draws.emplace_back(key.first, drawn.movement, key.second, drawn.amount);
  }
  std::sort(draws.begin(), draws.end());
  for (const CustomerHistory::StoredCredit& stored : history.credits) {
    if (document.issued_at && stored.created_at > *document.issued_at) continue;
    domain::Credit credit = stored.credit;
    if (!credit.percent) credit.amount_left = left[credit.number];
    if (credit.documents_left) *credit.documents_left -= drawn_on[credit.number];
    before.credits.push_back(std::move(credit));
  }
  for (const auto& [drawn_by, movement, number, amount] : draws) {
    const auto credit = std::ranges::find(before.credits, number, &domain::Credit::number);
    if (credit == before.credits.end()) continue;
    before.earlier.push_back({number, drawn_by, money::Money(amount, credit->currency)});
  }
  return before;
}

std::vector<invoicing::CreditLine> credit_lines(std::span<const domain::DocumentLine> lines,
                                                const CreditsBefore& before,
                                                const BilledSoFar& billed) {
  std::set<std::int64_t> drawing;
  for (const invoicing::EarlierDraw& draw : before.earlier) drawing.insert(draw.document);
  std::vector<invoicing::CreditLine> seen;
  for (const domain::DocumentLine& line : lines) {
    std::int64_t corrects = 0;
    for (const std::int64_t ordinal : billed.documents_of(line.period, line.line.key)) {
      if (drawing.contains(ordinal)) corrects = std::max(corrects, ordinal);
    }
    seen.push_back({.amount = line.line.amount,
                    .charge = line.line.charge,
                    .subscription = line.line.subscription,
                    .tax = line.line.tax,
                    .corrects = corrects});
  }
  return seen;
}

std::vector<domain::CreditDraw> in_order(std::vector<domain::CreditDraw> draws,
                                         std::span<const domain::Credit> credits) {
  std::vector<domain::CreditDraw> summed;
  for (domain::CreditDraw& draw : draws) {
    const auto known = std::ranges::find(summed, draw.credit, &domain::CreditDraw::credit);
    if (known == summed.end()) {
      summed.push_back(std::move(draw));
    } else {
      known->amount += draw.amount;
    }
  }
  std::erase_if(summed, [](const domain::CreditDraw& draw) { return draw.amount.is_zero(); });
  const auto priority = [&](const domain::CreditDraw& draw) {
    const auto credit = std::ranges::find(credits, draw.credit, &domain::Credit::number);
    return std::pair(credit == credits.end() ? 0 : credit->priority, draw.credit);
  };
  std::ranges::sort(summed, {}, priority);
  return summed;
}

}  // namespace reckoner::engine
