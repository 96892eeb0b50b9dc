#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "config/configuration.hpp"
#include "store/open_books.hpp"

namespace reckoner::engine {

/// Nothing may be issued today: the clock is behind what was issued, or the month is closed. No
/// fault of a customer's.
class IssueRefused : public Error {
 public:
  using Error::Error;
};

/// The days on which the documents of one transaction are issued: each legal entity's own, fixed
/// once.
class IssueDays {
 public:
  /// What the calendar of each legal entity shows at `now`.
  IssueDays(const config::Configuration& configuration, time::Instant now);
  /// The same day for all.
  explicit IssueDays(time::Date day) : same_(day) {}

  /// Throws Error for a legal entity that the configuration does not have.
  time::Date of(std::string_view legal_entity) const;

  /// Throws IssueRefused where one of the days lies in a closed month.
  void check(const store::OpenBooks& books) const;

 private:
  std::optional<time::Date> same_;
  std::map<std::string, time::Date, std::less<>> days_;
};

}  // namespace reckoner::engine
