#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/versions.hpp"
#include "insight/comparison.hpp"
#include "store/document_rows.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// A document beside the one before it.
struct DocumentComparison {
  /// An issued document; amounts are before coupons and taxes.
  struct Side {
    std::string number;
    std::string periods;  ///< labels of the periods billed for the first time: "2026-10"
    money::Money subtotal;
  };
  struct Charge {
    std::string charge;
    std::string title;                   ///< of one of its lines
    std::optional<money::Money> before;  ///< with corrections of earlier periods; none: no line
    std::optional<money::Money> now;
    insight::ChangeParts parts;
    std::optional<insight::LargeChange> large;  ///< where the change is worth a sentence
  };
  Side now;
  std::optional<Side> before;   ///< none: there is nothing to compare with
  std::vector<Charge> charges;  ///< the largest change first; none without `before`
  insight::ChangeParts parts;   ///< their sums; `total` is the difference of the subtotals
};

/// The document beside the customer's last one before it in the same currency that billed a period
/// for the first time and was not void by then: what is issued later changes nothing. By charge:
/// what was used is priced again as the charge was priced then (its configuration version, its
/// terms and agreed figures), which divides quantity from price; charges of several lines, and
/// lines that no charge of a plan made, go by their average price (insight::split_change). A
/// document that corrects another by hand is compared with nothing. Throws Error when there is no
/// such document.
DocumentComparison compare_with_before(store::Connection& connection, Versions& versions,
                                       store::DocumentId document);
/// The same of a document that was loaded.
DocumentComparison compare_with_before(store::Connection& connection, Versions& versions,
                                       const domain::Document& document);

/// As the API and --json have it.
void write_comparison(text::JsonWriter& json, const DocumentComparison& comparison);

}  // namespace reckoner::engine
