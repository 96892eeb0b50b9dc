#include <optional>
#include <string>
#include <vector>

#include "golden/golden.hpp"
#include "golden/golden_documents.hpp"
#include "golden/golden_lines.hpp"
#include "golden/golden_offers.hpp"
#include "invoicing/credits.hpp"
#include "invoicing/difference.hpp"
#include "invoicing/discount.hpp"
#include "usage/fold.hpp"

namespace reckoner::golden {
namespace {

constexpr auto kRounding = money::Rounding::kHalfAwayFromZero;

time::Date first_of_october() {
  return time::parse_date("2026-10-01");
}

money::Money money_of(const Json& value, money::Currency of) {
  return money::round_to_currency(decimal(value), of, kRounding);
}

// Coupons.

/// A coupon as cases write it: {"percent"} or an amount ("fixed", "amount", "discount"), with a
/// currency of its own where it names one.
domain::Credit coupon(const Json& written, std::int64_t number, money::Currency of) {
  domain::Credit credit{.number = number,
                        .key = "coupon",
                        .title = "Coupon",
                        .kind = domain::CreditKind::kCoupon,
                        .currency = member(written, "currency") != nullptr ? currency(written) : of,
                        .amount_left = std::nullopt,
                        .percent = std::nullopt,
                        .documents_left = std::nullopt,
                        .priority = 0,
                        .starts_on = std::nullopt,
                        .expires_on = std::nullopt,
                        .charges = {}};
  if (const Json* percent = member(written, "percent")) {
    credit.percent = decimal(*percent);
    return credit;
  }
  for (const char* name : {"fixed", "amount", "discount"}) {
    const Json* found = member(written, name);
    if (found != nullptr) credit.amount_left = money_of(*found, credit.currency).amount();
  }
  return credit;
}

std::vector<domain::Credit> coupons(const Case& item) {
  std::vector<domain::Credit> all;
  for (const Json& written : item.params.at("coupons").as_array()) {
    all.push_back(coupon(written, std::ssize(all), currency(item.params)));
  }
  return all;
}

invoicing::CreditsApplied apply(const std::vector<domain::Credit>& credits,
                                const std::vector<money::Money>& amounts, money::Currency of) {
  std::vector<invoicing::CreditLine> lines;
  for (const money::Money& each : amounts) lines.push_back({each, "fee", std::nullopt});
  return invoicing::apply_credits(domain::CreditKind::kCoupon, lines, credits, {},
                                  first_of_october(), of, kRounding);
}

Result run_credits(const Case& item, const std::vector<domain::Credit>& credits) {
  const money::Currency of = currency(item.params);
  const auto applied = apply(credits, {money_of(item.inputs.at("base"), of)}, of);
  return {{"discount", subtotal(applied.shares, of)}, {"net", subtotal(applied.rest, of)}};
}

Result run_coupon(const Case& item) {
  const money::Currency of = currency(item.params);
  domain::Credit credit = coupon(item.params, 1, of);
  if (const Json* used = member(item.inputs, "already_used")) {
    invoicing::enter({1, invoicing::CreditMovementKind::kDraw, money_of(*used, of)}, credit);
  }
  return run_credits(item, {credit});
}

/// Oldest first.
Result run_sequence(const Case& item) {
  return run_credits(item, coupons(item));
}

/// Percentages first: what priorities are for.
Result run_percent_first(const Case& item) {
  std::vector<domain::Credit> credits = coupons(item);
  for (domain::Credit& credit : credits) credit.priority = credit.percent ? 0 : 1;
  return run_credits(item, credits);
}

Result run_split(const Case& item) {
  const money::Currency of = currency(item.params);
  const auto applied = apply({coupon(item.params, 1, of)}, amounts(item.inputs.at("fees"), of), of);
  return {{"per_fee", applied.shares}};
}

/// One document after the other, until no document is left to the coupon.
Result run_limited_cycles(const Case& item) {
  const money::Currency of = currency(item.params);
  domain::Credit credit = coupon(item.params, 1, of);
  credit.documents_left = integer(item.params.at("cycles"));
  std::vector<money::Money> totals;
  while (std::ssize(totals) < integer(item.inputs.at("cycles_billed"))) {
    const auto applied = apply({credit}, {money_of(item.inputs.at("base_per_cycle"), of)}, of);
    for (const auto& movement : applied.movements) invoicing::enter(movement, credit);
    totals.push_back(subtotal(applied.rest, of));
  }
  return {{"totals", totals}};
}

// Percentage discounts of a statement.

Result run_percentage(const Case& item) {
  const money::Currency of = currency(item.params);
  const domain::StatementLine charged = line("usage", money_of(item.params.at("amount"), of));
  const domain::Discount discount{.number = 1,
                                  .percentage = decimal(item.params.at("percent")),
                                  .starts_at = time::Instant{},
                                  .ends_at = std::nullopt,
                                  .charges = {}};
  std::vector<money::Money> amounts{charged.amount};
  for (const domain::StatementLine& off :
       invoicing::discount_lines({&charged, 1}, {&discount, 1}, time::Zone::utc(), of, kRounding)) {
    amounts.push_back(off.amount);
  }
  return {{"amount", subtotal(amounts, of)}};
}

// Usage discounts: units that are free once, over all invoices of a period.

domain::Rate rate_after(const Json& params) {
  if (member(params, "tiers") != nullptr) return rate_of(params, "volume");
  if (member(params, "unit_amount") != nullptr) return rate_of(params, "unit");
  return domain::PerUnit{0};
}

/// What had been used when each of the invoices was made.
std::vector<money::Decimal> cumulative(const Json& inputs) {
  if (const Json* given = member(inputs, "cumulative_raw")) return decimals(*given);
  std::vector<money::Decimal> used;
  if (const Json* before = member(inputs, "before")) used.push_back(decimal(*before));
  if (const Json* quantities = member(inputs, "quantities_per_invoice")) {
    used = decimals(*quantities);
  } else {
    used.push_back(
        decimal(inputs.at(member(inputs, "quantity") != nullptr ? "quantity" : "units")));
  }
  usage::Fold sum;
  for (money::Decimal& each : used) {
    sum.add(each);
    each = sum.sum;
  }
  return used;
}

/// Each invoice bills what its statement has above what was billed before.
Result run_usage_discount(const Case& item) {
  const money::Currency of = member(item.params, "currency") != nullptr
                                 ? currency(item.params)
                                 : money::Currency::of("USD");
  const Offer offered = offer(rate_after(item.params), item.params);
  std::vector<domain::BilledLine> billed;
  std::vector<money::Decimal> units;
  std::vector<money::Money> amounts;
  for (const money::Decimal& used : cumulative(item.inputs)) {
    const pricing::Priced price = priced(offered, used);
    domain::StatementLine deserved =
        line("usage", money::round_to_currency(price.amount, of, kRounding));
    deserved.quantity = usage::quantity_of(price.billable);
    for (const auto& added : invoicing::difference({{}, "2026-10", {deserved}}, false, billed)) {
      units.push_back(added.line.quantity);
      amounts.push_back(added.line.amount);
    }
    billed = {{deserved.key, deserved.subscription, deserved.charge, deserved.description,
               deserved.starts_on, deserved.ends_on, deserved.quantity, deserved.unit,
               deserved.amount, deserved.tax, std::nullopt}};
  }
  Result result{{"amounts", amounts}, {"amount", amounts.back()}, {"billed_units", units}};
  if (member(item.inputs, "quantity") != nullptr) result["billed_units"] = units.back();
  return result;
}

const Adapters kDiscount("discount", {{"coupon-fixed", run_coupon},
                                      {"coupon-percentage", run_coupon},
                                      {"coupon-sequence", run_sequence},
                                      {"coupon-sequence-percent-first", run_percent_first},
                                      {"coupon-split", run_split},
                                      {"coupon-limited-cycles", run_limited_cycles},
                                      {"percentage", run_percentage},
                                      {"usage-discount", run_usage_discount}});

}  // namespace
}  // namespace reckoner::golden
