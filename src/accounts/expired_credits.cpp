#include "accounts/expired_credits.hpp"

#include <vector>

#include "accounts/credit_movements.hpp"
#include "accounts/known_customers.hpp"
#include "store/open_books.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kWhose{"accounts.customers_of_expired_credits", R"(
  select distinct c.customer_id
    from credit c join customer u on u.customer_id = c.customer_id
   where c.kind = 'prepaid' and c.expires_on <= $2 and u.legal_entity = $1)"};

constexpr store::Statement kExpired{"accounts.expired_credits", R"(
  select c.customer_id, c.credit, c.currency, c.expires_on, m.amount_left, m.last_movement
    from credit c
    join (select customer_id, credit, sum(amount) as amount_left, max(movement) as last_movement
            from credit_movement where customer_id = any($1::bigint[])
           group by customer_id, credit) m
      on m.customer_id = c.customer_id and m.credit = c.credit
   where c.customer_id = any($1::bigint[]) and c.kind = 'prepaid' and c.expires_on <= $2
     and m.amount_left > 0
   order by c.customer_id, c.credit)"};

}  // namespace

std::int64_t lapse_expired_credits(store::Connection& connection,
                                   const config::Configuration& active,
                                   const std::string& legal_entity, time::Date by) {
  store::Transaction transaction(connection);
  const auto books = store::OpenBooks::hold(connection);
  std::vector<CustomerId> holders;
  for (const store::Row& row : connection.query(kWhose, {legal_entity, by})) {
    holders.push_back({row.int64("customer_id")});
  }
  if (holders.empty()) return 0;
  lock_customers_by_id(connection, holders);

  std::vector<CreditMovement> lapses;
  for (const store::Row& row : connection.query(kExpired, {holders, by})) {
    lapses.push_back({.customer = {row.int64("customer_id")},
                      .legal_entity = legal_entity,
                      .credit = row.int64("credit"),
                      .movement = row.int64("last_movement") + 1,
                      .kind = domain::CreditKind::kPrepaid,
                      .amount = money::Money(row.decimal("amount_left"),
                                             money::Currency::of(row.text("currency"))),
                      .booked_on = books.booking_day(legal_entity, row.date("expires_on"))});
  }
  if (lapses.empty()) return 0;
  write_credit_movements(connection, MovementKind::kLapse, lapses, active.chart);
  transaction.commit();
  return static_cast<std::int64_t>(lapses.size());
}

}  // namespace reckoner::accounts
