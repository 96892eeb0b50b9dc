#include "golden/golden_lines.hpp"

#include "invoicing/difference.hpp"

namespace reckoner::golden {

namespace {

const time::Date kFirst = time::parse_date("2026-10-01");
const time::Date kEnd = time::parse_date("2026-11-01");

}  // namespace

domain::StatementLine line(const std::string& key, const money::Money& amount) {
  return {.key = key,
          .subscription = 1,
          .charge = key,
          .description = key,
          .starts_on = kFirst,
          .ends_on = kEnd,
          .quantity = 1,
          .unit = "",
          .amount = amount,
          .facts = "{}"};
}

money::Money line_after(const std::optional<money::Money>& billed, const money::Money& deserved) {
  const invoicing::Statement statement{
      .period = {}, .period_label = "2026-10", .lines = {line("usage", deserved)}};
  std::vector<domain::BilledLine> before;
  if (billed) {
    const domain::StatementLine was = line("usage", *billed);
    before.push_back({was.key, was.subscription, was.charge, was.description, was.starts_on,
                      was.ends_on, was.quantity, was.unit, was.amount, was.tax, std::nullopt});
  }
  const auto lines = invoicing::difference(statement, billed.has_value(), before);
  return lines.empty() ? money::Money(deserved.currency()) : lines.front().line.amount;
}

std::vector<money::Money> running_lines(std::span<const money::Money> totals) {
  std::vector<money::Money> lines;
  std::optional<money::Money> billed;
  for (const money::Money& deserved : totals) {
    lines.push_back(line_after(billed, deserved));
    billed = deserved;
  }
  return lines;
}

money::Money rounded(const Case& item, const money::Ratio& exact) {
  return money::round_to_currency(exact, currency(item.params), money::Rounding::kHalfAwayFromZero);
}

Figure amount(const Case& item, std::string_view name, const money::Ratio& exact) {
  const Json* wanted = member(item.expected, name);
  const bool unrounded =
      wanted != nullptr && decimal(*wanted).scale() > currency(item.params).minor_digits();
  return unrounded ? Figure(exact) : Figure(rounded(item, exact));
}

}  // namespace reckoner::golden
