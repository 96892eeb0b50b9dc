#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/customer.hpp"
#include "domain/document.hpp"
#include "domain/tax.hpp"

/// Tax: which rate a line bears, and what the lines of a document bear together.
/// docs/taxes-and-credits.md gives the rules with figures.
namespace reckoner::invoicing {

inline constexpr std::string_view kTaxExempt = "Tax exempt";
inline constexpr std::string_view kReverseCharge = "Reverse charge";
inline constexpr std::string_view kOutOfScope = "Outside the scope of tax";

/// How a line is taxed.
struct TaxDecision {
  std::string country;                    ///< whose tax it is; empty where nothing is taxed
  std::optional<money::Decimal> percent;  ///< 0 to 100; none: not taxed
  std::string note;                       ///< for the reader of the invoice; may be empty
};

/// The first of these that holds:
///   no home country or no rates             not taxed
///   the customer is exempt                  0 %, kTaxExempt
///   the customer has a tax id in a reverse-charge country that is not home
///                                           0 %, kReverseCharge
///   the customer's country has no rates     not taxed, kOutOfScope
///   the rate in force on `on` of the category in the customer's country
/// A customer without a country is in the home country. `on` is the tax point. Throws Error naming
/// country, category and date when the country has rates but none of the category on that day.
TaxDecision decide_tax(const domain::TaxRules& rules, const domain::Customer& customer,
                       std::string_view category, time::Date on);

/// Which day decides the rate of a line (billing.tax.point).
enum class TaxPoint {
  kPeriodEnd,  ///< arrears: the last day the line covers; advance: the day of issue
  kIssue,      ///< the day of issue
};

/// The tax point of a line. `first_issued_on` is the day of issue of the document that first billed
/// this side of the line's period: this document's own, unless the line is a true-up, which so
/// keeps the tax point of what it corrects.
time::Date tax_point(const domain::DocumentLine& line, TaxPoint point, time::Date first_issued_on);

/// Where tax loses the digits below the currency's smallest unit (billing.tax.rounding).
enum class TaxRounding {
  kPerRate,  ///< once, on the sum of the lines that share a rate
  kPerLine,  ///< once a line
};

/// What tax sees of a line. A line that bears two taxes stands twice.
struct TaxableLine {
  std::string category;
  TaxDecision tax;
  money::Money amount;    ///< after coupons
  bool included = false;  ///< the amount contains the tax
};

struct DocumentTax {
  /// One a line: tax inside the amount, or on top of it. Those of a TaxTotal sum to its tax; with
  /// kPerRate each is within one smallest unit of the line's own exact tax.
  std::vector<money::Money> of_lines;
  /// By falling percent, then category, country, note; prices without tax before those with it.
  /// Lines that are neither taxed nor noted have none; lines that are only noted have one of 0 %.
  std::vector<domain::TaxTotal> totals;
};

/// The tax of a document of one currency. On top of the amount it is amount × percent / 100; inside
/// it is amount × percent / (100 + percent), and the base is what remains of the amount.
DocumentTax tax_of(std::span<const TaxableLine> lines, money::Currency currency,
                   TaxRounding rounded, money::Rounding rounding);

}  // namespace reckoner::invoicing
