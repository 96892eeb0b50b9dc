#include "handlers/commitment_handler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "handlers/tax_split.hpp"
#include "invoicing/commitment.hpp"
#include "text/json.hpp"

namespace reckoner::handlers {

namespace {

using Lines = std::vector<domain::StatementLine>;

/// What of the period's lines, of both sides, belongs to those subscriptions.
Lines lines_of(const engine::PeriodWork& period, const std::set<std::int64_t>& subscriptions) {
  Lines lines;
  for (const Lines* side : std::array<const Lines*, 2>{&period.other_side, &period.lines}) {
    std::copy_if(side->begin(), side->end(), std::back_inserter(lines),
                 [&](const domain::StatementLine& line) {
                   return line.subscription && subscriptions.contains(*line.subscription);
                 });
  }
  return lines;
}

/// What the limits are for.
struct Scope {
  std::optional<std::int64_t> subscription;
  std::string name;   ///< of the strategy, or the plan's title
  std::string where;  ///< part of the charge name: "-iot-platform" for a strategy
};

class CommitmentHandler : public engine::StatementHandler {
 public:
  explicit CommitmentHandler(const engine::HandlerSettings& settings)
      : default_minimum_(minimum_of(settings)),
        default_currency_(settings.configuration().settings.currency("billing.currency")) {}

  void handle(engine::StatementContext& context) const override {
    const money::Rounding rounding = context.configuration().settings.rounding();
    context.for_each_period([&](engine::PeriodWork& period) {
      // An interim statement tells the minimum by what is expected at the period's end.
      if (period.key.side == domain::Side::kAdvance || period.as_of) return;
      for (const engine::Segment& segment : period.segments) {
        const domain::Plan& plan = *segment.plan;
        const Scope scope{segment.subscription->number, plan.title, ""};
        limit(period, scope, {plan.minimum, plan.maximum}, {segment.subscription->number},
              invoicing::days_covered(bounds_of(period), unpaused_days(segment)), rounding);
      }
      if (!is_main_cycle(period)) return;
      std::set<const domain::Strategy*> done;
      for (const engine::Segment& segment : period.segments) {
        const domain::Strategy* strategy = segment.plan->strategy.get();
        if (done.insert(strategy).second) limit_customer(period, *strategy, rounding);
      }
    });
  }

 private:
  static invoicing::DayStretch bounds_of(const engine::PeriodWork& period) {
    return {period.bounds.starts_on, period.bounds.ends_on};
  }

  /// The days of the segment without pauses. A trial lowers fees, not what was committed to.
  static std::vector<invoicing::DayStretch> unpaused_days(const engine::Segment& segment) {
    std::vector<invoicing::DayStretch> stretches;
    for (const invoicing::Days& days : segment.lifetime->unpaused_days(segment.days)) {
      stretches.push_back({days.starts_on, days.ends_on});
    }
    return stretches;
  }

  /// What is the customer's stands once: in the first of its cycles of the currency.
  static bool is_main_cycle(const engine::PeriodWork& period) {
    for (const domain::Cycle& cycle : period.customer->cycles) {
      if (cycle.currency == period.cycle->currency) return cycle.number == period.cycle->number;
    }
    return true;
  }

  static std::optional<money::Decimal> minimum_of(const engine::HandlerSettings& settings) {
    const money::Decimal minimum =
        money::Decimal::parse(settings.configuration().settings.text("billing.minimumCharge"));
    return minimum.is_zero() ? std::nullopt : std::optional(minimum);
  }

  void limit_customer(engine::PeriodWork& period, const domain::Strategy& strategy,
                      money::Rounding rounding) const {
    std::set<std::int64_t> subscriptions;
    std::vector<invoicing::DayStretch> stretches;
    for (const engine::Segment& segment : period.segments) {
      if (segment.plan->strategy.get() != &strategy || segment.plan->free) continue;
      subscriptions.insert(segment.subscription->number);
      for (const invoicing::DayStretch& days : unpaused_days(segment)) stretches.push_back(days);
    }
    if (subscriptions.empty()) return;
    const pricing::Coverage covered =
        invoicing::days_covered({period.bounds.starts_on, period.bounds.ends_on}, stretches);
    invoicing::SpendLimits limits{strategy.minimum, strategy.maximum};
    if (!limits.minimum && period.cycle->currency == default_currency_) {
      limits.minimum = default_minimum_;
    }
    limit(period, {std::nullopt, strategy.name, "-" + strategy.name}, limits, subscriptions,
          covered, rounding);
  }

  static void limit(engine::PeriodWork& period, const Scope& scope,
                    const invoicing::SpendLimits& limits,
                    const std::set<std::int64_t>& subscriptions, const pricing::Coverage& coverage,
                    money::Rounding rounding) {
    if (!limits.minimum && !limits.maximum) return;
    const Lines lines = lines_of(period, subscriptions);
    const money::Money amount = money::round_to_currency(
        invoicing::missing_from(lines, limits, coverage), period.cycle->currency, rounding);
    if (amount.is_zero()) return;
    const bool tops_up = amount.sign() > 0;
    const money::Decimal& figure = tops_up ? *limits.minimum : *limits.maximum;
    const std::string charge = (tops_up ? "minimum" : "maximum") + scope.where;
    money::Money counted(period.cycle->currency);
    for (const domain::StatementLine& line : lines) counted += line.amount;
    text::JsonWriter facts;
    facts.begin_object();
    facts.key("model").string(tops_up ? "minimum" : "maximum");
    facts.key("figure").number(figure.to_string());
    facts.key("coverage").begin_array().number(coverage.part).number(coverage.whole).end_array();
    facts.key("counted").number(counted.amount().to_string()).end_object();
    const std::string json = facts.finish();
    for (const auto& [tax, part] : split_by_tax(lines, amount)) {
      period.lines.push_back(
          {.key = domain::make_line_key(scope.subscription, charge,
                                        tax == "standard" ? "" : fmt::format("tax={}", tax),
                                        domain::Side::kArrears),
           .subscription = scope.subscription,
           .charge = charge,
           .description =
               fmt::format("{} of {} {}, {}", tops_up ? "Minimum" : "Maximum", figure.to_string(),
                           period.cycle->currency.code(), scope.name),
           .starts_on = period.bounds.starts_on,
           .ends_on = period.bounds.ends_on,
           .quantity = 1,
           .unit = "",
           .amount = part,
           .facts = json,
           .tax = tax});
    }
  }

  const std::optional<money::Decimal> default_minimum_;
  const money::Currency default_currency_;  ///< of the default minimum
};

}  // namespace

engine::HandlerSpec commitment_spec() {
  return {.class_name = "CommitmentHandler",
          .summary =
              "Tops the lines before it up to the minimum and cuts them off at the maximum, by the "
              "days subscribed: for each subscription as its plan says, then for the customer and "
              "each strategy.",
          .parameters = {},
          .needs = {engine::Fact::kStatementLines},
          .leaves = {},
          .uses_up = {},
          .create = [](const engine::HandlerSettings& settings) {
            return std::make_unique<CommitmentHandler>(settings);
          }};
}

}  // namespace reckoner::handlers
