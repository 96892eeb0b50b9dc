#include "web/margin_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::web {

namespace {

constexpr int kPercentDigits = 2;

}  // namespace

std::set<engine::MarginBy> margin_by(std::string_view text) {
  using engine::MarginBy;
  if (text.empty()) return {MarginBy::kCustomer, MarginBy::kPlan, MarginBy::kCharge};
  std::set<MarginBy> by;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, end);
    if (word == "customer") {
      by.insert(MarginBy::kCustomer);
    } else if (word == "plan") {
      by.insert(MarginBy::kPlan);
    } else if (word == "charge") {
      by.insert(MarginBy::kCharge);
    } else {
      throw UsageError(fmt::format("by: '{}' is none of customer, plan, charge", word));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return by;
}

std::string margin_percent(const engine::MarginRow& row) {
  if (row.billed.is_zero()) return "";
  return money::round(
             money::Ratio(row.margin().amount() * money::Decimal(100), row.billed.amount()),
             kPercentDigits, money::Rounding::kHalfAwayFromZero)
      .to_string();
}

void write_json(text::JsonWriter& json, const std::string& month,
                const std::vector<engine::MarginRow>& rows) {
  const auto text_or_null = [&](std::string_view name, const std::string& value) {
    json.key(name);
    value.empty() ? json.null() : json.string(value);
  };
  json.begin_object().key("month").string(month).key("items").begin_array();
  for (const engine::MarginRow& row : rows) {
    json.begin_object();
    text_or_null("customer", row.customer);
    text_or_null("plan", row.plan);
    text_or_null("charge", row.charge);
    json.key("currency").string(row.billed.currency().code());
    json.key("billed").string(row.billed.to_string()).key("shown").string(row.shown.to_string());
    json.key("cost").string(row.cost.to_string());
    json.key("margin").string(row.margin().to_string());
    text_or_null("margin_percent", margin_percent(row));
    json.end_object();
  }
  json.end_array().end_object();
}

void write_csv(text::CsvWriter& csv, const std::string& month,
               const std::vector<engine::MarginRow>& rows) {
  for (const char* title : {"month", "customer", "plan", "charge", "currency", "billed", "shown",
                            "cost", "margin", "margin_percent"}) {
    csv.text(title);
  }
  csv.end_row();
  for (const engine::MarginRow& row : rows) {
    csv.text(month).text(row.customer).text(row.plan).text(row.charge);
    csv.text(row.billed.currency().code()).number(row.billed.to_string());
    csv.number(row.shown.to_string()).number(row.cost.to_string());
    csv.number(row.margin().to_string());
    const std::string percent = margin_percent(row);
    percent.empty() ? csv.text("") : csv.number(percent);
    csv.end_row();
  }
}

}  // namespace reckoner::web
