#include "metering/metering_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
constexpr store::Statement kUnclaimed{"metering.unclaimed_batches", R"(
  select batch_id, source, received_at, count(*) over () as batches
    from ingest_batch where cut is null order by received_at, batch_id limit 1)"};

constexpr store::Statement kQuarantine{"metering.open_quarantine", R"(
  select count(*) as open from quarantine where state = 'open')"};

constexpr store::Statement kDeliveries{"metering.deliveries_by_namespace", R"(
  select t.namespace, t.received, t.counted, t.duplicate, t.refused,
         coalesce(d.dropped, 0) as dropped
    from (select namespace, sum(received)::bigint as received, sum(counted)::bigint as counted,
                 sum(duplicate)::bigint as duplicate, sum(quarantined)::bigint as refused
            from ingest_tally group by namespace) t
    left join (select namespace, sum(deliveries)::bigint as dropped
                 from quarantine where state = 'dropped' group by namespace) d
           on d.namespace = t.namespace
   order by t.namespace)"};

/// A label's value, escaped.
std::string label(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void describe(std::string& out, std::string_view name, std::string_view type,
              std::string_view help) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}
}  // namespace

UnclaimedBatches unclaimed_batches(store::Connection& connection, time::Instant now) {
  const auto row = connection.query(kUnclaimed).at_most_one();
  if (!row) return {};
  const auto waited =
      std::chrono::duration_cast<std::chrono::seconds>(now - row->instant("received_at"));
  return {.count = row->int64("batches"),
          .oldest = row->int64("batch_id"),
          .oldest_source = row->text("source"),
          .age = std::max(waited, std::chrono::seconds(0))};
}

std::vector<Deliveries> deliveries_by_namespace(store::Connection& connection) {
  std::vector<Deliveries> all;
  for (const store::Row& row : connection.query(kDeliveries)) {
    const std::int64_t dropped = row.int64("dropped");
    all.push_back({.namespace_name = row.text("namespace"),
                   .received = row.int64("received"),
                   .counted = row.int64("counted"),
                   .duplicate = row.int64("duplicate"),
                   .quarantined = row.int64("refused") - dropped,
                   .dropped = dropped});
  }
  return all;
}

std::int64_t open_quarantine(store::Connection& connection) {
  return connection.query(kQuarantine).only().int64("open");
}

void require_cut_within(store::Connection& connection, time::Instant now,
                        std::chrono::seconds lag_max) {
  const UnclaimedBatches unclaimed = unclaimed_batches(connection, now);
  if (unclaimed.age <= lag_max) return;
  throw Error(fmt::format(
      "usage has waited {} for a cut (batch {} of {}, {} batches in all), longer than "
      "billing.metering.cutLagMax allows: look why no cut was closed, then close one with: "
      "reckoner cut",
      time::to_string(unclaimed.age), *unclaimed.oldest, unclaimed.oldest_source, unclaimed.count));
}

std::string metering_metrics(store::Connection& connection, time::Instant now) {
  std::string out;
  const UnclaimedBatches unclaimed = unclaimed_batches(connection, now);
  describe(out, "reckoner_metering_cut_lag_seconds", "gauge",
           "Age of the oldest batch of events that no cut has claimed.");
  out += fmt::format("reckoner_metering_cut_lag_seconds {}\n", unclaimed.age.count());
  describe(out, "reckoner_metering_unclaimed_batches", "gauge",
           "Batches of events that no cut has claimed.");
  out += fmt::format("reckoner_metering_unclaimed_batches {}\n", unclaimed.count);
  describe(out, "reckoner_metering_quarantine_open", "gauge", "Events in quarantine.");
  out += fmt::format("reckoner_metering_quarantine_open {}\n", open_quarantine(connection));
  describe(out, "reckoner_metering_deliveries_received_total", "counter",
           "Deliveries of events by namespace.");
  std::string outcomes;
  describe(outcomes, "reckoner_metering_deliveries", "gauge",
           "What became of all deliveries by namespace; the sum is what was received.");
  std::string lost;
  describe(lost, "reckoner_metering_deliveries_unaccounted", "gauge",
           "Deliveries received of which nothing has become: always 0.");
  for (const Deliveries& deliveries : deliveries_by_namespace(connection)) {
    const std::string name = label(deliveries.namespace_name);
    out += fmt::format("reckoner_metering_deliveries_received_total{{namespace=\"{}\"}} {}\n", name,
                       deliveries.received);
    for (const auto& [outcome, count] :
         {std::pair("counted", deliveries.counted), std::pair("duplicate", deliveries.duplicate),
          std::pair("quarantined", deliveries.quarantined),
          std::pair("dropped", deliveries.dropped)}) {
      outcomes +=
          fmt::format("reckoner_metering_deliveries{{namespace=\"{}\",outcome=\"{}\"}} {}\n", name,
                      outcome, count);
    }
    lost += fmt::format("reckoner_metering_deliveries_unaccounted{{namespace=\"{}\"}} {}\n", name,
                        deliveries.received - deliveries.counted - deliveries.duplicate -
                            deliveries.quarantined - deliveries.dropped);
  }
  return out + outcomes + lost;
}

}  // namespace reckoner::metering
