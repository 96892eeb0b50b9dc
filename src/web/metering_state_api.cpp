#include "metering/arrivals.hpp"
#include "metering/metering_metrics.hpp"
#include "store/transaction.hpp"
#include "web/console_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kSecondsOfRate = 60;

void write_deliveries(text::JsonWriter& json, const metering::Deliveries& deliveries) {
  json.begin_object().key("received").number(deliveries.received);
  json.key("counted").number(deliveries.counted).key("duplicate").number(deliveries.duplicate);
  json.key("quarantined").number(deliveries.quarantined);
  json.key("dropped").number(deliveries.dropped).key("holds");
  json.boolean(deliveries.received == deliveries.counted + deliveries.duplicate +
                                          deliveries.quarantined + deliveries.dropped);
  json.end_object();
}

metering::Deliveries sum_of(const std::vector<metering::Deliveries>& all) {
  metering::Deliveries sum;
  for (const metering::Deliveries& one : all) {
    sum.received += one.received;
    sum.counted += one.counted;
    sum.duplicate += one.duplicate;
    sum.quarantined += one.quarantined;
    sum.dropped += one.dropped;
  }
  return sum;
}

void write_counts(text::JsonWriter& json, const metering::Arrivals::Counts& counts) {
  json.key("received").number(counts.received).key("counted").number(counts.counted);
  json.key("duplicate").number(counts.duplicate).key("quarantined").number(counts.quarantined);
}

void write_cut(text::JsonWriter& json, store::Connection& connection, time::Instant now) {
  const metering::LastCut cut = metering::last_cut(connection);
  const metering::UnclaimedBatches waiting = metering::unclaimed_batches(connection, now);
  json.key("cut").begin_object().key("cut").number(cut.cut);
  write_instant(json, "closed_at", cut.closed_at);
  json.key("waiting_batches").number(waiting.count);
  json.key("lag_seconds").number(waiting.age.count()).end_object();
}

/// Tenths, without binary arithmetic.
std::string rate_of(std::int64_t events) {
  const std::int64_t tenths = events * 10 / kSecondsOfRate;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

Response show_metering(const ConsoleApi& api) {
  const time::Instant now = api.now();
  const auto lease = take_connection(api.pool());
  store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  const metering::Arrivals arrivals = metering::recent_arrivals(*lease, now);
  const auto deliveries = metering::deliveries_by_namespace(*lease);
  text::JsonWriter json;
  json.begin_object().key("at").string(time::to_string(now));
  json.key("events_per_second").number(std::string_view(rate_of(arrivals.last_minute)));
  write_cut(json, *lease, now);
  json.key("deliveries");
  write_deliveries(json, sum_of(deliveries));
  json.key("namespaces").begin_array();
  for (const metering::Deliveries& one : deliveries) {
    json.begin_object().key("namespace").string(one.namespace_name).key("deliveries");
    write_deliveries(json, one);
    json.end_object();
  }
  json.end_array().key("sources").begin_array();
  for (const metering::Arrivals::Source& source : arrivals.sources) {
    json.begin_object().key("source").string(source.name);
    write_counts(json, source.counts);
    json.key("last_at").string(time::to_string(source.last_at)).end_object();
  }
  json.end_array().key("minutes").begin_array();
  for (const metering::Arrivals::Minute& minute : arrivals.minutes) {
    json.begin_object().key("at").string(time::to_string(minute.at));
    write_counts(json, minute.counts);
    json.end_object();
  }
  json.end_array();
  json.key("quarantine_open").number(metering::open_quarantine(*lease)).key("kafka").begin_array();
  for (const metering::KafkaPosition& position : metering::kafka_positions(*lease)) {
    json.begin_object().key("topic").string(position.topic);
    json.key("partition").number(position.partition);
    json.key("next_offset").number(position.next_offset);
    json.key("updated_at").string(time::to_string(position.updated_at)).end_object();
  }
  json.end_array().end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> metering_state_routes(const ConsoleApi& api) {
  return {staff_route("GET", "/api/v1/metering", Right::kConsole,
                      [api](const Request&) { return show_metering(api); })};
}

}  // namespace reckoner::web
