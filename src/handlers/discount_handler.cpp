#include "handlers/discount_handler.hpp"

#include "invoicing/discount.hpp"

namespace reckoner::handlers {

namespace {

class DiscountHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    const auto discounts = context.facts().discounts(context.customers());
    const money::Rounding rounding = context.configuration().settings.rounding();
    context.for_each_period([&](engine::PeriodWork& period) {
      if (period.key.side == domain::Side::kAdvance) return;
      const auto found = discounts.find(period.customer->customer.id);
      if (found == discounts.end()) return;
      std::vector<domain::StatementLine> both_sides = period.other_side;
      both_sides.insert(both_sides.end(), period.lines.begin(), period.lines.end());
      for (domain::StatementLine& line : invoicing::discount_lines(
               both_sides, found->second, period.zone, period.cycle->currency, rounding)) {
        period.lines.push_back(std::move(line));
      }
    });
  }
};

}  // namespace

engine::HandlerSpec discount_spec() {
  return {
      .class_name = "DiscountHandler",
      .summary =
          "Takes percentage discounts off the lines before it: one negative line a discount and "
          "subscription, by the days on which the discount holds.",
      .parameters = {},
      .needs = {engine::Fact::kStatementLines},
      .leaves = {},
      .uses_up = {},
      .create = [](const engine::HandlerSettings&) { return std::make_unique<DiscountHandler>(); }};
}

}  // namespace reckoner::handlers
