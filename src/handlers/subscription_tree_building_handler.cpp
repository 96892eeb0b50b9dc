#include "handlers/subscription_tree_building_handler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "handlers/environments.hpp"
#include "usage/bucket.hpp"

namespace reckoner::handlers {

namespace {

time::Period lifetime_of(const domain::Subscription& subscription) {
  return {subscription.starts_at, subscription.ends_at.value_or(time::Instant::max())};
}

class SubscriptionTreeBuildingHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    context.for_each_period([&](engine::PeriodWork& period) {
      period.segments.clear();
      for (const domain::Subscription& subscription : period.customer->subscriptions) {
        if (subscription.cycle != period.cycle->number) continue;
        if (auto segment = segment_of(context.configuration(), period, subscription)) {
          check_single_measure(context.configuration(), period, *segment);
          period.segments.push_back(std::move(*segment));
        }
      }
    });
  }

 private:
  /// Usage belongs to the customer: two subscriptions that measure the same meter at the same time
  /// would bill it twice.
  static void check_single_measure(const config::Configuration& configuration,
                                   const engine::PeriodWork& period,
                                   const engine::Segment& segment) {
    for (const domain::Subscription& other : period.customer->subscriptions) {
      if (other.number == segment.subscription->number) continue;
      if (time::intersection(lifetime_of(other), segment.usage_period).empty()) continue;
      const domain::Plan& other_plan = plan_of(configuration, period, other);
      for (const domain::Charge& charge : segment.plan->charges) {
        const domain::OfMeters* metering = domain::metering_of(charge);
        if (metering == nullptr) continue;
        for (const std::string& meter : metering->meters) {
          if (!measures(other_plan, meter)) continue;
          throw Error(
              fmt::format("subscriptions {} and {} both measure meter '{}' at the same time",
                          std::min(other.number, segment.subscription->number),
                          std::max(other.number, segment.subscription->number), meter));
        }
      }
    }
  }

  static bool measures(const domain::Plan& plan, const std::string& meter) {
    return std::any_of(plan.charges.begin(), plan.charges.end(), [&](const domain::Charge& charge) {
      const domain::OfMeters* metering = domain::metering_of(charge);
      return metering != nullptr &&
             std::count(metering->meters.begin(), metering->meters.end(), meter) > 0;
    });
  }

  static std::optional<engine::Segment> segment_of(const config::Configuration& configuration,
                                                   const engine::PeriodWork& period,
                                                   const domain::Subscription& subscription) {
    const time::Period covered =
        time::intersection(lifetime_of(subscription), period.bounds.period);
    if (covered.empty()) return std::nullopt;
    time::Period passed = covered;
    if (period.as_of) passed.ends_at = std::min(passed.ends_at, usage::bucket_end(*period.as_of));
    if (passed.empty()) return std::nullopt;

    engine::Segment segment;
    segment.subscription = &subscription;
    segment.plan = &plan_of(configuration, period, subscription);
    segment.lifetime = std::make_shared<const invoicing::Lifetime>(subscription, period.zone);
    segment.usage_period = passed;
    const invoicing::Days days{period.zone.date_of(covered.starts_at),
                               period.zone.date_of(covered.ends_at)};
    segment.coverage = {segment.lifetime->active_days(days), period.bounds.days()};
    segment.days = days;
    if (period.as_of) {
      segment.days.ends_on =
          std::clamp(period.zone.date_of(*period.as_of), days.starts_on, days.ends_on);
    }
    segment.environment_percent = environment_of(*segment.plan, subscription).percent;
    for (const domain::Charge& charge : segment.plan->charges) {
      segment.charges.push_back({.charge = &charge, .fee = std::nullopt, .fee_rule = {}});
    }
    return segment;
  }

  /// Of the plan by whose prices it is computed: of what is shown perhaps another one.
  static const domain::Plan& plan_of(const config::Configuration& configuration,
                                     const engine::PeriodWork& period,
                                     const domain::Subscription& subscription) {
    const config::EngineConfig* engine = configuration.engine(period.cycle->engine);
    const std::string& name = engine == nullptr
                                  ? subscription.plan
                                  : engine->priced_as(subscription.plan, period.showback);
    bool named = false;
    for (const domain::Plan& plan : configuration.plans) {
      if (plan.name != name) continue;
      if (plan.currency == subscription.currency) return plan;
      named = true;
    }
    throw Error(named ? fmt::format("subscription {}: plan '{}' has no prices in {}",
                                    subscription.number, name, subscription.currency.code())
                      : fmt::format("subscription {}: the configuration has no plan '{}'",
                                    subscription.number, name));
  }
};

}  // namespace

engine::HandlerSpec subscription_tree_building_spec() {
  return {.class_name = "SubscriptionTreeBuildingHandler",
          .summary =
              "Builds the draft statements: for each period its subscriptions, each clipped to its "
              "own dates, with the "
              "charges of their plans.",
          .parameters = {},
          .needs = {engine::Fact::kSubscriptions},
          .leaves = {engine::Fact::kDraftStatements},
          .uses_up = {},
          .create = [](const engine::HandlerSettings&) {
            return std::make_unique<SubscriptionTreeBuildingHandler>();
          }};
}

}  // namespace reckoner::handlers
