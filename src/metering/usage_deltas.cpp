#include "metering/usage_deltas.hpp"

#include "base/error.hpp"
#include "store/copy.hpp"
#include "usage/bucket.hpp"

namespace reckoner::metering {

void UsageDeltas::add(CustomerId customer, const UsageEvent& event,
                      const meters::MeterValue& value) {
  const Key key{customer, usage::bucket_of(event.occurred_at), value.meter->name, event.subject,
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
  store::Copy copy(connection, "metering.copy_deltas", "usage_delta",
                   {"customer_id", "batch_id", "meter", "subject", "dimensions", "bucket",
                    "event_count", "value_sum", "value_min", "value_max"});
  const auto write = [&](const Key& key, const usage::Fold& fold) {
    const auto& [customer, bucket, meter, subject, dimensions] = key;
    copy.row()
        .add(customer)
        .add(batch_id)
        .add(meter)
        .add(subject)
        .add(dimensions)
        .add(bucket)
        .add(fold.count)
        .add(fold.sum)
        .add(fold.min)
        .add(fold.max)
        .end();
  };
  for (const auto& [key, fold] : full_) write(key, fold);
  for (const auto& [key, fold] : folds_) write(key, fold);
  copy.finish();
}

}  // namespace reckoner::metering
