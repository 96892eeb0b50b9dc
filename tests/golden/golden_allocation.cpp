#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "domain/credit.hpp"
#include "golden/golden.hpp"
#include "invoicing/credits.hpp"
#include "money/money.hpp"

namespace reckoner::golden {
namespace {

/// The places of the weights in the order that decides ties: as they stand, or by their keys.
std::vector<std::size_t> order_of(const Json& inputs) {
  std::vector<std::size_t> order;
  while (order.size() < inputs.at("weights").as_array().size()) order.push_back(order.size());
  if (const Json* keys = member(inputs, "keys")) {
    std::ranges::sort(order, {}, [&](std::size_t i) { return keys->as_array()[i].as_string(); });
  }
  return order;
}

Result run_largest_remainder(const Case& item) {
  const money::Money whole(decimal(item.inputs.at("total")), currency(item.params));
  const std::vector<money::Decimal> weights = decimals(item.inputs.at("weights"));
  const std::vector<std::size_t> order = order_of(item.inputs);
  std::vector<money::Decimal> ordered;
  for (const std::size_t place : order) ordered.push_back(weights[place]);
  const std::vector<money::Money> parts = money::allocate(whole, ordered);
  std::vector<Figure> shares(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) shares[order[i]] = parts[i];
  return {{"shares", shares}};
}

/// A coupon of an amount on lines that share a tax rate: what it leaves of them.
Result run_discount_split(const Case& item) {
  const money::Currency of = currency(item.params);
  const domain::Credit coupon{.key = {},
                              .title = {},
                              .currency = of,
                              .amount_left = decimal(item.inputs.at("discount")),
                              .percent = {},
                              .documents_left = {},
                              .starts_on = {},
                              .expires_on = {},
                              .charges = {}};
  std::vector<invoicing::CreditLine> lines;
  for (const money::Money& amount : amounts(item.inputs.at("lines"), of)) {
    lines.push_back({.amount = amount, .charge = {}, .subscription = {}});
  }
  return {
      {"net_per_line", invoicing::apply_credits(domain::CreditKind::kCoupon, lines, {&coupon, 1},
                                                {}, time::parse_date("2026-01-01"), of,
                                                money::Rounding::kHalfAwayFromZero)
                           .rest}};
}

const Adapters kAllocation("allocation", {{"largest-remainder", run_largest_remainder},
                                          {"peer-remainder-rule", run_largest_remainder},
                                          {"backward-cascade", run_largest_remainder},
                                          {"discount-split", run_discount_split}});

}  // namespace
}  // namespace reckoner::golden
