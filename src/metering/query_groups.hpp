#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "metering/meter_query.hpp"
#include "usage/fold.hpp"

namespace reckoner::metering {

/// Which row of the answer a piece of usage belongs to.
struct GroupKey {
  time::Instant window_start;  ///< of the whole time where there are no windows
  std::string subject;
  CustomerId customer;
  std::vector<std::string> dimensions;
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

/// Finds rows for usage as a query says. Made for one query.
class GroupFinder {
 public:
  GroupFinder(const MeterQuery& query, time::Instant whole_start);

  /// nullptr where a filter keeps the dimensions out; otherwise those the query groups by.
  /// Remembers what it was asked.
  const std::vector<std::string>* dimensions_of(std::string_view dimensions);

  /// The start of the window; quick where the last one is asked for again.
  time::Instant window_start(time::Instant occurred_at);

  GroupKey key(time::Instant window_start, std::string_view subject, CustomerId customer,
               const std::vector<std::string>& dimensions) const;

 private:
  struct Seen {
    bool passes;
    std::vector<std::string> dimensions;
  };
  const MeterQuery& query_;
  const time::Instant whole_start_;
  time::Period last_window_{};
  std::map<std::string, Seen, std::less<>> seen_;
};

/// Throws TooManyRows where the answer has as many rows as it may have.
void refuse_more_rows(std::size_t rows, const MeterQuery& query);

/// What is gathered of a group before it becomes a row.
struct Gathered {
  usage::Fold fold;
  time::Instant first;  ///< an instant in the minute or quarter hour of the first event
  time::Instant last;
};

}  // namespace reckoner::metering
