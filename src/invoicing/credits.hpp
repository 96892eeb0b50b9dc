#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/credit.hpp"
#include "domain/document.hpp"
#include "invoicing/tax.hpp"

/// What a document takes from a customer's coupons (before tax) and prepaid credits (after tax),
/// and what a correction gives back to them. docs/taxes-and-credits.md gives the rules with
/// figures.
namespace reckoner::invoicing {

/// What credits see of a line.
struct CreditLine {
  money::Money amount;  ///< coupons: as billed; prepaid: what is due, lines_due()
  std::string charge;
  std::optional<std::int64_t> subscription;
  std::string tax = "standard";
  std::int64_t corrects = 0;  ///< ordinal of the document that the line corrects; 0: none
};

/// What an earlier document still holds of a credit: drawn, less what was given back since.
struct EarlierDraw {
  std::int64_t credit = 0;    ///< its number
  std::int64_t document = 0;  ///< the document's ordinal
  money::Money amount;        ///< above zero
};

enum class CreditMovementKind {
  kDraw,     ///< a document takes it
  kReverse,  ///< a correction gives it back
  kLapse,    ///< what was given back to a credit that has expired is gone
};

/// One entry of a credit's ledger.
struct CreditMovement {
  std::int64_t credit = 0;
  CreditMovementKind kind = CreditMovementKind::kDraw;
  money::Money amount;  ///< above zero
  std::int64_t documents =
      0;  ///< added to documents_left: -1 a draw, 1 where a whole draw is undone
  std::int64_t corrects = 0;  ///< whose draw is given back; 0 for a draw
};

std::string_view to_string(CreditMovementKind kind);

/// Enters a movement: amount_left and documents_left follow, where the credit has them.
void enter(const CreditMovement& movement, domain::Credit& credit);

/// What became of the lines of one document.
struct CreditsApplied {
  std::vector<domain::CreditDraw> draws;  ///< what is given back first, negative; then the draws
  std::vector<money::Money> shares;       ///< one a line: its part of the draws, which they sum to
  std::vector<money::Money> rest;         ///< one a line: amount less share
  std::vector<CreditMovement> movements;
};

/// Applies the credits of one kind to the lines of a document issued on `issued_on`.
///
/// 1. Lines that correct the same document (and those that correct none) are netted: negative ones
///    are taken off positive ones in proportion, first within a subscription and tax category, then
///    within a tax category, then all of them. So a discount lowers what a coupon sees.
/// 2. What stays negative first takes back what the corrected document holds of the credits with
///    this line in their scope: of percentages their share, in the order they were drawn, then of
///    amounts, the last drawn first, up to what is left of the negative amount. An amount returns
///    to its credit, and lapses there when the credit has expired: it never becomes money. Only
///    what is then left stays negative.
/// 3. Credits are drawn in order of priority, then soonest expiry, then number, each on what is
///    left of the positive lines in its scope: the amount left, or the percentage of them, rounded
///    once, and never more than they come to. Prepaid credit pays the document as a whole, so its
///    lines are netted across all documents before. Skipped are credits of another currency, not
///    started, expired, used up, or without documents left.
/// Draws are spread over the lines in proportion to what is left of each (money::allocate).
///
/// `earlier` is in the order it was drawn, and `credits` holds every credit that it names, used up
/// and expired ones too.
CreditsApplied apply_credits(domain::CreditKind kind, std::span<const CreditLine> lines,
                             std::span<const domain::Credit> credits,
                             std::span<const EarlierDraw> earlier, time::Date issued_on,
                             money::Currency currency, money::Rounding rounding);

/// The lines as prepaid credits see them: what is left of each after coupons, with the tax that
/// comes on top of it. They sum to the document's total. One of `taxable` and `tax` for each line.
std::vector<CreditLine> lines_due(std::span<const CreditLine> lines,
                                  std::span<const TaxableLine> taxable, const DocumentTax& tax);

}  // namespace reckoner::invoicing
