#pragma once

#include <vector>

#include "domain/document.hpp"
#include "golden/golden.hpp"

/// Documents around amounts, so that production code sums, taxes and takes back.
namespace reckoner::golden {

/// A document with a line of each amount, taxed at `tax_percent` where there is one, added up.
domain::Document document_of(const std::vector<money::Money>& lines, money::Currency currency,
                             const std::optional<money::Decimal>& tax_percent = std::nullopt);

/// The sum of the lines of such a document.
money::Money subtotal(const std::vector<money::Money>& lines, money::Currency currency);

/// What a line that was billed and is not deserved any more brings: a negative amount.
money::Money taken_back(const money::Money& billed);

}  // namespace reckoner::golden
