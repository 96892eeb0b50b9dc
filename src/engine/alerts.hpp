#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "insight/budget.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

namespace reckoner::engine {

/// A threshold of a budget that a month reached, as it was told.
struct Alert {
  CustomerId customer;
  std::string customer_key;
  std::int64_t number = 0;  ///< counts within the customer
  std::string month;        ///< "2026-10"
  insight::Reached reached;
  std::int64_t cut = 0;  ///< up to which usage was known
  time::Instant told_at;
};

/// Where a list goes on: behind this alert.
struct AlertPlace {
  time::Instant told_at;
  CustomerId customer;
  std::int64_t number = 0;
};

/// The latest first, at most `limit`.
std::vector<Alert> list_alerts(store::Connection& connection, CustomerId customer,
                               std::optional<std::int64_t> below, std::int64_t limit);
/// Of all customers.
std::vector<Alert> list_alerts(store::Connection& connection,
                               const std::optional<AlertPlace>& behind, std::int64_t limit);

/// Those of the customer's months that were told already.
std::vector<Alert> told_alerts(store::Connection& connection, CustomerId customer,
                               const std::vector<std::string>& months);

/// Keeps the alert, in the caller's transaction, which holds the customer's alerts from here on,
/// and gives its number; none when that threshold of that month was told before, whoever did it.
std::optional<std::int64_t> keep_alert(store::Connection& connection, const Alert& alert);

/// As the API, events and --json have it.
void write_alert(text::JsonWriter& json, const Alert& alert);

}  // namespace reckoner::engine
