#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/document.hpp"

namespace reckoner::documents {

/// A category of UNCL5305 as EN 16931 uses it.
enum class VatCategory {
  kStandard,       ///< S: any rate above zero, a reduced one too
  kZero,           ///< Z
  kExempt,         ///< E
  kReverseCharge,  ///< AE
  kOutOfScope,     ///< O: such a document has no other category (BR-O-11)
};

/// "S", "Z", "E", "AE", "O".
std::string_view code(VatCategory category);

/// What lines are told apart by.
struct VatKey {
  VatCategory category = VatCategory::kStandard;
  money::Decimal percent;
  friend bool operator==(const VatKey&, const VatKey&) = default;
};

/// BG-23: the lines of a category and rate together.
struct VatGroup {
  VatKey key;
  money::Money base;   ///< BT-116, without tax and after allowances
  money::Money tax;    ///< BT-117
  std::string reason;  ///< BT-120, of E, AE and O
};

/// BG-20 or, below zero, BG-21: between the lines and the base of a group.
struct VatAllowance {
  VatKey key;
  money::Money amount;  ///< without tax; what coupons and roundings take off
  std::string reason;
};

/// A document as EN 16931 adds it up. It knows amounts without tax alone, so what prices contain is
/// taken out of each line, which is rounded, and what is lost then is an allowance or charge.
/// A credit note gives what it takes back: its amounts are the document's with the other sign.
/// For every group: sum of its lines − its allowances = base; and over all: base + tax = total.
struct VatBreakdown {
  std::vector<VatKey> key_of_lines;     ///< in the order of the lines
  std::vector<money::Money> net_lines;  ///< BT-131, in the order of the lines
  std::vector<VatAllowance> allowances;
  std::vector<VatGroup> groups;
  money::Money lines;      ///< BT-106
  money::Money allowance;  ///< BT-107
  money::Money charge;     ///< BT-108
  money::Money base;       ///< BT-109
  money::Money tax;        ///< BT-110
  money::Money total;      ///< BT-112
  money::Money paid;       ///< BT-113: by prepaid credits
  money::Money due;        ///< BT-115
};

/// Pure. Throws Error for a document whose taxes are not those of its lines.
VatBreakdown vat_breakdown(const domain::Document& document);

}  // namespace reckoner::documents
