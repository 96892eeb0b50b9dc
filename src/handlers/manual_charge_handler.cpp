#include "handlers/manual_charge_handler.hpp"

#include <fmt/format.h>

#include "text/json.hpp"

namespace reckoner::handlers {

namespace {

class ManualChargeHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    const auto charges = context.facts().manual_charges(context.customers());
    const money::Rounding rounding = context.configuration().settings.rounding();
    context.for_each_period([&](engine::PeriodWork& period) {
      if (period.key.side == domain::Side::kAdvance) return;
      const auto found = charges.find(period.customer->customer.id);
      if (found == charges.end()) return;
      for (const domain::ManualCharge& charge : found->second) {
        if (falls_into(charge, period)) period.lines.push_back(line_of(charge, period, rounding));
      }
    });
  }

 private:
  static bool falls_into(const domain::ManualCharge& charge, const engine::PeriodWork& period) {
    if (charge.cycle != period.cycle->number) return false;
    if (period.as_of && charge.on > period.zone.date_of(*period.as_of)) return false;
    return period.bounds.starts_on <= charge.on && charge.on < period.bounds.ends_on;
  }

  static domain::StatementLine line_of(const domain::ManualCharge& charge,
                                       const engine::PeriodWork& period, money::Rounding rounding) {
    const std::string name = fmt::format("charge-{}", charge.number);
    text::JsonWriter facts;
    facts.begin_object();
    facts.key("model").string("manual");
    facts.key("quantity").number(charge.quantity.to_string());
    facts.key("price").number(charge.price.to_string());
    facts.end_object();
    return {.key = domain::make_line_key(std::nullopt, name, "", domain::Side::kArrears),
            .subscription = std::nullopt,
            .charge = name,
            .description = charge.title,
            .starts_on = charge.on,
            .ends_on = time::add_days(charge.on, 1),
            .quantity = charge.quantity,
            .unit = charge.unit,
            .amount =
                money::round_to_currency(money::Ratio(charge.quantity) * money::Ratio(charge.price),
                                         period.cycle->currency, rounding),
            .facts = facts.finish(),
            .tax = charge.tax};
  }
};

}  // namespace

engine::HandlerSpec manual_charge_spec() {
  return {.class_name = "ManualChargeHandler",
          .summary =
              "Adds the charges typed in by hand (time and materials): a line each, in the period "
              "that contains its day.",
          .parameters = {},
          .needs = {engine::Fact::kStatementLines},
          .leaves = {},
          .uses_up = {},
          .create = [](const engine::HandlerSettings&) {
            return std::make_unique<ManualChargeHandler>();
          }};
}

}  // namespace reckoner::handlers
