#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/journal.hpp"
#include "config/configuration.hpp"

namespace reckoner::accounts {

/// A calendar month of one legal entity's books, as somebody closes it or opens it again.
struct MonthOfBooks {
  std::string legal_entity;  ///< id; "" is the default one
  time::Date month;          ///< its first day
};

/// "2026-10". Throws Error for what is no month.
time::Date parse_month(std::string_view text);
std::string month_label(time::Date month);

/// How far a series of numbers had come.
struct SeriesHead {
  std::string series;
  std::int64_t year = 0;   ///< 0 where it counts on over the years
  std::int64_t seq = 0;    ///< of the last number
  std::string chain_hash;  ///< its link, in hexadecimal
};

/// What a closed month is remembered by.
struct ClosedBooks {
  std::vector<AccountBalance> balances;  ///< of the month, with everything before as opening
  std::vector<SeriesHead> heads;         ///< of the legal entity's series when it was closed
  std::int64_t lapsed = 0;               ///< prepaid credits that expired by the month's end
};

/// Closes a month: from then on nothing is booked or issued in it. What is left of prepaid credits
/// that expire by its end lapses first, in a transaction of its own, as may be repeated. Waits for
/// batches and imports that are booking. Throws Error, with the month as open as before,
/// - for a month that is not over in the legal entity's zone, or is closed;
/// - when one before it is open, or, of the first to be closed, has anything booked;
/// - when the books do not balance.
ClosedBooks close_month(store::Connection& connection, const config::Configuration& active,
                        const MonthOfBooks& books, std::string_view by, time::Instant now);

/// Opens the last closed month of a legal entity again. Throws Error for another one, and without a
/// reason.
void reopen_month(store::Connection& connection, const MonthOfBooks& books, std::string_view by,
                  std::string_view reason, time::Instant now);

/// One closing or opening, for ever.
struct ClosingRecord {
  MonthOfBooks books;
  std::string action;  ///< "close" or "reopen"
  time::Instant at;
  std::string by;
  std::string reason;
  bool stands = false;        ///< the month is closed, and this is what closed it
  std::string trial_balance;  ///< JSON: an array of legal entity's accounts, as it was then
  std::string series_heads;   ///< JSON
};

/// By legal entity and time.
std::vector<ClosingRecord> list_closings(store::Connection& connection);

/// The balances as a closing keeps them: canonical JSON.
std::string to_json(const std::vector<AccountBalance>& balances);

}  // namespace reckoner::accounts
