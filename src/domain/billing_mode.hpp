#pragma once

#include <span>
#include <string_view>

#include "time/time.hpp"

namespace reckoner::domain {

/// What becomes of what a customer's billing periods cost.
enum class BillingMode {
  kChargeback,  ///< it is billed: invoices, in the receivables
  kShowback,    ///< it is shown: informational documents, in no ledger
};

/// Counts for the billing periods that begin on `from` or later, until the next of the customer.
struct BillingModeFrom {
  time::Date from;
  BillingMode mode = BillingMode::kChargeback;
};

/// For a period that begins on that day; `modes` ascend by day. Before the first: chargeback.
BillingMode billing_mode_on(std::span<const BillingModeFrom> modes, time::Date day);

std::string_view to_string(BillingMode mode);
/// Throws Error for an unknown word.
BillingMode parse_billing_mode(std::string_view text);

}  // namespace reckoner::domain
