#pragma once

// Inside of replay: coupons and prepaid credits as a document found them.

#include <span>
#include <vector>

#include "engine/replay_lines.hpp"
#include "invoicing/credits.hpp"

namespace reckoner::engine {

/// What was left of a customer's credits before one of its documents.
struct CreditsBefore {
  std::vector<domain::Credit> credits;          ///< by number
  std::vector<invoicing::EarlierDraw> earlier;  ///< what documents held, in the order it was drawn

  /// Those of one kind and currency.
  std::vector<invoicing::EarlierDraw> held(domain::CreditKind kind, money::Currency currency) const;
};

/// What may have been granted by hand on the very day of the document, before it or behind.
enum class GrantsOfTheDay { kBefore, kBehind };

/// `issued_on` is set.
CreditsBefore credits_before(const CustomerHistory& history, const store::ScannedDocument& document,
                             GrantsOfTheDay grants);

/// The lines as credits see them: `corrects` names the last document before that billed the key and
/// holds something of a credit.
std::vector<invoicing::CreditLine> credit_lines(std::span<const domain::DocumentLine> lines,
                                                const CreditsBefore& before,
                                                const BilledSoFar& billed);

/// One draw a credit, the first to be drawn first, as documents are read.
std::vector<domain::CreditDraw> in_order(std::vector<domain::CreditDraw> draws,
                                         std::span<const domain::Credit> credits);

}  // namespace reckoner::engine
