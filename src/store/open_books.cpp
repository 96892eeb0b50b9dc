#include "store/open_books.hpp"

#include <algorithm>

namespace reckoner::store {

namespace {

// The lock may have been waited for, and the rows are as of before that: what closed meanwhile, the
// trigger on what is booked refuses.
constexpr Statement kHold{"hold the books open", R"(
  select pg_advisory_xact_lock_shared($1) is null as held, c.legal_entity, c.open_from
    from (select 1) one
    left join (select legal_entity, (max(month) + interval '1 month')::date as open_from
                 from closed_month group by legal_entity) c on true)"};

}  // namespace

OpenBooks OpenBooks::hold(Connection& connection) {
  OpenBooks books;
  for (const Row& row : connection.query(kHold, {kBooksLock})) {
    if (const auto day = row.optional_date("open_from")) {
      books.open_from_.emplace(row.text("legal_entity"), *day);
    }
  }
  return books;
}

std::optional<time::Date> OpenBooks::open_from(std::string_view legal_entity) const {
  const auto found = open_from_.find(legal_entity);
  if (found == open_from_.end()) return std::nullopt;
  return found->second;
}

time::Date OpenBooks::booking_day(std::string_view legal_entity, time::Date wanted) const {
  return std::max(wanted, open_from(legal_entity).value_or(wanted));
}

}  // namespace reckoner::store
