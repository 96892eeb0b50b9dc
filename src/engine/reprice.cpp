#include "engine/reprice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::engine {

namespace {

constexpr store::Statement kLockCustomers{"lock customers of a reprice", R"(
  update customer_state set ordinal = ordinal
   where customer_id in (select customer_id from billing_period
                          where billed_cut is not null and starts_on >= $1
                            and ($2::date is null or starts_on <= $2::date)))"};

constexpr store::Statement kPlans{"plans of repriced periods", R"(
  select distinct s.plan, s.currency
    from billing_period p
    join subscription s on s.customer_id = p.customer_id and s.cycle = p.cycle
                       and s.starts_at < p.ends_at and (s.ends_at is null or s.ends_at > p.starts_at)
   where p.billed_cut is not null and p.starts_on >= $1
     and ($2::date is null or p.starts_on <= $2::date))"};

constexpr store::Statement kReopen{"reopen repriced periods", R"(
  insert into reopening (customer_id, reopening, cycle, from_at, until_at, cause, at_once,
                         created_at)
  select p.customer_id,
         coalesce((select max(reopening) from reopening x where x.customer_id = p.customer_id), 0)
           + row_number() over (partition by p.customer_id order by p.cycle),
         p.cycle, min(p.starts_at), max(p.ends_at), $3, true, $4
    from billing_period p
   where p.billed_cut is not null and p.starts_on >= $1
     and ($2::date is null or p.starts_on <= $2::date)
   group by p.customer_id, p.cycle)"};

constexpr store::Statement kPin{"pin repriced periods", R"(
  update billing_period set version_id = $3
   where billed_cut is not null and starts_on >= $1
     and ($2::date is null or starts_on <= $2::date))"};

}  // namespace

std::int64_t reprice(store::Connection& connection, const CompiledVersion& next,
                     const RepriceRange& range, VersionId version, const std::string& cause,
                     time::Instant now) {
  for (const store::Row& row : connection.query(kPlans, {range.from, range.to})) {
    const std::vector<domain::Plan>& plans = next.configuration().plans;
    const bool has = std::any_of(plans.begin(), plans.end(), [&](const domain::Plan& plan) {
      return plan.name == row.text("plan") && plan.currency.code() == row.text("currency");
    });
    if (!has) {
      throw Error(
          fmt::format("periods of plan '{}' in {} would be priced again, and this "
                      "configuration does not have it",
                      row.text("plan"), row.text("currency")));
    }
  }
  connection.execute(kLockCustomers, {range.from, range.to});
  connection.execute(kReopen, {range.from, range.to, cause, now});
  return connection.execute(kPin, {range.from, range.to, version});
}

}  // namespace reckoner::engine
