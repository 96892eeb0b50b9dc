#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metering/meter_query.hpp"
#include "usage/fold.hpp"

namespace reckoner::metering {

/// Whose usage of a meter is read.
struct UsageScope {
  const domain::Meter& meter;
  const MeterLife& life;
  std::vector<CustomerId> customers;  ///< all who may have some
  std::optional<std::vector<std::string>> subjects;
};

/// The scope of a query. The customers lead the keys of totals and points, so they are always
/// named: those asked for, or the owners of the subjects.
UsageScope scope_of(store::Connection& connection, const domain::Meter& meter,
                    const MeterLife& life, const MeterQuery& query);

/// A counted event of the meter, as it was sent.
struct ReadEvent {
  CustomerId customer;
  std::string subject;
  time::Instant occurred_at;
  std::string dimensions;
  money::Decimal value;
};

/// Reads the raw events that count and were not voided, a few thousand at a time. Throws
/// EventsArchived where some of that time may lie in files.
void read_events(store::Connection& connection, const UsageScope& scope, const time::Period& time,
                 const std::function<void(const ReadEvent&)>& take);

/// A customer's quarter hour.
struct CustomerBucket {
  CustomerId customer;
  time::Instant bucket;
  friend auto operator<=>(const CustomerBucket&, const CustomerBucket&) = default;
};

/// Where events of the meter were voided.
std::vector<CustomerBucket> voided_buckets(store::Connection& connection, const UsageScope& scope,
                                           const time::Period& time);

/// Which of the parts of a total's key are told apart.
struct TotalsBy {
  bool subject = false;
  bool customer = false;
  bool dimensions = false;
};

struct ReadTotal {
  std::size_t window;  ///< which of the windows
  CustomerId customer;
  std::string subject;
  std::string dimensions;
  usage::Fold fold;
  time::Instant first_bucket;
  time::Instant last_bucket;
};

/// Stored totals and what is in no cut yet of whole quarter hours, summed in windows that begin at
/// `starts`; without the quarter hours of `except`. Throws TooManyRows.
void read_totals(store::Connection& connection, const UsageScope& scope, const time::Period& time,
                 const std::vector<time::Instant>& starts, const TotalsBy& by,
                 const std::vector<CustomerBucket>& except,
                 const std::function<void(const ReadTotal&)>& take);

/// From the first quarter hour that has usage to the end of the last; none where there is no usage.
std::optional<time::Period> extent_of_totals(store::Connection& connection,
                                             const UsageScope& scope);

}  // namespace reckoner::metering
