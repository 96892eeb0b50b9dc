#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "golden/golden.hpp"
#include "golden/golden_documents.hpp"
#include "invoicing/credits.hpp"
#include "invoicing/tax.hpp"

namespace reckoner::golden {
namespace {

using invoicing::TaxableLine;
using invoicing::TaxRounding;

constexpr auto kRounding = money::Rounding::kHalfAwayFromZero;

money::Money money_of(const Json& value, money::Currency of) {
  return money::round_to_currency(decimal(value), of, kRounding);
}

std::vector<Json> percents_of(const Case& item) {
  const Json& all = member(item.inputs, "tax_percents") != nullptr ? item.inputs : item.params;
  if (const Json* one = member(all, "tax_percent")) return {*one};
  return all.at("tax_percents").as_array();
}

/// Every line in one category, each at its own rate.
std::vector<TaxableLine> taxed(const std::vector<money::Money>& amounts,
                               const std::vector<Json>& percents) {
  std::vector<TaxableLine> lines;
  for (const money::Money& each : amounts) {
    lines.push_back({"standard", {"", number_if_any(percents.at(lines.size())), ""}, each});
  }
  return lines;
}

/// One amount that bears several taxes, each of a category of its own.
std::vector<TaxableLine> taxed(const money::Money& amount, const std::vector<Json>& percents) {
  std::vector<TaxableLine> lines;
  for (const Json& percent : percents) {
    lines.push_back({std::to_string(lines.size()), {"", decimal(percent), ""}, amount});
  }
  return lines;
}

/// What is left of the lines after a coupon over an amount.
invoicing::CreditsApplied after_coupon(const std::vector<money::Money>& amounts,
                                       const money::Money& coupon) {
  std::vector<invoicing::CreditLine> lines;
  for (const money::Money& each : amounts) lines.push_back({each, "fee", std::nullopt});
  const domain::Credit credit{.number = 1,
                              .key = "coupon",
                              .title = "Coupon",
                              .kind = domain::CreditKind::kCoupon,
                              .currency = coupon.currency(),
                              .amount_left = coupon.amount(),
                              .percent = std::nullopt,
                              .documents_left = std::nullopt,
                              .priority = 0,
                              .starts_on = std::nullopt,
                              .expires_on = std::nullopt,
                              .charges = {}};
  return invoicing::apply_credits(domain::CreditKind::kCoupon, lines, {&credit, 1}, {},
                                  time::parse_date("2026-10-01"), coupon.currency(), kRounding);
}

Result told(const std::vector<money::Money>& amounts, const std::vector<TaxableLine>& lines,
            money::Currency of, TaxRounding rounded) {
  const std::vector<money::Money> taxes = invoicing::tax_of(lines, of, rounded, kRounding).of_lines;
  std::vector<money::Money> all = amounts;
  all.insert(all.end(), taxes.begin(), taxes.end());
  const money::Money tax = subtotal(taxes, of);
  return {{"taxes", taxes}, {"tax", tax}, {"tax_total", tax}, {"total", subtotal(all, of)}};
}

/// One net amount and every tax it bears, each rounded, then added.
Result run_single(const Case& item) {
  const money::Currency of = currency(item.params);
  const money::Money net = money_of(item.inputs.at("net"), of);
  return told({net}, taxed(net, percents_of(item)), of, TaxRounding::kPerRate);
}

Result run_lines(const Case& item) {
  const money::Currency of = currency(item.params);
  const std::vector<money::Money> lines = amounts(item.inputs.at("lines"), of);
  return told(lines, taxed(lines, percents_of(item)), of, TaxRounding::kPerLine);
}

/// Tax on what a coupon leaves.
Result run_after_coupon(const Case& item, std::string_view base, std::string_view coupon) {
  const money::Currency of = currency(item.params);
  const std::vector<money::Money> rest =
      after_coupon({money_of(item.inputs.at(base), of)}, money_of(item.inputs.at(coupon), of)).rest;
  return told(rest, taxed(rest.front(), percents_of(item)), of, TaxRounding::kPerRate);
}

Result run_fee(const Case& item) {
  return run_after_coupon(item, "fee", "coupon");
}

Result run_after_discount(const Case& item) {
  return run_after_coupon(item, "subtotal", "discount");
}

/// Fees by name, each with its rate, and one coupon over all.
Result run_invoice(const Case& item) {
  const money::Currency of = currency(item.params);
  std::vector<money::Money> fees;
  std::vector<Json> percents;
  for (const auto& [name, fee] : item.params.at("fees").as_object()) {
    fees.push_back(money_of(fee.at("amount"), of));
    percents.push_back(fee.at("tax_percent"));
  }
  const auto applied = after_coupon(fees, money_of(item.params.at("coupon_fixed"), of));
  Result result = told(applied.rest, taxed(applied.rest, percents), of, TaxRounding::kPerRate);
  result.emplace("coupon_split", applied.shares);
  return result;
}

const Adapters kTax("tax", {{"single", run_single},
                            {"multi", run_single},
                            {"lines", run_lines},
                            {"fee", run_fee},
                            {"after-discount", run_after_discount},
                            {"invoice", run_invoice}});

}  // namespace
}  // namespace reckoner::golden
