#include "exports/focus_writer.hpp"

#include <array>

namespace reckoner::exports {

namespace {

constexpr std::array<std::string_view, 32> kColumns{
    "BilledCost",          "BillingAccountId",   "BillingAccountName", "BillingCurrency",
    "BillingPeriodEnd",    "BillingPeriodStart", "ChargeCategory",     "ChargeClass",
    "ChargeDescription",   "ChargeFrequency",    "ChargePeriodEnd",    "ChargePeriodStart",
    "ConsumedQuantity",    "ConsumedUnit",       "ContractedCost",     "EffectiveCost",
    "InvoiceIssuer",       "ListCost",           "PricingCategory",    "PricingQuantity",
    "PricingUnit",         "Provider",           "Publisher",          "ServiceCategory",
    "ServiceName",         "SubAccountId",       "SubAccountName",     "x_Charge",
    "x_CorrectsInvoiceId", "x_InvoiceId",        "x_InvoiceLine",      "x_Period"};

/// 3.3 Date/Time Format: YYYY-MM-DDTHH:mm:ssZ.
std::string moment(time::Instant instant) {
  return time::to_string(instant);
}

}  // namespace

FocusWriter::FocusWriter(Sink sink) : sink_(std::move(sink)), csv_(rows_) {
  for (const std::string_view column : kColumns) csv_.text(column);
  csv_.end_row();
  take_rows();
}

void FocusWriter::write(std::span<const FocusRow> rows) {
  for (const FocusRow& row : rows) write(row);
  take_rows();
}

void FocusWriter::write(const FocusRow& row) {
  const std::string cost = row.billed_cost.to_string();
  const bool usage = row.category == ChargeCategory::kUsage;
  const auto quantity = [&](bool shown) {
    shown&& row.quantity ? csv_.number(row.quantity->to_string()) : csv_.text("");
  };
  csv_.number(cost).text(row.billing_account_id).text(row.billing_account_name);
  csv_.text(row.billed_cost.currency().code());
  csv_.text(moment(row.billing_period_end)).text(moment(row.billing_period_start));
  csv_.text(to_string(row.category)).text(row.correction ? "Correction" : "");
  csv_.text(row.description).text(to_string(row.frequency));
  csv_.text(moment(row.charge_period_end)).text(moment(row.charge_period_start));
  quantity(usage);
  csv_.text(usage ? row.unit : "");
  csv_.number(cost).number(cost).text(row.issuer).number(cost);
  csv_.text(row.quantity ? "Standard" : "");
  quantity(true);
  csv_.text(row.quantity ? row.unit : "");
  csv_.text(row.issuer).text(row.issuer).text(row.service_category).text(row.service_name);
  csv_.text(row.sub_account_id.value_or("")).text(row.sub_account_name.value_or(""));
  csv_.text(row.charge).text(row.corrects).text(row.invoice);
  row.line ? csv_.number(std::to_string(*row.line)) : csv_.text("");
  csv_.text(row.period);
  csv_.end_row();
}

void FocusWriter::take_rows() {
  sink_.buffer().append(std::move(rows_).str());
  rows_.str({});
  sink_.pass_on();
}

void FocusWriter::finish() {
  sink_.flush();
}

}  // namespace reckoner::exports
