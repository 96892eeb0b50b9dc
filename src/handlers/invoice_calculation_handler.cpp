#include "handlers/invoice_calculation_handler.hpp"

#include <fmt/format.h>

#include "text/json.hpp"

namespace reckoner::handlers {

namespace {

constexpr domain::Side kSide = domain::Side::kArrears;

/// A quotient as a line shows it: exactly where it ends within 20 digits behind the point (all
/// megabytes of whole bytes do), else to 6 digits. Amounts never come from it.
money::Decimal shown(const money::Ratio& exact) {
  const money::Decimal precise = money::round(exact, 20, money::Rounding::kHalfAwayFromZero);
  if (money::Ratio(precise) == exact) return precise;
  return money::round(exact, 6, money::Rounding::kHalfAwayFromZero);
}

/// Short, for a sentence: at most two digits behind the point.
std::string spoken(const money::Ratio& exact) {
  return money::round(exact, 2, money::Rounding::kHalfAwayFromZero).to_string();
}

struct Pricing {
  const engine::PeriodWork& period;
  const engine::Segment& segment;
  const engine::ChargeDraft& draft;
  money::Rounding rounding;

  domain::StatementLine line(std::string description, money::Decimal quantity, std::string unit,
                             const money::Ratio& exact, std::string facts) const {
    const domain::Charge& charge = *draft.charge;
    return {.key = domain::make_line_key(segment.subscription->number, charge.name, "", kSide),
            .subscription = segment.subscription->number,
            .charge = charge.name,
            .description = std::move(description),
            .starts_on = segment.starts_on,
            .ends_on = segment.ends_on,
            .quantity = quantity,
            .unit = std::move(unit),
            .amount = money::round_to_currency(exact, period.cycle->currency, rounding),
            .facts = std::move(facts)};
  }

  domain::StatementLine recurring() const {
    if (!draft.fee) {
      throw Error(fmt::format(
          "subscription {}, charge {}: plan '{}' leaves the fee to a rule, and no rule set one",
          segment.subscription->number, draft.charge->name, segment.plan->name));
    }
    const pricing::Coverage& days = segment.accrued;
    text::JsonWriter facts;
    facts.begin_object().key("plan").string(segment.plan->name).key("model").string("flat");
    facts.key("fee").number(draft.fee->to_string()).key("fee_from").string(draft.fee_source);
    facts.key("days").number(days.days).key("period_days").number(days.period_days).end_object();
    return line(fmt::format("{}, {} of {} days", draft.charge->title, days.days, days.period_days),
                days.days, "day", pricing::price_flat(*draft.fee, days), facts.finish());
  }

  domain::StatementLine metered(const domain::Metering& metering, const domain::PerUnit& model,
                                const money::Decimal& quantity) const {
    const pricing::Overage overage = pricing::overage_of(metering, quantity, segment.coverage);
    text::JsonWriter facts;
    facts.begin_object().key("plan").string(segment.plan->name).key("model").string("per-unit");
    facts.key("meter").string(metering.meter).key("meter_quantity").number(quantity.to_string());
    facts.key("unit_size").number(metering.unit_size.to_string());
    facts.key("allowance");
    if (metering.allowance) {
      facts.number(metering.allowance->to_string());
      facts.key("allowance_on_change")
          .string(metering.allowance_on_change == domain::AllowanceOnChange::kProrated ? "prorated"
                                                                                       : "whole");
      facts.key("days")
          .number(segment.coverage.days)
          .key("period_days")
          .number(segment.coverage.period_days);
    } else {
      facts.string("unlimited");
    }
    facts.key("price").number(model.price.to_string()).end_object();
    const std::string free =
        overage.allowance ? fmt::format("{} {} included", spoken(*overage.allowance), metering.unit)
                          : std::string("unlimited");
    return line(fmt::format("{}: {} {} used, {}", draft.charge->title, spoken(overage.used),
                            metering.unit, free),
                shown(overage.over), metering.unit, pricing::price_per_unit(model, overage.over),
                facts.finish());
  }
};

class InvoiceCalculationHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    const std::vector<engine::FactReader::UsageByMeter> usage = usage_of(context);
    const money::Rounding rounding = context.configuration().settings.rounding();
    std::size_t first = 0;  // usage stands in the order of periods and their segments
    std::map<const engine::PeriodWork*, std::size_t> offsets;
    for (const engine::PeriodWork* period : context.periods()) {
      offsets.emplace(period, first);
      if (!period->customer->parked) first += period->segments.size();
    }
    RK_CHECK(first == usage.size());
    context.for_each_period([&](engine::PeriodWork& period) {
      const std::size_t offset = offsets.at(&period);
      for (std::size_t i = 0; i < period.segments.size(); ++i) {
        const engine::Segment& segment = period.segments[i];
        for (const engine::ChargeDraft& draft : segment.charges) {
          const Pricing pricing{period, segment, draft, rounding};
          period.lines.push_back(price(context.configuration(), pricing, usage[offset + i]));
        }
      }
    });
  }

 private:
  static std::vector<engine::FactReader::UsageByMeter> usage_of(engine::StatementContext& context) {
    std::vector<engine::FactReader::UsageQuery> queries;
    for (const engine::PeriodWork* period : context.periods()) {
      if (period->customer->parked) continue;
      for (const engine::Segment& segment : period->segments) {
        queries.push_back({period->customer->customer.id, segment.usage_period});
      }
    }
    return context.facts().usage(queries);
  }

  static domain::StatementLine price(const config::Configuration& configuration,
                                     const Pricing& pricing,
                                     const engine::FactReader::UsageByMeter& usage) {
    const domain::Charge& charge = *pricing.draft.charge;
    if (!charge.metering) return pricing.recurring();
    const domain::Meter& meter = meter_of(configuration, charge.metering->meter);
    const auto fold = usage.find(meter.name);
    const money::Decimal quantity = fold == usage.end()
                                        ? money::Decimal(0)
                                        : usage::quantity_of(fold->second, meter.aggregation);
    return pricing.metered(*charge.metering, std::get<domain::PerUnit>(charge.model), quantity);
  }

  static const domain::Meter& meter_of(const config::Configuration& configuration,
                                       std::string_view name) {
    for (const domain::Meter& meter : configuration.meters) {
      if (meter.name == name) return meter;
    }
    throw Bug(fmt::format("config::parse let a charge of meter '{}' pass", name));
  }
};

}  // namespace

engine::HandlerSpec invoice_calculation_spec() {
  return {.class_name = "InvoiceCalculationHandler",
          .summary =
              "Turns fees and usage into statement lines: recurring fees by exact days, metered "
              "charges above "
              "their allowance, each rounded once.",
          .parameters = {},
          .needs = {engine::Fact::kDraftStatements},
          .leaves = {engine::Fact::kStatementLines},
          .uses_up = {engine::Fact::kDraftStatements},
          .create = [](const engine::HandlerSettings&) {
            return std::make_unique<InvoiceCalculationHandler>();
          }};
}

}  // namespace reckoner::handlers
