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

std::string words_for(const Money& part, std::string_view more, std::string_view less) {
  return fmt::format("{} for {}", figure(part), part.sign() < 0 ? less : more);
}

std::string reasons(const ChargePair& pair, const ChangeParts& parts) {
  std::vector<std::string> reasons;
  const auto add = [&](const Money& part, std::string_view more, std::string_view less) {
    if (part.is_zero()) return;
    const bool against = (part.sign() < 0) != (parts.total.sign() < 0);
    reasons.push_back((against ? "less " : "") + words_for(part, more, less));
  };
  add(parts.quantity, "more usage", "less usage");
  add(parts.price, "higher prices", "lower prices");
  add(parts.plan, pair.before ? "another plan" : "a plan that has it",
      pair.now ? "another plan" : "a plan that has it no more");
  add(parts.true_up, "corrections of earlier periods", "corrections of earlier periods");
  return fmt::format("{}", fmt::join(reasons, ", "));
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

std::optional<std::string> sentence_on(std::string_view title, const ChargePair& pair,
                                       const ChangeParts& parts, const Money& document_before) {
  const Decimal change = parts.total.amount().abs();
  const Decimal before = pair.before ? (pair.before->amount + pair.before->true_up) : Decimal(0);
  if (change.is_zero() || change * 10 < before.abs() ||
      change * 100 < document_before.amount().abs()) {
    return std::nullopt;
  }
  std::string percent;
  if (before.sign() > 0) {
    const Decimal rounded = money::round(money::Ratio(parts.total.amount() * 100, before), 0,
                                         money::Rounding::kHalfEven);
    percent = fmt::format(" ({}{} %)", rounded.sign() > 0 ? "+" : "",
                          money::grouped(rounded.to_string()));
  }
  return fmt::format("{} costs {} {} {}{}: {}.", title, figure(parts.total),
                     parts.total.currency().code(), parts.total.sign() < 0 ? "less" : "more",
                     percent, reasons(pair, parts));
}

}  // namespace reckoner::insight
