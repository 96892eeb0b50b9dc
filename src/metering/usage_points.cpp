#include "metering/usage_points.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include "store/copy.hpp"

namespace reckoner::metering {

namespace {
bool has_value(domain::Aggregation aggregation) {
  return aggregation != domain::Aggregation::kUniqueCount &&
         aggregation != domain::Aggregation::kHeartbeat;
}
}  // namespace

void UsagePoints::add(CustomerId customer, const UsageEvent& event, std::int32_t seq,
                      const meters::MeterValue& value) {
  if (domain::is_folded(value.meter->aggregation)) return;
  entries_.push_back({customer, &event, seq, &value});
}

void UsagePoints::store(store::Connection& connection, std::int64_t batch_id) {
  if (entries_.empty()) return;
  // In the order of the key: neighbours go to one page of its index.
  const auto key_of = [](const Entry& entry) {
    return std::tie(entry.customer, entry.value->meter->name, entry.event->occurred_at, entry.seq);
  };
  std::sort(entries_.begin(), entries_.end(),
            [&](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
  store::Copy copy(connection, "metering.copy_points", "usage_point",
                   {"customer_id", "meter", "occurred_at", "batch_id", "seq", "subject",
                    "dimensions", "value", "item"});
  for (const Entry& entry : entries_) {
    const meters::MeterValue& value = *entry.value;
    copy.row()
        .add(entry.customer)
        .add(value.meter->name)
        .add(entry.event->occurred_at)
        .add(batch_id)
        .add(entry.seq)
        .add(entry.event->subject)
        .add(value.dimensions)
        .add(has_value(value.meter->aggregation) ? std::optional(value.value) : std::nullopt)
        .add(value.item)
        .end();
  }
  copy.finish();
  entries_.clear();
}

}  // namespace reckoner::metering
