#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "metering/meter_life.hpp"
#include "metering/query_window.hpp"
#include "metering/text_condition.hpp"
#include "meters/meter_reader.hpp"
#include "money/decimal.hpp"
#include "store/connection.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// What is asked of a meter. Times count to the second: what is behind it is cut off.
struct MeterQuery {
  std::optional<time::Instant> from =
      std::nullopt;  ///< events at or behind it; none: the first event
  std::optional<time::Instant> to = std::nullopt;   ///< events before it; none: all
  std::optional<WindowSize> window = std::nullopt;  ///< none: one row a group over the whole time
  time::Zone zone = time::Zone::utc();
  std::optional<std::vector<std::string>> subjects = std::nullopt;  ///< none: all
  std::optional<std::vector<CustomerId>> customers = std::nullopt;  ///< none: all
  bool by_subject = false;
  bool by_customer = false;
  std::vector<std::string> group_by = {};                          ///< dimensions of the meter
  std::map<std::string, TextCondition, std::less<>> filters = {};  ///< by dimension; all must hold
  std::size_t rows_max = 100'000;
};

/// One group in one window. A group without events has no row.
struct UsageRow {
  time::Period window;  ///< without MeterQuery::window: from and to, where one is missing the
                        ///< minutes of the group's first and last event
  std::optional<std::string> subject;
  std::optional<CustomerId> customer;
  std::vector<std::string> dimensions;  ///< in the order of MeterQuery::group_by; "": has none
  money::Decimal value;                 ///< exact; a quotient to usage::kQuantityDigits
};

/// The answer has more rows than may be, or spans more windows.
class TooManyRows : public Error {
  using Error::Error;
};

/// Months of raw events are needed that were moved to files.
class EventsArchived : public Error {
  using Error::Error;
};

/// Reads what is known of a meter in the snapshot of the caller's transaction, which is
/// kSnapshotReadOnly: every event that was acknowledged before is in it, none twice, voided ones
/// not. Ordered by window, then subject, customer and dimensions. Whole quarter hours come from the
/// stored totals and what is in no cut yet; minutes, what is left of quarter hours at `from` and
/// `to`, and extremes where an event was voided, from the raw events. Throws TooManyRows,
/// EventsArchived, Error for a `from` that is not before `to`, a filter or group that is no
/// dimension of the meter ("invalid group by: x"), and a sum that does not fit a Decimal.
std::vector<UsageRow> query_meter(store::Connection& connection, const domain::Meter& meter,
                                  const MeterLife& life, const MeterQuery& query);

/// The subjects that have usage of the meter, sorted; of these customers alone where they are
/// named.
std::vector<std::string> subjects_of_meter(store::Connection& connection,
                                           const domain::Meter& meter,
                                           const std::optional<std::vector<CustomerId>>& customers);

}  // namespace reckoner::metering
