#include "accounts/reopenings.hpp"

#include <map>

namespace reckoner::accounts {

namespace {

// Those that touch a period that was billed, with the number of the customer's last reopening.
constexpr store::Statement kTouching{"accounts.touching_reopenings", R"(
  select n.position, coalesce(max(r.reopening), 0) as last
    from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[])
         with ordinality as n(customer_id, cycle, from_at, until_at, position)
    join billing_period p on p.customer_id = n.customer_id and p.cycle = n.cycle
    left join reopening r on r.customer_id = p.customer_id
   where (n.until_at is null or n.until_at > n.from_at)
     and p.billed_cut is not null and n.from_at < p.ends_at
     and (n.until_at is null or n.until_at > p.starts_at)
   group by n.position order by n.position)"};

constexpr store::Statement kInsert{"accounts.insert_reopenings", R"(
  insert into reopening (customer_id, reopening, cycle, from_at, until_at, cause, at_once,
                         created_at)
  select customer_id, reopening, cycle, from_at, until_at, cause, at_once = 1, $8
    from unnest($1::bigint[], $2::int[], $3::int[], $4::timestamptz[], $5::timestamptz[],
                $6::text[], $7::int[])
           as n(customer_id, reopening, cycle, from_at, until_at, cause, at_once))"};

constexpr store::Statement kLabels{"accounts.reopened_labels", R"(
  select p.label
    from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[])
           as n(customer_id, cycle, from_at, until_at)
    join billing_period p on p.customer_id = n.customer_id and p.cycle = n.cycle
   where p.billed_cut is not null and n.from_at < p.ends_at
     and (n.until_at is null or n.until_at > p.starts_at and n.until_at > n.from_at)
   group by p.label order by min(p.starts_at))"};

/// What places reopenings in time.
struct Columns {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> cycles;
  std::vector<time::Instant> from_at;
  std::vector<std::optional<time::Instant>> until_at;

  explicit Columns(const std::vector<Reopening>& reopenings) {
    for (const Reopening& reopening : reopenings) add(reopening);
  }
  void add(const Reopening& reopening) {
    customers.push_back(reopening.customer);
    cycles.push_back(reopening.cycle);
    from_at.push_back(reopening.from_at);
    until_at.push_back(reopening.until_at);
  }
};

}  // namespace

void write_reopenings(store::Connection& connection, const std::vector<Reopening>& reopenings,
                      time::Instant now) {
  const Columns all(reopenings);
  Columns columns({});
  std::vector<std::int64_t> numbers;
  std::vector<std::string> causes;
  std::vector<std::int64_t> at_once;
  std::map<CustomerId, std::int64_t> last;
  for (const store::Row& row :
       connection.query(kTouching, {all.customers, all.cycles, all.from_at, all.until_at})) {
    const Reopening& reopening = reopenings[static_cast<std::size_t>(row.int64("position") - 1)];
    columns.add(reopening);
    numbers.push_back(++last.try_emplace(reopening.customer, row.int64("last")).first->second);
    causes.push_back(reopening.cause);
    at_once.push_back(reopening.at_once ? 1 : 0);
  }
  if (numbers.empty()) return;
  connection.execute(kInsert, {columns.customers, numbers, columns.cycles, columns.from_at,
                               columns.until_at, causes, at_once, now});
}

std::vector<std::string> reopened_labels(store::Connection& connection,
                                         const std::vector<Reopening>& reopenings) {
  const Columns all(reopenings);
  std::vector<std::string> labels;
  for (const store::Row& row :
       connection.query(kLabels, {all.customers, all.cycles, all.from_at, all.until_at})) {
    labels.push_back(row.text("label"));
  }
  return labels;
}

}  // namespace reckoner::accounts
