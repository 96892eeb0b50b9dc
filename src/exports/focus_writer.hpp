#pragma once

#include <span>
#include <sstream>

#include "exports/buffered_sink.hpp"
#include "exports/focus_row.hpp"
#include "text/csv.hpp"

namespace reckoner::exports {

/// Writes rows as CSV with the columns of FOCUS 1.0 in alphabetical order, then our own (x_…; 3.1
/// Column Naming and Ordering). All mandatory columns are there, and of the others ChargeFrequency,
/// ConsumedQuantity, ConsumedUnit, PricingCategory, SubAccountId and SubAccountName. Null is an
/// empty cell. Columns about unit prices, SKUs, resources, regions, commitment discounts and tags
/// are left out: a line of tiers and allowances has no one unit price, and we know of no resources.
/// List, contracted and effective cost are the billed cost: prices are those agreed with the
/// customer, and nothing is bought to cover later charges.
///
/// Text that a spreadsheet would run as a formula gets an apostrophe in front (text::CsvWriter).
class FocusWriter {
 public:
  explicit FocusWriter(Sink sink);

  void write(std::span<const FocusRow> rows);
  void finish();

 private:
  void write(const FocusRow& row);
  void take_rows();

  BufferedSink sink_;
  std::ostringstream rows_;
  text::CsvWriter csv_;
};

}  // namespace reckoner::exports
