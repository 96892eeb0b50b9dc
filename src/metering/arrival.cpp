#include "metering/arrival.hpp"

namespace reckoner::metering {

Arrival arrive(const UsageEvent& event, const meters::MeterReader& reader) {
  check(event);
  Arrival arrival;
  arrival.event = &event;
  arrival.key = key_of(event.source, event.id);
  arrival.data = text::canonical(event.data);
  arrival.digest = digest_of(event.type, event.subject, arrival.data);
  arrival.reading = reader.read(event.type, event.subject, event.data);
  return arrival;
}

std::vector<Arrival> arrive(std::span<const UsageEvent> events, const meters::MeterReader& reader) {
  std::vector<Arrival> arrivals;
  arrivals.reserve(events.size());
  for (const UsageEvent& event : events) arrivals.push_back(arrive(event, reader));
  return arrivals;
}

}  // namespace reckoner::metering
