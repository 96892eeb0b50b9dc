#include "handlers/subscription_tree_building_handler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "usage/bucket.hpp"

namespace reckoner::handlers {

namespace {

/// The days of `dates` that lie in the period of `bounds`: how much of it a subscription covers.
pricing::Coverage coverage_of(const time::CyclePeriod& bounds, time::Date starts_on,
                              time::Date ends_on) {
  return {std::max<std::int64_t>(0, time::days_between(starts_on, ends_on)), bounds.days()};
}

time::Period lifetime_of(const domain::Subscription& subscription) {
  return {subscription.starts_at, subscription.ends_at.value_or(time::Instant::max())};
}

/// The first instant on a quarter hour at or after `instant`: usage up to it is all there is to
/// `instant`.
time::Instant bucket_end(time::Instant instant) {
  const time::Instant bucket = usage::bucket_of(instant);
  return bucket == instant ? instant : bucket + usage::kBucket;
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
      const domain::Plan& other_plan = plan_of(configuration, other);
      for (const domain::Charge& charge : segment.plan->charges) {
        if (!charge.metering || !measures(other_plan, charge.metering->meter)) continue;
        throw Error(fmt::format("subscriptions {} and {} both measure meter '{}' at the same time",
                                std::min(other.number, segment.subscription->number),
                                std::max(other.number, segment.subscription->number),
                                charge.metering->meter));
      }
    }
  }

  static bool measures(const domain::Plan& plan, const std::string& meter) {
    return std::any_of(plan.charges.begin(), plan.charges.end(), [&](const domain::Charge& charge) {
      return charge.metering && charge.metering->meter == meter;
    });
  }

  static std::optional<engine::Segment> segment_of(const config::Configuration& configuration,
                                                   const engine::PeriodWork& period,
                                                   const domain::Subscription& subscription) {
    const time::Period covered =
        time::intersection(lifetime_of(subscription), period.bounds.period);
    if (covered.empty()) return std::nullopt;
    time::Period passed = covered;
    if (period.as_of) passed.ends_at = std::min(passed.ends_at, bucket_end(*period.as_of));
    if (passed.empty()) return std::nullopt;

    engine::Segment segment;
    segment.subscription = &subscription;
    segment.plan = &plan_of(configuration, subscription);
    segment.usage_period = passed;
    segment.starts_on = period.zone.date_of(covered.starts_at);
    const time::Date covered_until = period.zone.date_of(covered.ends_at);
    segment.ends_on = covered_until;
    if (period.as_of) {
      segment.ends_on =
          std::clamp(period.zone.date_of(*period.as_of), segment.starts_on, covered_until);
    }
    segment.coverage = coverage_of(period.bounds, segment.starts_on, covered_until);
    segment.accrued = coverage_of(period.bounds, segment.starts_on, segment.ends_on);
    for (const domain::Charge& charge : segment.plan->charges) {
      engine::ChargeDraft draft{.charge = &charge, .fee = std::nullopt, .fee_source = {}};
      if (const auto* flat = std::get_if<domain::Flat>(&charge.model); flat && flat->amount) {
        draft.fee = flat->amount;
        draft.fee_source = fmt::format("plan {}", segment.plan->name);
      }
      segment.charges.push_back(std::move(draft));
    }
    return segment;
  }

  static const domain::Plan& plan_of(const config::Configuration& configuration,
                                     const domain::Subscription& subscription) {
    for (const domain::Plan& plan : configuration.plans) {
      if (plan.name != subscription.plan) continue;
      if (plan.currency != subscription.currency) {
        throw Error(fmt::format(
            "subscription {}: plan '{}' is priced in {}, the subscription in {}",
            subscription.number, plan.name, plan.currency.code(), subscription.currency.code()));
      }
      return plan;
    }
    throw Error(fmt::format("subscription {}: the configuration has no plan '{}'",
                            subscription.number, subscription.plan));
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
