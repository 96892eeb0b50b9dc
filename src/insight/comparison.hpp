#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "money/money.hpp"

namespace reckoner::insight {

/// A charge on one document.
struct ChargeCost {
  std::string plan;         ///< whose charge it is; empty: of no plan
  money::Decimal amount;    ///< its lines of the document's own period
  money::Decimal true_up;   ///< its lines of periods that were billed before
  money::Decimal quantity;  ///< billed in the own period
};

/// A charge on two documents of one customer and currency, the earlier one first.
struct ChargePair {
  std::string charge;
  std::optional<ChargeCost> before = std::nullopt;  ///< none: the document has no line of it
  std::optional<ChargeCost> now = std::nullopt;
  /// What now's quantity costs at the prices of before; none where that cannot be told.
  std::optional<money::Decimal> at_old_prices = std::nullopt;
  /// Where one document has no line of it: both bill the plan of the other, so that it was used or
  /// not.
  bool same_plan = false;
};

/// Why a charge costs more or less. The four parts sum to `total`, which is what all its lines now
/// cost less what they cost before.
struct ChangeParts {
  money::Money total;
  money::Money quantity;  ///< more or less was used
  money::Money price;     ///< the same costs more or less
  money::Money plan;      ///< the plan has it, or had it, or another plan does
  money::Money true_up;   ///< corrections of earlier periods, on either document
};

/// The split, exactly: what prices of before make of now's quantity lies between quantity and
/// price. Where `at_old_prices` is missing, the average price of before stands in for it, rounded
/// to the currency; without a quantity before, all is quantity; with equal quantities, all is
/// price. Throws Error for amounts that have more digits than the currency.
ChangeParts split_change(const ChargePair& pair, money::Currency currency);

/// A change that is worth a sentence.
struct LargeChange {
  enum class Cause {
    kMoreUsage,
    kLessUsage,
    kHigherPrices,
    kLowerPrices,
    kAnotherPlan,
    kNewInPlan,     ///< the plan before had no such charge
    kGoneFromPlan,  ///< the plan now has none
    kCorrections,   ///< of earlier periods
  };
  struct Reason {
    Cause cause;
    money::Money part;  ///< of `total`; not zero
  };
  money::Money total;
  std::optional<money::Decimal>
      percent;                  ///< of what was before, whole; none where that was nothing
  std::vector<Reason> reasons;  ///< their parts sum to `total`
};

/// The change where it is a tenth of what was before (or of nothing), and a hundredth of
/// `document_before`, at least; none for smaller ones.
std::optional<LargeChange> large_change(const ChargePair& pair, const ChangeParts& parts,
                                        const money::Money& document_before);

/// "Bandwidth costs 30.00 EUR more (+68 %): 25.00 for more usage, 5.00 for higher prices."
std::string sentence_on(std::string_view title, const LargeChange& change);

}  // namespace reckoner::insight
