#include "handlers/discount_handler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/json.hpp"

namespace reckoner::handlers {

namespace {

constexpr domain::Side kSide = domain::Side::kArrears;

class DiscountHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    const auto discounts = context.facts().discounts(context.customers());
    const money::Rounding rounding = context.configuration().settings.rounding();
    context.for_each_period([&](engine::PeriodWork& period) {
      const auto found = discounts.find(period.customer->customer.id);
      if (found == discounts.end()) return;
      for (const domain::Discount& discount : found->second) apply(period, discount, rounding);
    });
  }

 private:
  /// The part of the counted days on which the discount holds, as a fraction of the days the line
  /// covers.
  static pricing::Coverage coverage_of(const engine::PeriodWork& period,
                                       const domain::Discount& discount,
                                       const domain::StatementLine& line) {
    const time::Date from = std::max(line.starts_on, period.zone.date_of(discount.starts_at));
    const time::Date until = discount.ends_at
                                 ? std::min(line.ends_on, period.zone.date_of(*discount.ends_at))
                                 : line.ends_on;
    const std::int64_t days = time::days_between(line.starts_on, line.ends_on);
    return {std::max<std::int64_t>(0, time::days_between(from, until)),
            std::max<std::int64_t>(1, days)};
  }

  static void apply(engine::PeriodWork& period, const domain::Discount& discount,
                    money::Rounding rounding) {
    struct Group {
      domain::StatementLine first;
      money::Ratio base;
    };
    std::vector<Group> groups;  // by subscription, in the order of the statement
    for (const domain::StatementLine& line : period.lines) {
      const money::Ratio share = line.amount * coverage_of(period, discount, line).fraction();
      const auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& candidate) {
        return candidate.first.subscription == line.subscription;
      });
      if (group == groups.end()) {
        groups.push_back({line, share});
      } else {
        group->base = group->base + share;
      }
    }
    for (const Group& group : groups) {
      if (group.base.sign() <= 0) continue;
      period.lines.push_back(line_of(period, discount, group.first, group.base, rounding));
    }
  }

  static domain::StatementLine line_of(const engine::PeriodWork& period,
                                       const domain::Discount& discount,
                                       const domain::StatementLine& first, const money::Ratio& base,
                                       money::Rounding rounding) {
    const money::Currency currency = period.cycle->currency;
    const std::string percentage = discount.percentage.to_string();
    const std::string charge = fmt::format("discount-{}", discount.number);
    const money::Money taken_off =
        money::round_to_currency(base * money::Ratio(discount.percentage, 100), currency, rounding);
    text::JsonWriter facts;
    facts.begin_object()
        .key("model")
        .string("percentage-discount")
        .key("percentage")
        .number(percentage);
    facts.key("base").string(money::round_to_currency(base, currency, rounding).to_string());
    facts.end_object();
    return {.key = domain::make_line_key(first.subscription, charge, "", kSide),
            .subscription = first.subscription,
            .charge = charge,
            .description = fmt::format("Discount of {} %", percentage),
            .starts_on = first.starts_on,
            .ends_on = first.ends_on,
            .quantity = discount.percentage,
            .unit = "%",
            .amount = -taken_off,
            .facts = facts.finish()};
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
