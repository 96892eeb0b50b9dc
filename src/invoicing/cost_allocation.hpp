#pragma once

#include <optional>
#include <string>
#include <vector>

#include "money/money.hpp"

/// Dividing costs that several bear, level by level of a tree. Pure.
namespace reckoner::invoicing {

/// Digits behind the point of a fraction: quotients are rounded to it, half to even, before the
/// amounts are worked out of them without further loss.
inline constexpr int kFractionDigits = 20;

/// One of those among which something is divided: a customer, or a cost centre with parts of its
/// own.
struct CostPart {
  std::string name;  ///< unique among its siblings
  /// Of a customer: what it used, in the order of CostRule::weights. Below zero counts as zero.
  std::vector<money::Decimal> usage = {};
  /// As agreed, above 0. Where one of the siblings has one, those without bear nothing.
  std::optional<money::Decimal> percent = std::nullopt;
  std::vector<CostPart> parts = {};  ///< of a cost centre, at least one; none: a customer
};

/// How each division is made where no percentages are given.
struct CostRule {
  std::vector<money::Decimal> weights = {};  ///< of the meters, above 0; none: equally
  money::Decimal minimum_percent = 0;        ///< of what is divided, for every part; 0 to 100
};

/// Why a part bears what it does.
enum class CostBasis {
  kUsage,    ///< its part of what all parts used
  kPercent,  ///< the agreed percentage
  kEqual,    ///< as much as every other part
  kUnused,   ///< the same, since none of the parts used anything
  kMinimum,  ///< the least that every part bears
};
std::string_view to_string(CostBasis basis);
/// Throws Error for an unknown word.
CostBasis parse_cost_basis(std::string_view text);

/// One division on the way from the pool to a customer, and the part that is on this way.
struct CostDivision {
  std::string part;
  CostBasis basis = CostBasis::kEqual;
  money::Decimal fraction;  ///< of what is divided, before it is set against those of all parts
  struct Used {
    money::Decimal quantity;  ///< by the part
    money::Decimal total;     ///< by all parts
    friend bool operator==(const Used&, const Used&) = default;
  };
  std::vector<Used> used = {};  ///< by meter; none where usage does not matter
};

/// A customer on the way to its share: the divisions from the pool down to it, at least one.
using CostPath = std::vector<CostDivision>;

/// The ways to all customers of the tree, also those who bear nothing: in the order of the names at
/// each level. At each level:
/// - where percentages are given, by those;
/// - else by usage: Σ weight × quantity / total over Σ weight, of the meters of which anything was
///   used; equally where there is none.
/// A part below `minimum_percent` bears just that, and the others divide the rest as before; where
/// the least of all comes to the whole or more, they bear equally. Empty for no parts. Throws Error
/// when a number has too many digits.
std::vector<CostPath> cost_paths(const std::vector<CostPart>& parts, const CostRule& rule);

/// A division in money: `amount` is the part's of `whole`, by `fraction` of `of`, cut to whole
/// minor units and then, by the largest remainder (ties to the name that sorts first), perhaps one
/// more.
struct DividedCost {
  money::Money whole;
  money::Decimal of;      ///< sum of the fractions of all parts
  bool one_more = false;  ///< a minor unit, away from zero
  money::Money amount;
};

/// For each path, in their order, each of its divisions. At every level the parts sum to what was
/// divided, exactly. The paths are those of one tree, whole, in any order.
std::vector<std::vector<DividedCost>> divide_cost(const money::Money& whole,
                                                  const std::vector<CostPath>& paths);

/// DividedCost::amount, computed from the others. Throws Error when a number has too many digits.
money::Money amount_of(const DividedCost& cost, const money::Decimal& fraction);

}  // namespace reckoner::invoicing
