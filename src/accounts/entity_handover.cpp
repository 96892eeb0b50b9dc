#include "accounts/entity_handover.hpp"

#include <fmt/format.h>

#include <vector>

#include "store/journal_rows.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kStanding{"accounts.standing_with_entity", R"(
  select p.customer_id, p.currency, p.account, sum(p.amount) as amount,
         (select count(*) from posting e
           where e.customer_id = p.customer_id and e.entry like 'transfer:%') as transfers
    from unnest($1::bigint[], $2::text[]) as c(customer_id, legal_entity)
    join posting p on p.customer_id = c.customer_id and p.legal_entity = c.legal_entity
   where p.account = any($3::text[])
   group by p.customer_id, p.currency, p.account having sum(p.amount) <> 0
   order by p.customer_id, p.currency, p.account)"};

/// What stands on each account of one customer in one currency, after how many earlier transfers.
struct Standing {
  std::map<std::string, money::Money> accounts;
  std::int64_t transfers = 0;
};

}  // namespace

void hand_over(store::Connection& connection, const config::Configuration& active,
               const store::OpenBooks& books, const std::map<CustomerId, EntityChange>& changes,
               time::Instant now) {
  std::vector<CustomerId> customers;
  std::vector<std::string> from;
  for (const auto& [customer, change] : changes) {
    customers.push_back(customer);
    from.push_back(change.from);
  }
  if (customers.empty()) return;
  const std::vector<std::string_view> moved{domain::kReceivableAccount, domain::kPrepaidAccount};
  std::map<std::pair<CustomerId, std::string>, Standing> standings;
  for (const store::Row& row : connection.query(kStanding, {customers, from, moved})) {
    const std::string code = row.text("currency");
    Standing& standing = standings[{CustomerId{row.int64("customer_id")}, code}];
    standing.transfers = row.int64("transfers");
    standing.accounts.emplace(row.text("account"),
                              money::Money(row.decimal("amount"), money::Currency::of(code)));
  }
  const auto today = [&](const std::string& entity) {
    // One that is not configured any more hands over on the default one's day.
    for (const domain::LegalEntity& known : active.legal_entities) {
      if (known.id == entity) return known.zone.date_of(now);
    }
    return active.legal_entities.front().zone.date_of(now);
  };
  store::JournalRows rows(connection);
  for (const auto& [key, standing] : standings) {
    const auto& [customer, code] = key;
    const EntityChange& change = changes.at(customer);
    const auto post = [&](std::string_view side, const std::string& entity, bool arrives) {
      const std::string entry =
          fmt::format("transfer:{}:{}:{}", standing.transfers + 1, code, side);
      const time::Date day = books.booking_day(entity, today(entity));
      money::Money sum(money::Currency::of(code));
      for (const auto& [account, amount] : standing.accounts) {
        const money::Money here = arrives ? amount : -amount;
        rows.add(customer, entry, account, here, day, entity);
        sum += here;
      }
      if (!sum.is_zero())
        rows.add(customer, entry, domain::kBetweenEntitiesAccount, -sum, day, entity);
    };
    post("out", change.from, false);
    post("in", change.to, true);
  }
  rows.finish();
}

}  // namespace reckoner::accounts
