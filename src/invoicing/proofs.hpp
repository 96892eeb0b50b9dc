#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/document.hpp"
#include "invoicing/tax.hpp"
#include "money/money.hpp"

/// What can be said of an issued document from what it holds alone, in words for whoever audits it.
namespace reckoner::invoicing {

/// The smallest amount of the currency: 0.01, 1, 0.001.
money::Money smallest_amount(money::Currency currency);

/// The line keys of a period that stand twice on a document of a run, each once.
std::vector<std::string> doubled_keys(const domain::Document& document);

/// What is wrong with the document's taxes: a tax that is not its rate's part of the base (or of
/// base and tax, where prices contain it), and, where no coupon came between, a base that is not
/// the sum of its lines. With TaxRounding::kPerLine and coupons a tax may be off by as many halves
/// of the smallest unit as it has lines.
std::vector<std::string> wrong_taxes(const domain::Document& document, TaxRounding rounded,
                                     money::Rounding rounding);

/// What the figures that a line stores beside its amount come to, before it was divided among tax
/// categories. (Facts of charges: charge_facts.hpp.)
struct StoredFigures {
  money::Money amount;
  bool exact = true;    ///< else within one smallest unit: its base is stored rounded
  bool of_key = false;  ///< of the line's key alone; else of the charge, however it is divided
};

/// None for facts of no model known here: charges, corrections, handlers of one's own.
std::optional<StoredFigures> amount_of_figures(std::string_view facts, money::Currency currency,
                                               money::Rounding rounding);

/// Lines of first issues that were worked out together (same period, subscription, charge and
/// facts) and do not sum to what their facts come to.
std::vector<std::string> wrong_parts(const domain::Document& document, money::Rounding rounding);

}  // namespace reckoner::invoicing
