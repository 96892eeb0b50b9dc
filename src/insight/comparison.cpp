#include "insight/comparison.hpp"

#include <fmt/format.h>

#include "money/grouped.hpp"

namespace reckoner::insight {

namespace {

using money::Decimal;
using money::Money;

/// What now's quantity would have cost before.
Money repriced(const ChargePair& pair, money::Currency currency) {
  if (pair.at_old_prices) return {*pair.at_old_prices, currency};
  const ChargeCost& before = *pair.before;
  const ChargeCost& now = *pair.now;
  if (now.quantity == before.quantity) return {before.amount, currency};
  if (before.quantity.is_zero()) return {now.amount, currency};
  return money::round_to_currency(
      money::Ratio(before.amount) * money::Ratio(now.quantity, before.quantity), currency,
      money::Rounding::kHalfAwayFromZero);
}

/// Without its sign.
std::string figure(const Money& money) {
  return money::grouped((money.sign() < 0 ? -money : money).to_string());
}

std::string_view words_for(LargeChange::Cause cause) {
  switch (cause) {
    case LargeChange::Cause::kMoreUsage:
      return "more usage";
    case LargeChange::Cause::kLessUsage:
      return "less usage";
    case LargeChange::Cause::kHigherPrices:
      return "higher prices";
    case LargeChange::Cause::kLowerPrices:
      return "lower prices";
    case LargeChange::Cause::kAnotherPlan:
      return "another plan";
    case LargeChange::Cause::kNewInPlan:
      return "a plan that has it";
    case LargeChange::Cause::kGoneFromPlan:
      return "a plan that has it no more";
    case LargeChange::Cause::kCorrections:
      return "corrections of earlier periods";
  }
  return "";
}

std::vector<LargeChange::Reason> reasons_of(const ChargePair& pair, const ChangeParts& parts) {
  using Cause = LargeChange::Cause;
  std::vector<LargeChange::Reason> reasons;
  const auto add = [&](const Money& part, Cause more, Cause less) {
    if (!part.is_zero()) reasons.push_back({part.sign() < 0 ? less : more, part});
  };
  add(parts.quantity, Cause::kMoreUsage, Cause::kLessUsage);
  add(parts.price, Cause::kHigherPrices, Cause::kLowerPrices);
  add(parts.plan, pair.before ? Cause::kAnotherPlan : Cause::kNewInPlan,
      pair.now ? Cause::kAnotherPlan : Cause::kGoneFromPlan);
  add(parts.true_up, Cause::kCorrections, Cause::kCorrections);
  return reasons;
}

}  // namespace

ChangeParts split_change(const ChargePair& pair, money::Currency currency) {
  const Money zero(currency);
  const auto amount = [&](const std::optional<ChargeCost>& cost) {
    return cost ? Money(cost->amount, currency) : zero;
  };
  const auto true_up = [&](const std::optional<ChargeCost>& cost) {
    return cost ? Money(cost->true_up, currency) : zero;
  };
  ChangeParts parts{zero, zero, zero, zero, true_up(pair.now) - true_up(pair.before)};
  const Money change = amount(pair.now) - amount(pair.before);
  parts.total = change + parts.true_up;
  if (!pair.before || !pair.now) {
    (pair.same_plan ? parts.quantity : parts.plan) = change;
  } else if (pair.before->plan != pair.now->plan) {
    parts.plan = change;
  } else {
    const Money at_old_prices = repriced(pair, currency);
    parts.quantity = at_old_prices - amount(pair.before);
    parts.price = amount(pair.now) - at_old_prices;
  }
  return parts;
}

std::optional<LargeChange> large_change(const ChargePair& pair, const ChangeParts& parts,
                                        const Money& document_before) {
  const Decimal change = parts.total.amount().abs();
  const Decimal before = pair.before ? (pair.before->amount + pair.before->true_up) : Decimal(0);
  if (change.is_zero() || change * 10 < before.abs() ||
      change * 100 < document_before.amount().abs()) {
    return std::nullopt;
  }
  LargeChange large{parts.total, std::nullopt, reasons_of(pair, parts)};
  if (before.sign() > 0) {
    large.percent = money::round(money::Ratio(parts.total.amount() * 100, before), 0,
                                 money::Rounding::kHalfEven);
  }
  return large;
}

std::string sentence_on(std::string_view title, const LargeChange& change) {
  std::string percent;
  if (change.percent) {
    percent = fmt::format(" ({}{} %)", change.percent->sign() > 0 ? "+" : "",
                          money::grouped(change.percent->to_string()));
  }
  std::vector<std::string> reasons;
  for (const LargeChange::Reason& reason : change.reasons) {
    const bool against = reason.part.sign() != change.total.sign();
    reasons.push_back(fmt::format("{}{} for {}", against ? "less " : "", figure(reason.part),
                                  words_for(reason.cause)));
  }
  return fmt::format("{} costs {} {} {}{}: {}.", title, figure(change.total),
                     change.total.currency().code(), change.total.sign() < 0 ? "less" : "more",
                     percent, fmt::join(reasons, ", "));
}

}  // namespace reckoner::insight
