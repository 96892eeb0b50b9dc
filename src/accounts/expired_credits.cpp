#include "accounts/expired_credits.hpp"

#include <fmt/format.h>

#include "invoicing/journal.hpp"
#include "store/posting_rows.hpp"
#include "store/transaction.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kWhose{"accounts.customers_of_expired_credits", R"(
  select distinct c.customer_id
    from credit c join customer u on u.customer_id = c.customer_id
   where c.kind = 'prepaid' and c.expires_on <= $2 and u.legal_entity = $1)"};

constexpr store::Statement kLock{"accounts.lock_customers_of_credits", R"(
  update customer_state set ordinal = ordinal where customer_id = any($1::bigint[]))"};

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

constexpr store::Statement kInsert{"accounts.insert_lapses", R"(
  insert into credit_movement (customer_id, credit, movement, kind, amount, booked_on)
  select customer_id, credit, movement, 'lapse', -amount, booked_on
    from unnest($1::bigint[], $2::int[], $3::int[], $4::numeric[], $5::date[])
           as m(customer_id, credit, movement, amount, booked_on))"};

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
  connection.execute(kLock, {holders});

  struct Lapse {
    CustomerId customer;
    std::int64_t credit;
    std::int64_t movement;
    money::Money amount;
    time::Date booked_on;
  };
  std::vector<Lapse> lapses;
  for (const store::Row& row : connection.query(kExpired, {holders, by})) {
    lapses.push_back(
        {{row.int64("customer_id")},
         row.int64("credit"),
         row.int64("last_movement") + 1,
         money::Money(row.decimal("amount_left"), money::Currency::of(row.text("currency"))),
         books.booking_day(legal_entity, row.date("expires_on"))});
  }
  if (lapses.empty()) return 0;
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> credits;
  std::vector<std::int64_t> movements;
  std::vector<money::Decimal> amounts;
  std::vector<time::Date> days;
  for (const Lapse& lapse : lapses) {
    customers.push_back(lapse.customer);
    credits.push_back(lapse.credit);
    movements.push_back(lapse.movement);
    amounts.push_back(lapse.amount.amount());
    days.push_back(lapse.booked_on);
  }
  connection.execute(kInsert, {customers, credits, movements, amounts, days});
  store::PostingRows rows(connection);
  for (const Lapse& lapse : lapses) {
    const std::string entry = fmt::format("credit:{}:{}", lapse.credit, lapse.movement);
    for (const invoicing::JournalLine& line :
         invoicing::lapse_entry(lapse.amount, active.chart, legal_entity)) {
      rows.add(lapse.customer, entry, line.account, line.amount, lapse.booked_on, legal_entity);
    }
  }
  rows.finish();
  transaction.commit();
  return static_cast<std::int64_t>(lapses.size());
}

}  // namespace reckoner::accounts
