#include "handlers/tax_split.hpp"

#include <algorithm>

namespace reckoner::handlers {

std::vector<std::pair<std::string, money::Money>> split_by_tax(
    std::span<const domain::StatementLine> lines, const money::Money& amount) {
  std::vector<std::string> categories;
  std::vector<money::Decimal> weights;
  for (const domain::StatementLine& line : lines) {
    const auto known = std::find(categories.begin(), categories.end(), line.tax);
    if (known == categories.end()) {
      categories.push_back(line.tax);
      weights.push_back(line.amount.amount());
    } else {
      weights[static_cast<std::size_t>(known - categories.begin())] += line.amount.amount();
    }
  }
  bool any = false;
  for (money::Decimal& weight : weights) {
    weight = std::max(weight, money::Decimal(0));
    any = any || !weight.is_zero();
  }
  if (!any) return {{"standard", amount}};
  const std::vector<money::Money> parts = money::allocate(amount, weights);
  std::vector<std::pair<std::string, money::Money>> split;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].is_zero()) split.emplace_back(categories[i], parts[i]);
  }
  return split;
}

}  // namespace reckoner::handlers
