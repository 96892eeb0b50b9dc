#include "web/customer_plans.hpp"

#include <algorithm>

#include "accounts/customer_details.hpp"
#include "metering/meter_query.hpp"
#include "pricing/published.hpp"
#include "web/customer_costs.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr int kDigits = 6;

const domain::Plan* find_plan(const config::Configuration& configuration,
                              const domain::Subscription& subscription) {
  for (const domain::Plan& plan : configuration.plans) {
    if (plan.name == subscription.plan && plan.currency == subscription.currency) return &plan;
  }
  return nullptr;
}

std::map<std::string, std::set<std::string>> dimensions_of(const domain::ChargeModel& model) {
  std::map<std::string, std::set<std::string>> dimensions;
  const auto* matrix = std::get_if<domain::Matrix>(&model);
  if (matrix == nullptr) return dimensions;
  for (std::size_t i = 0; i < matrix->dimensions.size(); ++i) {
    std::set<std::string>& values = dimensions[matrix->dimensions[i]];
    for (const domain::MatrixRow& row : matrix->rows) {
      if (row.values[i]) values.insert(*row.values[i]);
    }
  }
  return dimensions;
}

/// The stretches whose usage is shown: the present period so far, and the one before it.
struct Stretches {
  time::Period before;
  time::Period present;
};

std::optional<Stretches> stretches_of(CustomerSession& session, money::Currency currency) {
  const auto rule = cycle_of(session, currency);
  if (!rule) return std::nullopt;
  const time::Period present = time::period_containing(*rule, session.now()).period;
  const time::Period before =
      time::period_containing(*rule, present.starts_at - std::chrono::microseconds(1)).period;
  return Stretches{before, present};
}

/// What a meter measured in a stretch, in the charge's unit; none where events would be needed that
/// were archived.
class Measured {
 public:
  explicit Measured(CustomerSession& session)
      : session_(session), lives_(metering::meter_lives(session.connection())) {}

  std::optional<money::Decimal> in(const time::Period& stretch, const domain::Meter& meter,
                                   const money::Decimal& unit_size) {
    metering::MeterQuery query;
    query.from = stretch.starts_at;
    query.to = stretch.ends_at;
    query.customers = std::vector<CustomerId>{session_.customer()};
    const auto life = lives_.find(meter.name);
    try {
      const auto rows =
          metering::query_meter(session_.connection(), meter,
                                life == lives_.end() ? metering::MeterLife{} : life->second, query);
      if (rows.empty()) return money::Decimal(0);
      return money::round(money::Ratio(rows.front().value, unit_size), kDigits,
                          money::Rounding::kHalfAwayFromZero);
    } catch (const metering::EventsArchived&) {
      return std::nullopt;
    }
  }

 private:
  CustomerSession& session_;
  const std::map<std::string, metering::MeterLife, std::less<>> lives_;
};

const domain::Meter* find_meter(const config::Configuration& configuration,
                                const std::string& name) {
  for (const domain::Meter& meter : configuration.meters) {
    if (meter.name == name) return &meter;
  }
  return nullptr;
}

}  // namespace

std::vector<SubscribedPlan> subscribed_plans(CustomerSession& session) {
  const config::Configuration& configuration = session.active().configuration();
  auto details =
      accounts::read_customer_details(session.connection(), session.customer(), session.now());
  RK_CHECK(details.has_value());
  std::vector<SubscribedPlan> plans;
  for (auto& [key, subscription] : details->subscriptions) {
    if (subscription.ends_at && *subscription.ends_at <= session.now()) continue;
    SubscribedPlan plan{.key = key,
                        .subscription = subscription,
                        .plan = find_plan(configuration, subscription),
                        .agreed = {}};
    for (const domain::AgreedFigure& agreed : details->agreements) {
      const bool holds = !agreed.ends_on || *agreed.ends_on > session.today();
      if (agreed.plan == subscription.plan && holds) plan.agreed.push_back(agreed);
    }
    plans.push_back(std::move(plan));
  }
  std::stable_sort(plans.begin(), plans.end(), [](const auto& a, const auto& b) {
    return a.subscription.starts_at > b.subscription.starts_at;
  });
  return plans;
}

money::Decimal environment_percent(const SubscribedPlan& subscribed) {
  if (subscribed.plan == nullptr) return 100;
  for (const domain::Environment& environment : subscribed.plan->strategy->environments) {
    if (environment.name == subscribed.subscription.environment) return environment.percent;
  }
  return 100;
}

std::vector<PlanQuantity> quantities_of(const SubscribedPlan& subscribed, time::Instant now) {
  std::vector<PlanQuantity> quantities;
  if (subscribed.plan == nullptr) return quantities;
  const auto add = [&](const std::string& name, const std::string& unit, bool option) {
    auto found = std::find_if(quantities.begin(), quantities.end(),
                              [&](const PlanQuantity& known) { return known.name == name; });
    if (found == quantities.end()) {
      found = quantities.insert(quantities.end(), PlanQuantity{name, unit, {}, option});
      for (const domain::SubscribedQuantity& stated : subscribed.subscription.quantities) {
        if (stated.name == name && stated.starts_at <= now) found->value = stated.value;
      }
    }
    found->option = found->option || option;
    if (found->unit.empty()) found->unit = unit;
  };
  for (const domain::Charge& charge : subscribed.plan->charges) {
    if (const auto* of = std::get_if<domain::OfSubscription>(&charge.source)) {
      add(of->quantity, of->unit, false);
    }
    if (charge.option) add(*charge.option, "", true);
  }
  return quantities;
}

std::vector<PlanUsage> usage_of(CustomerSession& session, const SubscribedPlan& subscribed) {
  std::vector<PlanUsage> usages;
  if (subscribed.plan == nullptr) return usages;
  look_up_by_key(session.connection());
  const config::Configuration& configuration = session.active().configuration();
  const auto stretches = stretches_of(session, subscribed.plan->currency);
  Measured measured(session);
  for (const domain::Charge& charge : subscribed.plan->charges) {
    const domain::OfMeters* metering = domain::metering_of(charge);
    const domain::Terms* terms = pricing::terms_on(charge, session.today());
    if (metering == nullptr || terms == nullptr) continue;
    for (const std::string& name : metering->meters) {
      PlanUsage usage{.charge = &charge,
                      .meter = name,
                      .dimensions = dimensions_of(terms->model),
                      .included = terms->allowance,
                      .last_month = std::nullopt,
                      .so_far = std::nullopt,
                      .scale = pricing::sensible_scale(*terms)};
      const domain::Meter* meter = find_meter(configuration, name);
      if (meter != nullptr && stretches) {
        usage.last_month = measured.in(stretches->before, *meter, metering->unit_size);
        usage.so_far = measured.in(stretches->present, *meter, metering->unit_size);
      }
      for (const auto& used : {usage.last_month, usage.so_far}) {
        if (used) usage.scale = std::max(usage.scale, *used * money::Decimal(2));
      }
      usages.push_back(std::move(usage));
    }
  }
  return usages;
}

}  // namespace reckoner::web
