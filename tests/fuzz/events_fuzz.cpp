// One event as JSON, on its way to the meters: by file, by Kafka and by HTTP it is the same.

#include "base/error.hpp"
#include "fuzz.hpp"
#include "metering/cloud_event.hpp"
#include "metering/http_events.hpp"
#include "metering/kafka_message.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::fuzz {
namespace {
using domain::Meter;
using metering::UsageEvent;

Meter meter(std::string name, domain::Aggregation aggregation, std::string value) {
  Meter made;
  made.name = std::move(name);
  made.event_type = "t";
  made.aggregation = aggregation;
  made.value = std::move(value);
  made.group_by = {{"region", "$.region"}, {"model", "$.a.b"}};
  return made;
}

const meters::MeterReader& meter_reader() {
  static const meters::MeterReader reader({meter("sum", domain::Aggregation::kSum, "$.n"),
                                           meter("max", domain::Aggregation::kMax, "$.a.b"),
                                           meter("count", domain::Aggregation::kCount, "")});
  return reader;
}

void check_meters(const UsageEvent& event) {
  const auto reading = meter_reader().read("t", event.subject, event.data);
  for (const auto& value : reading.values) {
    const std::string printed = value.value.to_string();
    promise(money::Decimal::parse(printed) == value.value, "a quantity reads as it prints");
    promise(value.dimensions.find('\0') == std::string::npos, "dimensions can be stored");
    promise(event.subject.size() + value.dimensions.size() <= meters::kTotalsKeyMax,
            "dimensions fit the key of the totals");
    for (const auto& [name, text] : meters::parse_dimensions(value.dimensions)) {
      promise(name == "region" || name == "model", "dimensions are read as they were written");
    }
  }
}

void check_same(const UsageEvent& a, const UsageEvent& b) {
  promise(metering::key_of(a.source, a.id) == metering::key_of(b.source, b.id), "the same key");
  promise(metering::digest_of(a) == metering::digest_of(b), "the same content");
  promise(a.occurred_at == b.occurred_at, "the same time");
}

void run(std::string_view input) {
  static const auto now = time::parse_instant("2026-10-05T12:00:00Z");
  const auto content =
      metering::read_kafka_message({.topic = "usage", .value = input, .sent_at = now}, "default");
  promise(!content.events.empty() || !content.problem.empty(), "no message is lost");
  for (const UsageEvent& event : content.events) {
    metering::check(event);
    check_meters(event);
    const auto again =
        metering::from_cloud_event(text::parse_json(metering::to_cloud_event(event)));
    check_same(event, again);
  }
  if (!content.problem.empty()) return;
  const metering::HttpEventRules rules{.received_at = now};
  const auto by_http =
      metering::read_http_events({.content_type = "application/json", .body = input}, rules);
  promise(by_http.size() == content.events.size(), "as many by HTTP");
  for (std::size_t i = 0; i < by_http.size(); ++i) check_same(by_http[i], content.events[i]);
}
}  // namespace
}  // namespace reckoner::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reckoner::fuzz::run(reckoner::fuzz::text_of(data, size));
  return 0;
}
