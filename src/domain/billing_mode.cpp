#include "domain/billing_mode.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::domain {

BillingMode billing_mode_on(std::span<const BillingModeFrom> modes, time::Date day) {
  BillingMode mode = BillingMode::kChargeback;
  for (const BillingModeFrom& change : modes) {
    if (change.from <= day) mode = change.mode;
  }
  return mode;
}

std::string_view to_string(BillingMode mode) {
  return mode == BillingMode::kShowback ? "showback" : "chargeback";
}

BillingMode parse_billing_mode(std::string_view text) {
  for (const BillingMode mode : {BillingMode::kChargeback, BillingMode::kShowback}) {
    if (text == to_string(mode)) return mode;
  }
  throw Error(fmt::format("'{}' is neither showback nor chargeback", text));
}

}  // namespace reckoner::domain
