#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "domain/meter.hpp"
#include "insight/anomaly.hpp"
#include "metering/meter_life.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// Usage of a customer that is far from its own season.
struct UsageAnomaly {
  std::string meter;
  std::string unit;
  bool by_day = false;   ///< whole days were compared; otherwise hours
  time::Period stretch;  ///< whole hours or days on the clocks of the zone
  insight::Anomaly found;
  std::string text;  ///< in words, with the meter's title
};

struct AnomalyQuery {
  CustomerId customer;
  time::Zone zone = time::Zone::utc();
  time::Instant until;  ///< hours and days that are over by then are judged
  int days = 30;        ///< how far back, 1 to 90
};

/// Of the meters that count or sum, by hours and by days (insight::find_anomalies), each against up
/// to eight weeks before; the latest first, at one time by meter. What is younger than four weeks
/// is not judged. Hours stand by the clock: one that is skipped is as a week before, one that is
/// repeated the mean of both. In the snapshot of the caller's transaction, which is
/// kSnapshotReadOnly. Throws as query_meter.
std::vector<UsageAnomaly> find_usage_anomalies(
    store::Connection& connection, const std::vector<domain::Meter>& meters,
    const std::map<std::string, MeterLife, std::less<>>& lives, const AnomalyQuery& query);

/// As the API and --json have it.
void write_anomaly(text::JsonWriter& json, const UsageAnomaly& anomaly);

}  // namespace reckoner::metering
