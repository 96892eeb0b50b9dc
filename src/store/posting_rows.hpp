#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "money/money.hpp"
#include "store/connection.hpp"
#include "store/copy.hpp"
#include "time/time.hpp"

namespace reckoner::store {

/// Appends rows to the ledger by COPY, whoever books. Nothing else may run on the connection until
/// finish(). The database refuses entries that do not balance and days in closed months.
class PostingRows {
 public:
  explicit PostingRows(Connection& connection);

  /// `entry` is unique within the customer: 'document:<ordinal>', 'payment:<payment>',
  /// 'credit:<credit>:<movement>', 'lapse:<ordinal>', 'transfer:…'; each of its accounts has one
  /// row.
  void add(CustomerId customer, std::string_view entry, std::string_view account,
           const money::Money& amount, time::Date booked_on, std::string_view legal_entity);
  void finish() { copy_.finish(); }

 private:
  BinaryCopy copy_;
};

/// On which days nothing is booked any more. Reading it keeps months from being closed until the
/// transaction ends; it comes before any customer is locked.
class OpenBooks {
 public:
  static OpenBooks hold(Connection& connection);

  /// The first day on which the legal entity's books are open; none: all days are.
  std::optional<time::Date> open_from(std::string_view legal_entity) const;
  /// The day itself where it is open, else the first open one.
  time::Date booking_day(std::string_view legal_entity, time::Date wanted) const;

 private:
  std::map<std::string, time::Date, std::less<>> open_from_;
};

/// The advisory lock that hold() shares and closing a month takes alone.
inline constexpr std::int64_t kBooksLock = 7263502;

}  // namespace reckoner::store
