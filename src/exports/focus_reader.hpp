#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::exports {

/// Which of a FOCUS file's costs is summed, and by which of its periods.
enum class FocusMetric { kBilled, kEffective };
enum class FocusMonth {
  kBilling,  ///< BillingPeriodStart: sums are those of invoices
  kCharge,   ///< ChargePeriodStart: when the charge arose
};

/// What a FOCUS file says that one service cost in one sub-account and month.
struct FocusCost {
  time::Date month;         ///< its first day; months are those of UTC
  std::string service;      ///< ServiceName
  std::string sub_account;  ///< SubAccountId; empty: none
  money::Currency currency;
  money::Decimal amount;  ///< exact, with more digits than the currency where the file has them
  std::int64_t rows = 0;

  friend bool operator==(const FocusCost&, const FocusCost&) = default;
};

/// Sums a cost and usage file of FOCUS 1.0 or later, as CSV with a header: whatever its other
/// columns are. By month, service, sub-account and currency, sorted. Uses `in` until its end.
/// Throws Error ("line 7: BilledCost: …") for a file that lacks a column which is needed, an empty
/// cell in one that must not be null, and what is no number, instant or currency; a file of no rows
/// is none.
std::vector<FocusCost> read_focus(std::istream& in, FocusMetric metric = FocusMetric::kBilled,
                                  FocusMonth month = FocusMonth::kBilling);

}  // namespace reckoner::exports
