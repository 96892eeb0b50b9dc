#include "accounts/credit_movements.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "invoicing/journal.hpp"
#include "store/journal_rows.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kInsert{"accounts.insert_credit_movements", R"(
  insert into credit_movement (customer_id, credit, movement, kind, amount, booked_on)
  select customer_id, credit, movement, $6, amount, booked_on
    from unnest($1::bigint[], $2::int[], $3::int[], $4::numeric[], $5::date[])
           as m(customer_id, credit, movement, amount, booked_on))"};

}  // namespace

void write_credit_movements(store::Connection& connection, MovementKind kind,
                            std::span<const CreditMovement> movements, const domain::Chart& chart) {
  const bool grants = kind == MovementKind::kGrant;
  std::vector<CustomerId> customers;
  std::vector<std::int64_t> credits;
  std::vector<std::int64_t> numbers;
  std::vector<money::Decimal> amounts;
  std::vector<time::Date> days;
  for (const CreditMovement& movement : movements) {
    customers.push_back(movement.customer);
    credits.push_back(movement.credit);
    numbers.push_back(movement.movement);
    amounts.push_back(grants ? movement.amount.amount() : -movement.amount.amount());
    days.push_back(movement.booked_on);
  }
  const std::string_view name = grants ? "grant" : "lapse";
  connection.execute(kInsert, {customers, credits, numbers, amounts, days, name});

  const auto entry_of = grants ? invoicing::grant_entry : invoicing::lapse_entry;
  store::JournalRows rows(connection);
  for (const CreditMovement& movement : movements) {
    if (movement.kind != domain::CreditKind::kPrepaid) continue;
    const std::string entry = fmt::format("credit:{}:{}", movement.credit, movement.movement);
    for (const invoicing::JournalLine& line :
         entry_of(movement.amount, chart, movement.legal_entity)) {
      rows.add(movement.customer, entry, line.account, line.amount, movement.booked_on,
               movement.legal_entity);
    }
  }
  rows.finish();
}

}  // namespace reckoner::accounts
