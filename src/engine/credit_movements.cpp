#include <map>

#include "engine/issue.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kLast{"last movements of credits", R"(
  select customer_id, credit, max(movement) as movement
    from credit_movement where customer_id = any($1::bigint[]) group by customer_id, credit)"};

constexpr store::Statement kInsert{"insert credit movements", R"(
  insert into credit_movement (customer_id, credit, movement, kind, amount, ordinal, reverses,
                               booked_on)
  select * from unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::numeric[], $6::bigint[],
                       $7::bigint[], $8::date[]))"};

constexpr store::Statement kInsertCredits{"insert credits of documents", R"(
  insert into credit (customer_id, credit, external_key, title, kind, currency, priority, charges,
                      created_at)
  select customer_id, credit, external_key, title, 'prepaid', currency, 0, '{}', $6
    from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[])
           as c(customer_id, credit, external_key, title, currency))"};

/// The prepaid credits that documents grant.
void insert_credits(store::Connection& connection, std::span<const DocumentWork> documents,
                    time::Instant now) {
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> keys;
  std::vector<std::string> titles;
  std::vector<std::string> currencies;
  for (const DocumentWork& work : documents) {
    for (const domain::Credit& credit : work.new_credits) {
      customers.push_back(work.document.customer);
      numbers.push_back(credit.number);
      keys.push_back(credit.key);
      titles.push_back(credit.title);
      currencies.emplace_back(credit.currency.code());
    }
  }
  if (customers.empty()) return;
  connection.execute(kInsertCredits, {customers, numbers, keys, titles, currencies, now});
}

/// The numbers of new movements, counted within each credit, whose customers are locked.
std::vector<std::int64_t> next_numbers(store::Connection& connection,
                                       const std::vector<CustomerId>& customers,
                                       const std::vector<std::int64_t>& credits) {
  std::map<std::pair<CustomerId, std::int64_t>, std::int64_t> last;
  for (const store::Row& row : connection.query(kLast, {customers})) {
    last[{CustomerId{row.int64("customer_id")}, row.int64("credit")}] = row.int64("movement");
  }
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    numbers.push_back(++last[{customers[i], credits[i]}]);
  }
  return numbers;
}

}  // namespace

void write_credit_movements(store::Connection& connection, std::span<const DocumentWork> documents,
                            time::Instant now) {
  insert_credits(connection, documents, now);
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> credits;
  std::vector<std::string> kinds;
  std::vector<money::Decimal> amounts;
  std::vector<std::int64_t> ordinals;
  std::vector<std::optional<std::int64_t>> reverses;
  std::vector<time::Date> booked_on;
  for (const DocumentWork& work : documents) {
    for (const CreditMovement& movement : work.movements) {
      customers.push_back(work.document.customer);
      credits.push_back(movement.credit);
      kinds.push_back(movement.kind);
      amounts.push_back(movement.amount);
      ordinals.push_back(work.document.ordinal);
      reverses.push_back(movement.reverses);
      booked_on.push_back(work.document.issued_on.value());
    }
  }
  if (customers.empty()) return;
  connection.execute(kInsert, {customers, credits, next_numbers(connection, customers, credits),
                               kinds, amounts, ordinals, reverses, booked_on});
}

}  // namespace reckoner::engine
