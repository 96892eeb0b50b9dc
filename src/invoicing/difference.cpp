#include "invoicing/difference.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"

namespace reckoner::invoicing {

void check_keys(const Statement& statement) {
  std::unordered_set<std::string_view> seen;
  for (const domain::StatementLine& line : statement.lines) {
    if (!seen.insert(line.key).second) {
      throw Error(fmt::format("line key '{}' stands twice in the statement of {}", line.key,
                              statement.period_label));
    }
  }
}

std::vector<domain::DocumentLine> difference(const Statement& statement, bool billed_before,
                                             const std::vector<domain::BilledLine>& billed) {
  std::unordered_map<std::string_view, const domain::BilledLine*> billed_by_key;
  for (const domain::BilledLine& line : billed) billed_by_key.emplace(line.key, &line);

  std::vector<domain::DocumentLine> lines;
  lines.reserve(statement.lines.size());
  for (const domain::StatementLine& deserved : statement.lines) {
    domain::DocumentLine line{statement.period, statement.period_label, billed_before, deserved,
                              std::nullopt};
    if (auto found = billed_by_key.find(deserved.key); found != billed_by_key.end()) {
      line.line.quantity -= found->second->quantity;
      line.line.amount -= found->second->amount;
      line.tax_percent = found->second->tax_percent;
      billed_by_key.erase(found);
    }
    const bool differs = !line.line.quantity.is_zero() || !line.line.amount.is_zero();
    if (differs || !billed_before) lines.push_back(std::move(line));
  }
  for (const domain::BilledLine& gone : billed) {
    if (!billed_by_key.contains(gone.key)) continue;
    if (gone.quantity.is_zero() && gone.amount.is_zero()) continue;
    lines.push_back({.period = statement.period,
                     .period_label = statement.period_label,
                     .true_up = billed_before,
                     .line = {.key = gone.key,
                              .subscription = gone.subscription,
                              .charge = gone.charge,
                              .description = gone.description,
                              .starts_on = gone.starts_on,
                              .ends_on = gone.ends_on,
                              .quantity = -gone.quantity,
                              .unit = gone.unit,
                              .amount = -gone.amount,
                              .facts = R"({"deserved":"nothing any more"})",
                              .tax = gone.tax},
                     .tax_percent = gone.tax_percent});
  }
  return lines;
}

}  // namespace reckoner::invoicing
