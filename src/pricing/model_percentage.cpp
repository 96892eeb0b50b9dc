#include <algorithm>
#include <cstdint>

#include "pricing/trace.hpp"
#include "pricing/units.hpp"
#include "pricing/usage_models.hpp"

namespace reckoner::pricing {

namespace {

/// What is free of the transactions to come.
class Free {
 public:
  explicit Free(const domain::Percentage& model) {
    if (model.free_count) count_ = *model.free_count;
    if (model.free_amount) amount_ = *model.free_amount;
    lasts_ = count_ || amount_;
  }

  /// What of the next transaction is charged; none when it is free.
  std::optional<money::Ratio> charged(const money::Ratio& transaction) {
    if (!lasts_ || (count_ && *count_ < 1) || (amount_ && amount_->sign() <= 0)) {
      lasts_ = false;
      return transaction;
    }
    if (count_) *count_ -= 1;
    if (!amount_) return std::nullopt;
    *amount_ = *amount_ - transaction;
    if (amount_->sign() >= 0) return std::nullopt;
    lasts_ = false;
    return money::Ratio(money::Decimal(0)) - *amount_;
  }

 private:
  std::optional<money::Decimal> count_;  ///< transactions left; none: any number
  std::optional<money::Ratio> amount_;   ///< left; none: any amount
  bool lasts_ = false;
};

}  // namespace

Rated rated(const domain::Percentage& model, const domain::OfMeters& metering,
            const Measure& measure, const Allowance&, Trace* trace) {
  const money::Decimal share = model.percent * kPercent;
  const money::Ratio none = money::Decimal(0);
  Rated all;
  std::int64_t count = 0;
  money::Ratio raised = none;   // by the minimum of a transaction
  money::Ratio lowered = none;  // by its maximum
  Free free(model);
  for (const money::Decimal& transaction : measure.transactions) {
    const money::Ratio amount = in_units(metering, transaction);
    all.used = all.used + amount;
    const auto charged = free.charged(amount);
    if (!charged) continue;
    all.billable = all.billable + *charged;
    ++count;
    const money::Ratio its = *charged * share + model.fixed;
    const auto& minimum = model.transaction_minimum;
    const auto& maximum = model.transaction_maximum;
    if (minimum && its < *minimum) raised = raised + (*minimum - its);
    if (maximum && its > *maximum) lowered = lowered + (*maximum - its);
  }
  add_step(
      trace, [] { return "share of the amounts"; }, all.billable, share);
  if (!model.fixed.is_zero()) {
    add_step(
        trace, [] { return "for each transaction"; }, money::Decimal(count), model.fixed);
  }
  if (raised.sign() != 0) {
    add_step(
        trace, [] { return "up to the minimum of a transaction"; }, raised, 1);
  }
  if (lowered.sign() != 0) {
    add_step(
        trace, [] { return "down to the maximum of a transaction"; }, lowered, 1);
  }
  all.amount = all.billable * share + money::Decimal(count) * model.fixed + raised + lowered;
  return all;
}

}  // namespace reckoner::pricing
