// A handler of one's own: adds a percentage of each statement as a line, as a fee for carbon
// offsets would.

#include <fmt/format.h>

#include "engine/plugin.hpp"
#include "text/json.hpp"

namespace {

using namespace reckoner;

constexpr const char* kClass = "CarbonFeeHandler";

class CarbonFeeHandler : public engine::StatementHandler {
 public:
  explicit CarbonFeeHandler(const engine::HandlerSettings& settings)
      : percent_(settings.decimal("percent")) {
    if (percent_.sign() < 0 || percent_ > money::Decimal(100)) {
      throw Error(fmt::format("{}:{}: percent is {}: it must be from 0 to 100",
                              settings.place().file, settings.place().line, percent_.to_string()));
    }
  }

  void handle(engine::StatementContext& context) const override {
    const money::Rounding rounding = context.configuration().settings.rounding();
    context.for_each_period([&](engine::PeriodWork& period) {
      if (!period.lines.empty()) period.lines.push_back(fee_of(period, rounding));
    });
  }

 private:
  /// Of the whole statement, at every run again: the engine bills the difference.
  domain::StatementLine fee_of(const engine::PeriodWork& period, money::Rounding rounding) const {
    money::Money base(period.cycle->currency);
    for (const domain::StatementLine& line : period.lines) base += line.amount;
    if (base.sign() < 0) {
      throw Error(fmt::format("a carbon fee on {}, which is below zero", base.to_string()));
    }
    text::JsonWriter facts;
    facts.begin_object().key("percent").number(percent_.to_string());
    facts.key("of").number(base.amount().to_string()).end_object();
    return {.key = domain::make_line_key(std::nullopt, kClass, "", period.key.side),
            .subscription = std::nullopt,
            .charge = kClass,
            .description = fmt::format("Carbon fee, {} % of {} {}", percent_.to_string(),
                                       base.to_string(), base.currency().code()),
            .starts_on = period.bounds.starts_on,
            .ends_on = period.bounds.ends_on,
            .quantity = base.amount(),
            .unit = std::string(period.cycle->currency.code()),
            .amount = money::round_to_currency(base * money::Ratio(percent_, 100),
                                               period.cycle->currency, rounding),
            .facts = facts.finish()};
  }

  const money::Decimal percent_;
};

}  // namespace

extern "C" int reckoner_plugin_abi() {
  return engine::kPluginAbi;
}

extern "C" void reckoner_plugin_handlers(engine::Catalogue& catalogue) {
  catalogue.push_back({.class_name = kClass,
                       .summary = "Adds a percentage of each statement as a carbon fee.",
                       .parameters = {{"percent", engine::ParameterKind::kDecimal,
                                       "percent of the statement, 0 to 100", std::nullopt}},
                       .needs = {engine::Fact::kStatementLines},
                       .leaves = {},
                       .uses_up = {},
                       .create = [](const engine::HandlerSettings& settings) {
                         return std::make_unique<CarbonFeeHandler>(settings);
                       }});
}
