#include "accounts/budgets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "domain/cost_centre.hpp"
#include "domain/cost_pool.hpp"

namespace reckoner::accounts {

namespace {

constexpr std::size_t kNamesTold = 30;

constexpr store::Statement kPlans{"plans of a customer's budgets", R"(
  select distinct plan from subscription where customer_id = $1)"};
constexpr store::Statement kBilled{"charges of a customer's budgets", R"(
  select charge from document_line where customer_id = $1
  union
  select 'charge-' || manual_charge from manual_charge where customer_id = $1
  union
  select 'allocation-' || pool from pool_share where customer_id = $1)"};
constexpr store::Statement kBelow{"list charges below cost centres", R"(
  select charge from customer_spending group by charge)"};
constexpr store::Statement kLockCustomer{"lock settings of a customer", R"(
  select pg_advisory_xact_lock(hashtextextended('customer_setting', $1)))"};
constexpr store::Statement kLockCentre{"lock settings of a cost centre", R"(
  select pg_advisory_xact_lock(hashtextextended('cost_centre_setting ' || $1::text, 0)))"};
constexpr store::Statement kRead{"budgets of a customer", R"(
  select budgets from customer_setting where customer_id = $1)"};
constexpr store::Statement kList{"list budgets of customers", R"(
  select s.customer_id, c.key, s.budgets
    from customer_setting s join customer c on c.customer_id = s.customer_id
   where s.budgets <> '[]' order by c.key)"};
constexpr store::Statement kWrite{"write budgets of a customer", R"(
  insert into customer_setting (customer_id, budgets, changed_at, changed_by)
  values ($1, $2, $3, $4)
  on conflict (customer_id) do update
     set budgets = excluded.budgets, changed_at = excluded.changed_at,
         changed_by = excluded.changed_by)"};
constexpr store::Statement kWriteCentre{"write budgets of a cost centre", R"(
  insert into cost_centre_setting (cost_centre, budgets, also_to, changed_at, changed_by)
  values ($1, $2, $3::text[], $4, $5)
  on conflict (cost_centre) do update
     set budgets = excluded.budgets, also_to = excluded.also_to, changed_at = excluded.changed_at,
         changed_by = excluded.changed_by)"};

/// "; did you mean 'x'? There are x, y and 3 more"
std::string told(std::string_view word, const std::vector<std::string>& names) {
  if (names.empty()) return "; there is none";
  const std::span<const std::string> first(names.data(), std::min(names.size(), kNamesTold));
  std::string text = suggestion(word, names);
  text += fmt::format("{} there {} {}", text.empty() ? ";" : "", names.size() == 1 ? "is" : "are",
                      fmt::join(first, ", "));
  if (names.size() > kNamesTold) text += fmt::format(" and {} more", names.size() - kNamesTold);
  return text;
}

}  // namespace

std::set<std::string> budget_charges(store::Connection& connection,
                                     const config::Configuration& active,
                                     std::optional<CustomerId> customer) {
  std::set<std::string> names;
  std::set<std::string> plans;
  if (customer) {
    for (const store::Row& row : connection.query(kPlans, {*customer})) {
      plans.insert(row.text("plan"));
    }
    for (const store::Row& row : connection.query(kBilled, {*customer})) {
      names.insert(row.text("charge"));
    }
  } else {
    for (const store::Row& row : connection.query(kBelow)) names.insert(row.text("charge"));
    for (const domain::CostPool& pool : active.allocation.pools) {
      names.insert(domain::charge_of_pool(pool.name));
    }
  }
  for (const domain::Plan& plan : active.plans) {
    if (customer && !plans.contains(plan.name)) continue;
    for (const domain::Charge& charge : plan.charges) names.insert(charge.name);
  }
  return names;
}

std::vector<BudgetFault> faults_of(store::Connection& connection,
                                   const config::Configuration& active,
                                   std::optional<CustomerId> customer,
                                   std::span<const insight::Budget> before,
                                   std::span<const insight::Budget> wanted) {
  std::vector<BudgetFault> faults;
  std::optional<std::vector<std::string>> names;
  for (std::size_t place = 0; place < wanted.size(); ++place) {
    const std::string& charge = wanted[place].charge;
    if (charge.empty()) continue;
    if (std::ranges::find(before, charge, &insight::Budget::charge) != before.end()) continue;
    if (!names) {
      const auto known = budget_charges(connection, active, customer);
      names.emplace(known.begin(), known.end());
    }
    if (std::ranges::find(*names, charge) != names->end()) continue;
    faults.push_back(
        {place, fmt::format("there is no charge '{}'{}", charge, told(charge, *names))});
  }
  return faults;
}

void require_cost_centre(const config::Configuration& active, std::string_view name) {
  const domain::CostCentres centres(active.allocation);
  if (centres.find(name)) return;
  std::vector<std::string> names;
  for (const domain::CostCentres::Node& node : centres.nodes()) names.push_back(node.name);
  throw Error(fmt::format("there is no cost centre '{}'{}", name, told(name, names)));
}

void lock_customer_settings(store::Connection& connection, CustomerId customer) {
  connection.query(kLockCustomer, {customer});
}

void lock_cost_centre_settings(store::Connection& connection, std::string_view cost_centre) {
  connection.query(kLockCentre, {cost_centre});
}

std::vector<insight::Budget> read_budgets(store::Connection& connection, CustomerId customer) {
  const auto row = connection.query(kRead, {customer}).at_most_one();
  return row ? insight::parse_budgets(row->text("budgets")) : std::vector<insight::Budget>();
}

std::vector<CustomerBudgets> list_customer_budgets(store::Connection& connection) {
  std::vector<CustomerBudgets> all;
  for (const store::Row& row : connection.query(kList)) {
    all.push_back({CustomerId{row.int64("customer_id")}, row.text("key"),
                   insight::parse_budgets(row.text("budgets"))});
  }
  return all;
}

void write_budgets(store::Connection& connection, CustomerId customer,
                   std::span<const insight::Budget> budgets, time::Instant now,
                   std::string_view who) {
  connection.execute(kWrite, {customer, insight::to_json(budgets), now, who});
}

void write_budgets(store::Connection& connection, std::string_view cost_centre,
                   std::span<const insight::Budget> budgets,
                   const std::vector<std::string>& addresses, time::Instant now,
                   std::string_view who) {
  connection.execute(kWriteCentre, {cost_centre, insight::to_json(budgets), addresses, now, who});
}

}  // namespace reckoner::accounts
