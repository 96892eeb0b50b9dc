#include "accounts/reopenings.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kInsert{"accounts.insert_reopenings", R"(
  insert into reopening (customer_id, reopening, cycle, from_at, until_at, cause, at_once,
                         created_at)
  select n.customer_id,
         coalesce((select max(reopening) from reopening x where x.customer_id = n.customer_id), 0)
           + row_number() over (partition by n.customer_id order by n.position),
         n.cycle, n.from_at, n.until_at, n.cause, n.at_once = 1, $7
    from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::text[],
                $6::int[])
         with ordinality as n(customer_id, cycle, from_at, until_at, cause, at_once, position)
   where (n.until_at is null or n.until_at > n.from_at)
     and exists (select from billing_period p
                  where p.customer_id = n.customer_id and p.cycle = n.cycle
                    and p.billed_cut is not null and n.from_at < p.ends_at
                    and (n.until_at is null or n.until_at > p.starts_at)))"};

constexpr store::Statement kLabels{"accounts.reopened_labels", R"(
  select p.label
    from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[])
           as n(customer_id, cycle, from_at, until_at)
    join billing_period p on p.customer_id = n.customer_id and p.cycle = n.cycle
   where p.billed_cut is not null and n.from_at < p.ends_at
     and (n.until_at is null or n.until_at > p.starts_at and n.until_at > n.from_at)
   group by p.label order by min(p.starts_at))"};

}  // namespace

void write_reopenings(store::Connection& connection, const std::vector<Reopening>& reopenings,
                      time::Instant now) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<time::Instant> from_at;
  std::vector<std::optional<time::Instant>> until_at;
  std::vector<std::string> causes;
  std::vector<std::int64_t> at_once;
  for (const Reopening& reopening : reopenings) {
    customers.push_back(reopening.customer);
    cycles.push_back(reopening.cycle);
    from_at.push_back(reopening.from_at);
    until_at.push_back(reopening.until_at);
    causes.push_back(reopening.cause);
    at_once.push_back(reopening.at_once ? 1 : 0);
  }
  connection.execute(kInsert, {customers, cycles, from_at, until_at, causes, at_once, now});
}

std::vector<std::string> reopened_labels(store::Connection& connection,
                                         const std::vector<Reopening>& reopenings) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<time::Instant> from_at;
  std::vector<std::optional<time::Instant>> until_at;
  for (const Reopening& reopening : reopenings) {
    customers.push_back(reopening.customer);
    cycles.push_back(reopening.cycle);
    from_at.push_back(reopening.from_at);
    until_at.push_back(reopening.until_at);
  }
  std::vector<std::string> labels;
  for (const store::Row& row : connection.query(kLabels, {customers, cycles, from_at, until_at})) {
    labels.push_back(row.text("label"));
  }
  return labels;
}

}  // namespace reckoner::accounts
