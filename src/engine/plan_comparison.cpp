#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "engine/analytics.hpp"
#include "engine/compute.hpp"
#include "engine/run_planning.hpp"
#include "engine/standing.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kSubscription{"analytics subscriptions", R"(
  select s.subscription, s.external_key, s.cycle, s.plan, s.currency, c.engine
    from subscription s
    join cycle c on c.customer_id = s.customer_id and c.cycle = s.cycle
   where s.customer_id = $1 and s.ends_at is null and ($2 = '' or s.external_key = $2)
   order by s.subscription)"};

constexpr store::Statement kPlans{"analytics subscribed plans", R"(
  select distinct plan from subscription
   where customer_id = $1 and (ends_at is null or ends_at > $2))"};

constexpr store::Statement kMonths{"analytics issued months", R"(
  select distinct label, starts_on from billing_period
   where customer_id = $1 and cycle = $2 and side = 'arrears' and billed_cut is not null
   order by starts_on desc limit $3)"};

/// Facts of a customer one of whose subscriptions is on another plan.
class FactsWithPlan : public FactReader {
 public:
  FactsWithPlan(store::Connection& connection, Knowledge knowledge, std::int64_t subscription,
                std::string plan)
      : FactReader(connection, knowledge), subscription_(subscription), plan_(std::move(plan)) {}

  void subscriptions(std::span<CustomerWork* const> customers) override {
    FactReader::subscriptions(customers);
    for (CustomerWork* customer : customers) {
      for (domain::Subscription& subscription : customer->subscriptions) {
        if (subscription.number == subscription_) subscription.plan = plan_;
      }
    }
  }

 private:
  const std::int64_t subscription_;
  const std::string plan_;
};

/// What is compared: everything but the plan.
struct Compared {
  CustomerId customer;
  std::int64_t subscription = 0;  ///< its plan is replaced
  std::int64_t cycle = 0;         ///< the subscription's
  std::string engine;
  std::string plan;  ///< the present one
  money::Currency currency;
  time::Date first;
  time::Date last;  ///< first days of the first and the last period
};

PlanCost cost_of(store::Connection& connection, Versions& versions, VersionId active,
                 const Compared& of, const std::string& plan) {
  FactsWithPlan facts(connection, current_knowledge(connection), of.subscription, plan);
  const std::array<std::int64_t, 1> ids{of.customer.value};
  Computation computation;
  computation.customers = facts.customers(ids);
  for (PeriodWork& period :
       facts.issued_periods_starting(computation.customers, of.engine, of.first, of.last)) {
    if (period.cycle->number != of.cycle) continue;
    period.billed_before = false;
    period.other_version.reset();
    computation.periods.push_back(std::move(period));
  }
  compute_documents(facts, connection, versions, kInterimEngine, active, computation,
                    Against::kNothing);
  PlanCost cost{plan, plan == of.plan, money::Money(of.currency), {}};
  cost.problem = computation.customers.front().parked.value_or("");
  if (!cost.problem.empty()) return cost;
  for (const PeriodWork& period : computation.periods) {
    for (const domain::StatementLine& line : period.lines) cost.total += line.amount;
  }
  return cost;
}

bool is_cheaper(const PlanCost& a, const PlanCost& b) {
  if (a.problem.empty() != b.problem.empty()) return a.problem.empty();
  return a.total.amount() < b.total.amount();
}

}  // namespace

std::set<std::string> subscribed_plans(store::Connection& connection, CustomerId customer,
                                       time::Instant now) {
  std::set<std::string> plans;
  for (const store::Row& row : connection.query(kPlans, {customer, now})) {
    plans.insert(row.text("plan"));
  }
  return plans;
}

PlanComparison compare_plans(store::Connection& connection, Versions& versions, CustomerId customer,
                             const std::string& subscription, int months,
                             const std::optional<std::set<std::string>>& among) {
  const store::Rows found = connection.query(kSubscription, {customer, subscription});
  if (found.empty()) {
    throw Error(subscription.empty()
                    ? std::string("no subscription goes on")
                    : fmt::format("there is no subscription '{}' that goes on", subscription));
  }
  if (found.size() > 1) throw Error("several subscriptions go on: say which one");
  const store::Row row = found[0];
  Compared of{.customer = customer,
              .subscription = row.int64("subscription"),
              .cycle = row.int64("cycle"),
              .engine = row.text("engine"),
              .plan = row.text("plan"),
              .currency = money::Currency::of(row.text("currency")),
              .first = {},
              .last = {}};
  PlanComparison comparison{row.text("external_key"), {}, {}};
  for (const store::Row& month : connection.query(kMonths, {customer, of.cycle, months})) {
    of.first = month.date("starts_on");
    if (comparison.months.empty()) of.last = of.first;
    comparison.months.push_back(month.text("label"));
  }
  if (comparison.months.empty()) throw Error("no month was issued yet");
  std::ranges::reverse(comparison.months);

  const VersionId active = require_active(connection, versions);
  const auto version = versions.load(connection, active);
  std::set<std::string> plans{of.plan};
  for (const domain::Plan& plan : version->configuration().plans) {
    if (plan.currency != of.currency || plan.billed_by != of.engine) continue;
    if (!among || among->contains(plan.name)) plans.insert(plan.name);
  }
  for (const std::string& plan : plans) {
    comparison.plans.push_back(cost_of(connection, versions, active, of, plan));
  }
  std::ranges::stable_sort(comparison.plans, is_cheaper);
  return comparison;
}

}  // namespace reckoner::engine
