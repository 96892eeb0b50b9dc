#include "engine/replay_history.hpp"

#include <algorithm>
#include <functional>

#include "engine/credit_rows.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kVoids{"replay voids", R"(
  select customer_id, ordinal, by_ordinal, mode = 'rebill' as rebill from document_void
   where customer_id >= $1 and customer_id <= $2)"};

constexpr store::Statement kPeriods{"replay periods", R"(
  select p.customer_id, p.cycle, p.side, p.starts_at, p.ends_at, p.time_zone, p.version_id,
         r.version_id as first_version
    from billing_period p left join engine_run r on r.run_id = p.billed_by_run
   where p.customer_id >= $1 and p.customer_id <= $2 and p.billed_cut is not null)"};

constexpr store::Statement kSubscriptions{"replay subscriptions", R"(
  select customer_id, subscription, starts_at, ends_at from subscription
   where customer_id >= $1 and customer_id <= $2)"};

constexpr store::Statement kPayments{"replay payments", R"(
  select customer_id, currency, amount, claimed_by, created_at from payment
   where customer_id >= $1 and customer_id <= $2)"};

constexpr store::Statement kCredits{"replay credits", R"(
  select customer_id, credit, external_key, title, kind, currency, percent, documents, priority,
         starts_on, expires_on, array_to_string(charges, chr(10)) as charges, created_at
    from credit where customer_id >= $1 and customer_id <= $2
   order by customer_id, credit)"};

constexpr store::Statement kMovements{"replay movements", R"(
  select customer_id, credit, movement, kind, amount, ordinal, reverses, booked_on
    from credit_movement where customer_id >= $1 and customer_id <= $2
   order by customer_id, credit, movement)"};

domain::PeriodKey key_of(const store::Row& row) {
  return {row.instant("starts_at"), row.int64("cycle"), domain::parse_side(row.text("side"))};
}

std::optional<VersionId> version_of(const store::Row& row, const char* column) {
  const auto version = row.optional_int64(column);
  return version ? std::optional(VersionId{*version}) : std::nullopt;
}

CustomerHistory::StoredCredit credit_of(const store::Row& row) {
  return {.credit = granted_credit(row), .created_at = row.instant("created_at")};
}

}  // namespace

const store::ScannedDocument* CustomerHistory::document(std::int64_t ordinal) const {
  const auto found = std::lower_bound(documents.begin(), documents.end(), ordinal,
                                      [](const store::ScannedDocument& each, std::int64_t wanted) {
                                        return each.id.ordinal < wanted;
                                      });
  return found == documents.end() || found->id.ordinal != ordinal ? nullptr : &*found;
}

std::vector<CustomerHistory> read_histories(store::Connection& connection,
                                            std::vector<store::ScannedDocument> page) {
  std::vector<CustomerHistory> histories;
  for (store::ScannedDocument& document : page) {
    if (histories.empty() || histories.back().id != document.id.customer) {
      histories.emplace_back().id = document.id.customer;
    }
    histories.back().documents.push_back(std::move(document));
  }
  if (histories.empty()) return histories;
  const store::Params range{histories.front().id, histories.back().id};
  const auto for_each = [&](const store::Statement& statement,
                            const std::function<void(CustomerHistory&, const store::Row&)>& take) {
    for (const store::Row& row : connection.query(statement, range)) {
      const CustomerId id{row.int64("customer_id")};
      const auto found = std::lower_bound(
          histories.begin(), histories.end(), id,
          [](const CustomerHistory& each, CustomerId wanted) { return each.id < wanted; });
      if (found != histories.end() && found->id == id) take(*found, row);
    }
  };
  for_each(kVoids, [](CustomerHistory& history, const store::Row& row) {
    history.voids[row.int64("ordinal")] = {row.int64("by_ordinal"), row.boolean("rebill")};
  });
  for_each(kPeriods, [](CustomerHistory& history, const store::Row& row) {
    history.periods[key_of(row)] = {time::Zone::named(row.text("time_zone")),
                                    row.instant("ends_at"), version_of(row, "version_id"),
                                    version_of(row, "first_version")};
  });
  for_each(kSubscriptions, [](CustomerHistory& history, const store::Row& row) {
    history.subscriptions[row.int64("subscription")] = {row.instant("starts_at"),
                                                        row.optional_instant("ends_at")};
  });
  for_each(kPayments, [](CustomerHistory& history, const store::Row& row) {
    history.payments.push_back({row.text("currency"), row.decimal("amount"),
                                row.optional_int64("claimed_by"), row.instant("created_at")});
  });
  for_each(kCredits, [](CustomerHistory& history, const store::Row& row) {
    history.credits.push_back(credit_of(row));
  });
  for_each(kMovements, [](CustomerHistory& history, const store::Row& row) {
    history.movements.push_back({row.int64("credit"), row.int64("movement"), row.text("kind"),
                                 row.decimal("amount"), row.optional_int64("ordinal"),
                                 row.optional_int64("reverses"), row.date("booked_on")});
  });
  return histories;
}

}  // namespace reckoner::engine
