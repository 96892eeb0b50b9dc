#include "engine/straight_line.hpp"

#include <algorithm>

#include "engine/usage_series.hpp"

namespace reckoner::engine {

namespace {

constexpr int kDigits = 12;

money::Decimal grown(const money::Decimal& value, const money::Ratio& growth) {
  return money::round(value * growth, kDigits, money::Rounding::kTowardZero);
}

void grow(usage::Fold& fold, const domain::Meter* meter, const money::Ratio& growth) {
  const bool adds_up = meter != nullptr && (meter->aggregation == domain::Aggregation::kSum ||
                                            meter->aggregation == domain::Aggregation::kCount);
  if (!adds_up) return;
  const money::Decimal count =
      money::round(money::Decimal(fold.count) * growth, 0, money::Rounding::kHalfAwayFromZero);
  fold.count = static_cast<std::int64_t>(count.coefficient());
  fold.sum = grown(fold.sum, growth);
}

/// What a meter with events of its own adds up over time.
bool adds_up(domain::Aggregation aggregation) {
  return aggregation == domain::Aggregation::kTimeWeighted ||
         aggregation == domain::Aggregation::kHeartbeat ||
         aggregation == domain::Aggregation::kCounter;
}

}  // namespace

money::Ratio StraightLine::growth(const time::Period& stretch) const {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  const auto so_far = duration_cast<seconds>(instant_ - stretch.starts_at).count();
  const auto whole = duration_cast<seconds>(stretch.ends_at - stretch.starts_at).count();
  if (!draws_on_ || so_far <= 0 || so_far >= whole) return money::Decimal(1);
  return {money::Decimal(whole), money::Decimal(so_far)};
}

std::vector<UsageByMeter> StraightLine::usage(std::span<const UsageQuery> queries,
                                              const std::vector<std::string>& meters,
                                              const meters::MeterReader& reader) {
  auto results = FactReader::usage(queries, meters, reader);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const money::Ratio growth = this->growth(queries[i].period);
    for (auto& [meter, fold] : results[i]) grow(fold, reader.find(meter), growth);
  }
  return results;
}

std::vector<std::vector<UsageDetail>> StraightLine::usage_details(
    std::span<const UsageQuery> queries, const std::vector<std::string>& meters,
    const meters::MeterReader& reader) {
  auto results = FactReader::usage_details(queries, meters, reader);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const money::Ratio growth = this->growth(queries[i].period);
    for (UsageDetail& detail : results[i]) grow(detail.fold, reader.find(detail.meter), growth);
  }
  return results;
}

std::vector<Quantities> StraightLine::quantities(std::span<const QuantityQuery> queries) {
  auto results = FactReader::quantities(queries);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!adds_up(queries[i].meter->aggregation)) continue;
    const money::Ratio growth = this->growth(whole_of(queries[i]));
    results[i].total = grown(results[i].total, growth);
    for (Quantities::Group& group : results[i].groups) {
      group.quantity = grown(group.quantity, growth);
    }
  }
  return results;
}

}  // namespace reckoner::engine
