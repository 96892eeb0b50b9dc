#include "accounts/closings.hpp"

#include <fmt/format.h>

#include "accounts/expired_credits.hpp"
#include "base/error.hpp"
#include "domain/legal_entity.hpp"
#include "store/open_books.hpp"
#include "store/transaction.hpp"
#include "text/json.hpp"

namespace reckoner::accounts {

namespace {

constexpr store::Statement kLockBooks{"accounts.lock_books", "select pg_advisory_xact_lock($1)"};

constexpr store::Statement kLastClosed{
    "accounts.last_closed_month",
    "select max(month) as month from closed_month where legal_entity = $1"};

constexpr store::Statement kFirstBooked{"accounts.first_booked", R"(
  select min(booked_on) as day from posting where legal_entity = $1)"};

// The names that numbers are counted under: engine/numbering.
constexpr store::Statement kHeads{"accounts.series_heads", R"(
  select series, year, next_seq - 1 as seq, encode(last_hash, 'hex') as chain_hash
    from series
   where split_part(series, '/', 2) = $1
   order by series, year)"};

constexpr store::Statement kClose{"accounts.close_month", R"(
  insert into closed_month (legal_entity, month) values ($1, $2))"};

constexpr store::Statement kReopen{
    "accounts.reopen_month", "delete from closed_month where legal_entity = $1 and month = $2"};

constexpr store::Statement kRecord{"accounts.record_closing", R"(
  insert into closing (legal_entity, month, action, acted_at, acted_by, reason, trial_balance,
                       series_heads)
  values ($1, $2, $3, $4, $5, $6, $7, $8))"};

constexpr store::Statement kList{"accounts.list_closings", R"(
  select c.legal_entity, c.month, c.action, c.acted_at, c.acted_by, c.reason, c.trial_balance,
         c.series_heads,
         c.action = 'close' and m.month is not null
           and not exists (select from closing l
                            where l.legal_entity = c.legal_entity and l.month = c.month
                              and l.closing > c.closing) as stands
    from closing c
    left join closed_month m on m.legal_entity = c.legal_entity and m.month = c.month
   order by c.legal_entity, c.closing)"};

std::string name_of(const MonthOfBooks& books) {
  return fmt::format("{} of legal entity '{}'", month_label(books.month),
                     domain::shown_entity(books.legal_entity));
}

time::Date after(time::Date month) {
  return time::month_day(month, 1, 1);
}

std::optional<time::Date> last_closed(store::Connection& connection, const std::string& entity) {
  return connection.query(kLastClosed, {entity}).only().optional_date("month");
}

void check_order(store::Connection& connection, const MonthOfBooks& books) {
  const auto last = last_closed(connection, books.legal_entity);
  if (last && books.month <= *last) throw Error(fmt::format("{} is closed", name_of(books)));
  std::optional<time::Date> first_open;
  if (last) {
    first_open = after(*last);
  } else if (const auto first =
                 connection.query(kFirstBooked, {books.legal_entity}).only().optional_date("day")) {
    first_open = time::month_day(*first, 0, 1);
  }
  if (first_open && *first_open < books.month) {
    throw Error(fmt::format("{} cannot be closed before {}, which is open", name_of(books),
                            month_label(*first_open)));
  }
}

std::vector<SeriesHead> read_heads(store::Connection& connection, const std::string& entity) {
  std::vector<SeriesHead> heads;
  for (const store::Row& row : connection.query(kHeads, {entity})) {
    heads.push_back(
        {row.text("series"), row.int64("year"), row.int64("seq"), row.text("chain_hash")});
  }
  return heads;
}

std::string to_json(const std::vector<SeriesHead>& heads) {
  text::JsonWriter json;
  json.begin_array();
  for (const SeriesHead& head : heads) {
    json.begin_object().key("series").string(head.series).key("year").number(head.year);
    json.key("seq").number(head.seq).key("chain_hash").string(head.chain_hash).end_object();
  }
  json.end_array();
  return json.finish();
}

}  // namespace

std::string to_json(const std::vector<AccountBalance>& balances) {
  text::JsonWriter json;
  json.begin_array();
  for (const AccountBalance& balance : balances) {
    json.begin_object().key("currency").string(balance.closing.currency().code());
    json.key("account").string(balance.account);
    json.key("opening").string(balance.opening.to_string());
    json.key("debit").string(balance.debit.to_string());
    json.key("credit").string(balance.credit.to_string());
    json.key("closing").string(balance.closing.to_string()).end_object();
  }
  json.end_array();
  return json.finish();
}

time::Date parse_month(std::string_view text) {
  try {
    if (text.size() == 7) return time::parse_date(fmt::format("{}-01", text));
  } catch (const Error&) {
  }
  throw Error(fmt::format("'{}' is not a month such as 2026-10", text));
}

std::string month_label(time::Date month) {
  return time::to_string(month).substr(0, 7);
}

ClosedBooks close_month(store::Connection& connection, const config::Configuration& active,
                        const MonthOfBooks& books, std::string_view by, time::Instant now) {
  const domain::LegalEntity& entity = active.legal_entity(books.legal_entity);
  const time::Date end = after(books.month);
  if (entity.zone.date_of(now) < end) {
    throw Error(fmt::format("{} is not over: it can be closed from {} on", name_of(books),
                            time::to_string(end)));
  }
  check_order(connection, books);
  ClosedBooks closed;
  closed.lapsed =
      lapse_expired_credits(connection, active, books.legal_entity, time::add_days(end, -1));

  store::Transaction transaction(connection);
  connection.query(kLockBooks, {store::kBooksLock});
  check_order(connection, books);
  JournalFilter filter;
  filter.from = books.month;
  filter.to = time::add_days(end, -1);
  filter.legal_entity = books.legal_entity;
  closed.balances = trial_balance(connection, filter);
  const std::vector<std::string> off = out_of_balance(closed.balances);
  if (!off.empty()) {
    throw Error(fmt::format("{} cannot be closed: {}", name_of(books), fmt::join(off, ", ")));
  }
  closed.heads = read_heads(connection, books.legal_entity);
  connection.execute(kClose, {books.legal_entity, books.month});
  connection.execute(kRecord, {books.legal_entity, books.month, "close", now, by, "",
                               to_json(closed.balances), to_json(closed.heads)});
  transaction.commit();
  return closed;
}

void reopen_month(store::Connection& connection, const MonthOfBooks& books, std::string_view by,
                  std::string_view reason, time::Instant now) {
  if (reason.empty()) throw Error("opening a closed month needs a reason: it is kept for ever");
  store::Transaction transaction(connection);
  connection.query(kLockBooks, {store::kBooksLock});
  const auto last = last_closed(connection, books.legal_entity);
  if (!last || books.month > *last) throw Error(fmt::format("{} is not closed", name_of(books)));
  if (books.month != *last) {
    throw Error(fmt::format("{} can be opened only after {}: the last closed month comes first",
                            name_of(books), month_label(*last)));
  }
  connection.execute(kReopen, {books.legal_entity, books.month});
  connection.execute(kRecord,
                     {books.legal_entity, books.month, "reopen", now, by, reason, "[]", "[]"});
  transaction.commit();
}

std::vector<ClosingRecord> list_closings(store::Connection& connection) {
  std::vector<ClosingRecord> records;
  for (const store::Row& row : connection.query(kList)) {
    records.push_back({.books = {row.text("legal_entity"), row.date("month")},
                       .action = row.text("action"),
                       .at = row.instant("acted_at"),
                       .by = row.text("acted_by"),
                       .reason = row.text("reason"),
                       .stands = row.boolean("stands"),
                       .trial_balance = row.text("trial_balance"),
                       .series_heads = row.text("series_heads")});
  }
  return records;
}

}  // namespace reckoner::accounts
