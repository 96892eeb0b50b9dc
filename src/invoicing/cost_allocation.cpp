#include "invoicing/cost_allocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "base/error.hpp"
#include "invoicing/proofs.hpp"

namespace reckoner::invoicing {

namespace {

using money::Decimal;
using money::Ratio;

constexpr std::array<std::string_view, 5> kBases{"usage", "percent", "equal", "unused", "minimum"};

struct Prepared {
  const CostPart* part;
  std::vector<Decimal> usage;  ///< of all its customers
  std::vector<Prepared> below;
};

/// In the order of the names.
std::vector<Prepared> prepared(const std::vector<CostPart>& parts, std::size_t meters) {
  std::vector<Prepared> found;
  for (const CostPart& part : parts) {
    Prepared one{&part, std::vector<Decimal>(meters), prepared(part.parts, meters)};
    for (std::size_t i = 0; i < std::min(meters, part.usage.size()); ++i) {
      one.usage[i] = std::max(part.usage[i], Decimal(0));
    }
    for (const Prepared& below : one.below) {
      for (std::size_t i = 0; i < meters; ++i) one.usage[i] += below.usage[i];
    }
    found.push_back(std::move(one));
  }
  std::ranges::sort(found, {}, [](const Prepared& one) { return one.part->name; });
  return found;
}

Decimal rounded(const Ratio& exact) {
  return money::round(exact, kFractionDigits, money::Rounding::kHalfEven);
}

std::vector<CostDivision> equally(std::span<const Prepared> parts, CostBasis basis) {
  const Decimal fraction = rounded(Ratio(1, static_cast<std::int64_t>(parts.size())));
  std::vector<CostDivision> divisions;
  for (const Prepared& part : parts) divisions.push_back({part.part->name, basis, fraction});
  return divisions;
}

std::vector<CostDivision> by_percent(std::span<const Prepared> parts) {
  Decimal sum = 0;
  for (const Prepared& part : parts) sum += part.part->percent.value_or(0);
  std::vector<CostDivision> divisions;
  for (const Prepared& part : parts) {
    divisions.push_back({part.part->name, CostBasis::kPercent,
                         rounded(Ratio(part.part->percent.value_or(0), sum))});
  }
  return divisions;
}

std::vector<CostDivision> by_usage(std::span<const Prepared> parts, const CostRule& rule) {
  const std::size_t meters = rule.weights.size();
  std::vector<Decimal> totals(meters);
  for (const Prepared& part : parts) {
    for (std::size_t i = 0; i < meters; ++i) totals[i] += part.usage[i];
  }
  Decimal weights = 0;
  for (std::size_t i = 0; i < meters; ++i) {
    if (!totals[i].is_zero()) weights += rule.weights[i];
  }
  if (weights.is_zero()) return equally(parts, CostBasis::kUnused);
  std::vector<CostDivision> divisions;
  for (const Prepared& part : parts) {
    CostDivision division{part.part->name, CostBasis::kUsage, 0};
    for (std::size_t i = 0; i < meters; ++i) {
      division.used.push_back({part.usage[i], totals[i]});
      if (totals[i].is_zero()) continue;
      division.fraction += rounded(Ratio(rule.weights[i] * part.usage[i], weights * totals[i]));
    }
    divisions.push_back(std::move(division));
  }
  return divisions;
}

/// Lifts whoever is below the least, until nobody is.
void lift(std::vector<CostDivision>& divisions, const Decimal& minimum_percent) {
  const Decimal least = minimum_percent * Decimal::from_parts(1, 2);
  const auto count = static_cast<std::int64_t>(divisions.size());
  if (least * Decimal(count) >= Decimal(1)) {
    const Decimal fraction = rounded(Ratio(1, count));
    for (CostDivision& division : divisions) {
      division.basis = CostBasis::kMinimum;
      division.fraction = fraction;
    }
    return;
  }
  std::vector<bool> lifted(divisions.size());
  Decimal rest = 1;
  Decimal left = 0;
  const auto above = [&](std::size_t i) { return Ratio(divisions[i].fraction * rest, left); };
  for (bool again = true; again;) {
    again = false;
    left = 0;
    for (std::size_t i = 0; i < divisions.size(); ++i) {
      if (!lifted[i]) left += divisions[i].fraction;
    }
    std::vector<std::size_t> below;
    for (std::size_t i = 0; i < divisions.size(); ++i) {
      if (!lifted[i] && above(i) < Ratio(least)) below.push_back(i);
    }
    for (const std::size_t i : below) {
      lifted[i] = true;
      rest -= least;
      again = true;
    }
  }
  for (std::size_t i = 0; i < divisions.size(); ++i) {
    if (lifted[i]) divisions[i].basis = CostBasis::kMinimum;
    divisions[i].fraction = lifted[i] ? least : rounded(above(i));
  }
}

std::vector<CostDivision> divided(std::span<const Prepared> parts, const CostRule& rule) {
  const bool has_percents = std::ranges::any_of(
      parts, [](const Prepared& part) { return part.part->percent.has_value(); });
  std::vector<CostDivision> divisions = has_percents           ? by_percent(parts)
                                        : rule.weights.empty() ? equally(parts, CostBasis::kEqual)
                                                               : by_usage(parts, rule);
  if (rule.minimum_percent.sign() > 0) lift(divisions, rule.minimum_percent);
  return divisions;
}

void add_paths(std::span<const Prepared> parts, const CostRule& rule, const CostPath& above,
               std::vector<CostPath>& paths) {
  if (parts.empty()) return;
  std::vector<CostDivision> divisions = divided(parts, rule);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CostPath path = above;
    path.push_back(std::move(divisions[i]));
    if (parts[i].below.empty()) {
      paths.push_back(std::move(path));
    } else {
      add_paths(parts[i].below, rule, path, paths);
    }
  }
}

/// Divides among the parts at that depth, and on among the parts of each.
void divide(const money::Money& whole, std::span<const CostPath> paths,
            std::span<const std::size_t> which, std::size_t depth,
            std::vector<std::vector<DividedCost>>& divided) {
  std::map<std::string_view, std::vector<std::size_t>> parts;
  for (const std::size_t i : which) parts[paths[i].at(depth).part].push_back(i);
  std::vector<Decimal> fractions;
  Decimal of = 0;
  for (const auto& [name, below] : parts) {
    fractions.push_back(paths[below.front()][depth].fraction);
    of += fractions.back();
  }
  const std::vector<money::Money> amounts = money::allocate(whole, fractions);
  std::size_t at = 0;
  for (const auto& [name, below] : parts) {
    DividedCost cost{whole, of, false, amounts[at]};
    cost.one_more = amount_of(cost, fractions[at]) != cost.amount;
    for (const std::size_t i : below) divided[i].push_back(cost);
    if (paths[below.front()].size() > depth + 1) {
      divide(amounts[at], paths, below, depth + 1, divided);
    }
    ++at;
  }
}

}  // namespace

std::string_view to_string(CostBasis basis) {
  return kBases[static_cast<std::size_t>(basis)];
}

CostBasis parse_cost_basis(std::string_view text) {
  const auto found = std::ranges::find(kBases, text);
  if (found == kBases.end()) throw Error(fmt::format("'{}' is no basis of an allocation", text));
  return static_cast<CostBasis>(found - kBases.begin());
}

std::vector<CostPath> cost_paths(const std::vector<CostPart>& parts, const CostRule& rule) {
  std::vector<CostPath> paths;
  add_paths(prepared(parts, rule.weights.size()), rule, {}, paths);
  return paths;
}

std::vector<std::vector<DividedCost>> divide_cost(const money::Money& whole,
                                                  const std::vector<CostPath>& paths) {
  std::vector<std::vector<DividedCost>> divided(paths.size());
  std::vector<std::size_t> all(paths.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  if (!paths.empty()) divide(whole, paths, all, 0, divided);
  return divided;
}

money::Money amount_of(const DividedCost& cost, const money::Decimal& fraction) {
  const money::Currency currency = cost.whole.currency();
  const Ratio exact = cost.whole * Ratio(fraction, cost.of);
  const money::Money cut = money::round_to_currency(exact, currency, money::Rounding::kTowardZero);
  if (!cost.one_more) return cut;
  return cost.whole.sign() < 0 ? cut - smallest_amount(currency) : cut + smallest_amount(currency);
}

}  // namespace reckoner::invoicing
