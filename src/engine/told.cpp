#include "engine/told.hpp"

namespace reckoner::engine {

insight::Reached reached_of(const store::Row& row) {
  const money::Currency currency = money::Currency::of(row.text("currency"));
  const money::Money limit(row.decimal("limit_amount"), currency);
  const auto percent = row.optional_decimal("percent");
  insight::Threshold threshold{.basis = insight::parse_basis(row.text("basis")),
                               .percent = percent,
                               .amount = percent ? std::nullopt : std::optional(limit.amount())};
  return {.budget = money::Money(row.decimal("budget_amount"), currency),
          .charge = row.text("charge"),
          .threshold = std::move(threshold),
          .limit = limit,
          .spent = money::Money(row.decimal("spent"), currency)};
}

void write_told(text::JsonWriter& json, std::int64_t number, const std::string& month,
                time::Instant told_at, const insight::Reached& reached, const std::string& words) {
  json.key("number").number(number).key("month").string(month);
  json.key("told_at").string(time::to_string(told_at));
  json.key("on").string(insight::to_string(reached.threshold.basis)).key("charge");
  reached.charge.empty() ? json.null() : json.string(reached.charge);
  json.key("currency").string(reached.budget.currency().code());
  json.key("budget").string(reached.budget.to_string());
  json.key("limit").string(reached.limit.to_string()).key("percent");
  reached.threshold.percent ? json.string(reached.threshold.percent->to_string()) : json.null();
  json.key("spent").string(reached.spent.to_string());
  json.key("text").string(words);
}

}  // namespace reckoner::engine
