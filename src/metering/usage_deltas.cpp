#include "metering/usage_deltas.hpp"

#include <functional>

#include "base/error.hpp"
#include "store/copy.hpp"
#include "usage/bucket.hpp"
#include "usage/series.hpp"

namespace reckoner::metering {

std::size_t UsageDeltas::Hash::operator()(const Key& key) const {
  std::size_t hash = 0;
  const auto mix = [&hash](std::size_t part) {
    constexpr std::size_t kGoldenRatio = 0x9e3779b97f4a7c15;
    hash ^= part + kGoldenRatio + (hash << 6) + (hash >> 2);
  };
  mix(std::hash<std::int64_t>()(key.customer.value));
  mix(std::hash<std::int64_t>()(key.bucket.time_since_epoch().count()));
  mix(std::hash<const domain::Meter*>()(key.meter));
  mix(std::hash<std::string_view>()(key.subject));
  mix(std::hash<std::string_view>()(key.dimensions));
  return hash;
}

void UsageDeltas::add(CustomerId customer, const UsageEvent& event,
                      const meters::MeterValue& value) {
  const Key key{customer, usage::bucket_of(event.occurred_at), value.meter, event.subject,
                value.dimensions};
  usage::Fold& fold = folds_[key];
  usage::Fold sum = fold;
  try {
    sum.add(value.value);
  } catch (const Error&) {
    full_.emplace_back(key, fold);
    sum = {};
    sum.add(value.value);
  }
  fold = sum;
}

void UsageDeltas::store(store::Connection& connection, std::int64_t batch_id) const {
  if (folds_.empty()) return;
  store::Copy copy(
      connection, "metering.copy_deltas", "usage_delta",
      {"customer_id", "batch_id", "meter", "subject", "dimensions", "bucket", "event_count",
       "value_sum", "value_min", "value_max", "carries", "reach_seconds"});
  const auto write = [&](const Key& key, const usage::Fold& fold) {
    copy.row()
        .add(key.customer)
        .add(batch_id)
        .add(key.meter->name)
        .add(key.subject)
        .add(key.dimensions)
        .add(key.bucket)
        .add(fold.count)
        .add(fold.sum)
        .add(fold.min)
        .add(fold.max)
        .add(domain::carries_over(key.meter->aggregation))
        .add(std::int64_t{usage::reach_of(*key.meter).count()})
        .end();
  };
  for (const auto& [key, fold] : full_) write(key, fold);
  for (const auto& [key, fold] : folds_) write(key, fold);
  copy.finish();
}

}  // namespace reckoner::metering
