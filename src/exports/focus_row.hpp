#pragma once

// Cost and usage as FOCUS 1.0 has them, the FinOps Open Cost and Usage Specification: chapter 2
// "Columns" (each column's "Content constraints") and chapter 3 "Attributes" (Null Handling,
// Numeric Format, Date/Time Format). https://focus.finops.org/focus-specification/v1-0/

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/charge.hpp"
#include "domain/document.hpp"

namespace reckoner::exports {

enum class ChargeCategory { kUsage, kPurchase, kTax, kCredit, kAdjustment };
enum class ChargeFrequency { kOneTime, kRecurring, kUsageBased };

/// As the specification writes them: "Usage", "One-Time", …
std::string_view to_string(ChargeCategory category);
std::string_view to_string(ChargeFrequency frequency);

/// One charge. What is none is null in the file.
struct FocusRow {
  money::Money billed_cost;
  std::string billing_account_id = {};
  std::string billing_account_name = {};
  time::Instant billing_period_start = {};
  time::Instant billing_period_end = {};  ///< exclusive, later than its start; likewise below
  ChargeCategory category = ChargeCategory::kUsage;
  bool correction = false;  ///< of a charge invoiced in an earlier billing period
  std::string description = {};
  ChargeFrequency frequency = ChargeFrequency::kUsageBased;
  time::Instant charge_period_start = {};
  time::Instant charge_period_end = {};
  std::optional<money::Decimal> quantity = {};  ///< of usage and purchases
  std::string unit = {};                        ///< of `quantity`
  std::string issuer = {};                      ///< invoice issuer, provider and publisher
  std::string service_category = {};
  std::string service_name = {};
  std::optional<std::string> sub_account_id = {};
  std::optional<std::string> sub_account_name = {};

  std::string invoice = {};                        ///< x_InvoiceId
  std::optional<std::size_t> line = std::nullopt;  ///< x_InvoiceLine, from 1
  std::string charge = {};                         ///< x_Charge; empty: null
  std::string period = {};                         ///< x_Period: "2026-10"; empty: null
  std::string corrects = {};                       ///< x_CorrectsInvoiceId; empty: null
};

/// What a document does not say itself.
struct FocusContext {
  std::string issuer;            ///< name of the legal entity; not empty
  std::string service_category;  ///< a value of the specification
  /// The line's charge, as the configuration that it was billed by has it; null where there is
  /// none of that plan and name.
  std::function<const domain::Charge*(std::string_view plan, std::string_view charge)> charge_of;
  /// The owner's key of the customer's subscription.
  std::function<std::string(std::int64_t subscription)> subscription_key;
  /// The day on which the period was first on a document.
  std::function<time::Date(const domain::PeriodKey& period)> first_billed;
};

/// The rows of an issued document: one for each line, for each coupon and for each tax that comes
/// on top. Their BilledCost sums to the document's total. Prices that contain tax stay as they are,
/// and prepaid credits pay a total: they are no rows.
///
/// The billing period is the calendar month of issue, in UTC. A row whose period was first billed
/// in an earlier month is a correction; coupons and taxes are where all lines are. Lines of meters
/// are usage, other charges of plans and charges by hand are purchases, and what handlers add is an
/// adjustment, or a credit where it takes off. So is what comes back within the same month: other
/// quantities below zero are for corrections alone. A line of no days covers its first one.
std::vector<FocusRow> focus_rows(const domain::Document& document, const FocusContext& context);

}  // namespace reckoner::exports
