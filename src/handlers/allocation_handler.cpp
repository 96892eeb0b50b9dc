#include "handlers/allocation_handler.hpp"

#include <algorithm>

#include "engine/cost_pools.hpp"

namespace reckoner::handlers {

namespace {

domain::StatementLine line_of(const engine::PoolShare& share) {
  return {.key = engine::pool_line_key(share.pool, share.month),
          .subscription = std::nullopt,
          .charge = domain::charge_of_pool(share.pool),
          .description = share.description,
          .starts_on = share.falls_on,
          .ends_on = time::add_days(share.falls_on, 1),
          .quantity = 1,
          .unit = "",
          .amount = share.amount,
          .facts = share.facts,
          .tax = share.tax};
}

class AllocationHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    std::optional<time::Date> from;
    std::optional<time::Date> to;
    for (const engine::PeriodWork* period : context.periods()) {
      if (period->key.side == domain::Side::kAdvance) continue;
      from = std::min(from.value_or(period->bounds.starts_on), period->bounds.starts_on);
      to = std::max(to.value_or(period->bounds.ends_on), period->bounds.ends_on);
    }
    if (!from) return;
    const engine::PoolShares shares = context.facts().pool_shares(context.customers(), *from, *to);
    if (shares.empty()) return;
    context.for_each_period([&](engine::PeriodWork& period) {
      const auto found = shares.find(period.customer->customer.id);
      if (found == shares.end()) return;
      for (const engine::PoolShare& share : found->second) {
        // Who used nothing has no line about it; what was billed before is taken back.
        if (!share.amount.is_zero() && falls_into(share, period)) {
          period.lines.push_back(line_of(share));
        }
      }
    });
  }

 private:
  static bool falls_into(const engine::PoolShare& share, const engine::PeriodWork& period) {
    if (period.key.side == domain::Side::kAdvance || share.cycle != period.cycle->number) {
      return false;
    }
    if (period.as_of && share.falls_on > period.zone.date_of(*period.as_of)) return false;
    return period.bounds.starts_on <= share.falls_on && share.falls_on < period.bounds.ends_on;
  }
};

}  // namespace

engine::HandlerSpec allocation_spec() {
  return {.class_name = "AllocationHandler",
          .summary =
              "Adds what the customer bears of shared costs (allocation.xml): a line for each pool "
              "and month, in the period that contains the last day of the month it was subscribed "
              "on.",
          .parameters = {},
          .needs = {engine::Fact::kStatementLines},
          .leaves = {},
          .uses_up = {},
          .create = [](const engine::HandlerSettings&) {
            return std::make_unique<AllocationHandler>();
          }};
}

}  // namespace reckoner::handlers
