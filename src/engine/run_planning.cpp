#include "engine/run_planning.hpp"

#include <fmt/format.h>

namespace reckoner::engine {

namespace {

constexpr store::Statement kDue{"customers due", R"(
  with due as (
    select p.customer_id
      from billing_period p join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
     where p.billed_cut is null and p.ends_at <= $2 and c.engine = $1
    union
    select p.customer_id
      from billing_period p join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
     where p.billed_cut is null and p.side = 'advance' and p.starts_at <= $2 and c.engine = $1
    union
    select t.customer_id
      from cut_touch t
      join cut k on k.cut = t.cut and k.closed_at <= $3
      join billing_period p on p.customer_id = t.customer_id and p.billed_cut < t.cut
                           and t.first_at < p.ends_at
                           and t.last_at > p.starts_at - interval '15 minutes'
      join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
     where c.engine = $1
    union
    select r.customer_id
      from reopening r
      join billing_period p on p.customer_id = r.customer_id and p.cycle = r.cycle
                           and p.billed_cut is not null and r.from_at < p.ends_at
                           and (r.until_at is null or r.until_at > p.starts_at)
      join cycle c on c.customer_id = p.customer_id and c.cycle = p.cycle
     where r.closed_by_run is null and (r.at_once or r.created_at <= $3) and c.engine = $1)
  select d.customer_id, (k.customer_id is not null) as parked
    from due d left join parked k using (customer_id)
   where ($4 = '' or d.customer_id = (select customer_id from customer_key where key = $4))
     and not exists (select from held h where h.customer_id = d.customer_id and h.state = 'open')
   order by k.first_parked_at, d.customer_id)"};

constexpr store::Statement kFindCustomer{"find customer by key",
                                         "select customer_id from customer_key where key = $1"};

}  // namespace

DueCustomers find_due(store::Connection& connection, const CompiledVersion& version,
                      const RunRequest& request, time::Instant now) {
  if (version.chain(request.engine).duns()) {
    return {.to_bill = find_dunned(connection, request.customer_key, now)};
  }
  if (!request.customer_key.empty() &&
      connection.query(kFindCustomer, {request.customer_key}).empty()) {
    throw Error(fmt::format("there is no customer '{}'", request.customer_key));
  }
  const auto true_up_after = version.configuration().settings.duration("billing.trueUpAfter");
  const time::Instant touched_until = request.true_ups ? now : now - true_up_after;
  DueCustomers due;
  for (const store::Row& row : connection.query(
           kDue, {request.engine, request.fires_at, touched_until, request.customer_key})) {
    if (row.boolean("parked") && !request.retry_parked) {
      ++due.parked;
    } else {
      due.to_bill.push_back(row.int64("customer_id"));
    }
  }
  return due;
}

VersionId require_active(store::Connection& connection, const Versions& versions) {
  const auto version = versions.active(connection);
  if (!version) throw Error("no configuration is active yet: reckoner config apply");
  return *version;
}

void require_running(const CompiledVersion& version, const std::string& engine) {
  if (version.chain(engine).runs()) return;
  throw UsageError(fmt::format(
      "engine '{}' issues nothing, so it cannot be run: reckoner interim CUSTOMER shows "
      "what it computes",
      engine));
}

}  // namespace reckoner::engine
