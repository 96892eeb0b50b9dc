#include "accounts/advance_sides.hpp"

#include <string>
#include <vector>

#include "accounts/cycles.hpp"
#include "accounts/known_customers.hpp"
#include "accounts/plan_facts.hpp"

namespace reckoner::accounts {

namespace {

// Arrears that are still to be billed and end within a subscription on such a plan, where no
// advance side is still to be billed.
constexpr store::Statement kLacking{"accounts.read_cycles_without_advance", R"(
  select k.key, lacking.customer_id, lacking.cycle, lacking.from_at
    from (select a.customer_id, a.cycle, min(a.starts_at) as from_at
            from billing_period a
           where a.side = 'arrears' and a.billed_cut is null
             and ($3::bigint[] is null or a.customer_id = any($3::bigint[]))
             and exists (select from subscription s
                           join unnest($1::text[], $2::text[]) as p(plan, currency)
                             on p.plan = s.plan and p.currency = s.currency
                          where s.customer_id = a.customer_id and s.cycle = a.cycle
                            and (s.ends_at is null or s.ends_at > a.starts_at))
             and not exists (select from billing_period n
                              where n.customer_id = a.customer_id and n.cycle = a.cycle
                                and n.side = 'advance' and n.billed_cut is null)
           group by a.customer_id, a.cycle) lacking
    join customer_key k on k.customer_id = lacking.customer_id
   order by lacking.customer_id, lacking.cycle)"};

}  // namespace

std::int64_t add_advance_sides(store::Connection& connection, const config::Configuration& active) {
  std::vector<std::string> plans;
  std::vector<std::string> currencies;
  for (const domain::Plan& plan : active.plans) {
    if (!bills_in_advance(plan)) continue;
    plans.push_back(plan.name);
    currencies.emplace_back(plan.currency.code());
  }
  if (plans.empty()) return 0;

  std::vector<std::string> keys;
  for (const store::Row& row : connection.query(kLacking, {plans, currencies, std::nullopt})) {
    keys.push_back(row.text("key"));
  }
  if (keys.empty()) return 0;
  // What is lacking now that nobody else changes it.
  const KnownCustomers customers = KnownCustomers::lock(connection, keys);
  Cycles cycles = Cycles::read(connection, customers.ids());
  std::int64_t count = 0;
  for (const store::Row& row : connection.query(kLacking, {plans, currencies, customers.ids()})) {
    cycles.cover({row.int64("customer_id")}, row.int64("cycle"), row.instant("from_at"),
                 std::nullopt, /*advance=*/true);
    ++count;
  }
  cycles.write(connection);
  return count;
}

}  // namespace reckoner::accounts
