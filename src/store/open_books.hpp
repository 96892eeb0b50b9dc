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
