#include "engine/usage_forecast.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/usage_series.hpp"
#include "insight/robust.hpp"
#include "usage/bucket.hpp"

namespace reckoner::engine {

namespace {

using money::Decimal;
using std::chrono::microseconds;

constexpr int kWeek = 7;
constexpr std::chrono::hours kDay{24};
constexpr int kFoldDays = kWeek * insight::kForecastSeasons;
constexpr int kPointDays = kWeek * 4;

bool adds_up(const domain::Meter* meter) {
  return meter != nullptr && (meter->aggregation == domain::Aggregation::kSum ||
                              meter->aggregation == domain::Aggregation::kCount);
}

/// What a meter with events of its own adds up over time.
bool adds_up_over_time(domain::Aggregation aggregation) {
  return aggregation == domain::Aggregation::kTimeWeighted ||
         aggregation == domain::Aggregation::kHeartbeat ||
         aggregation == domain::Aggregation::kCounter;
}

std::vector<std::string> adding_meters(const meters::MeterReader& reader) {
  std::vector<std::string> names;
  for (const domain::Meter& meter : reader.meters()) {
    if (adds_up(&meter)) names.push_back(meter.name);
  }
  return names;
}

Decimal measured(const usage::Fold& fold, const domain::Meter& meter) {
  return meter.aggregation == domain::Aggregation::kCount ? Decimal(fold.count) : fold.sum;
}

/// Adds to a fold whose extremes nobody looks at.
void add(usage::Fold& fold, const domain::Meter& meter, const Decimal& more) {
  if (meter.aggregation == domain::Aggregation::kCount) {
    fold.count += static_cast<std::int64_t>(
        money::round(more, 0, money::Rounding::kHalfAwayFromZero).coefficient());
  } else {
    fold.sum += more;
  }
}

std::vector<time::Period> days_before(time::Instant today, int count) {
  std::vector<time::Period> days;
  for (int back = count; back >= 1; --back) {
    days.push_back({today - kDay * back, today - kDay * (back - 1)});
  }
  return days;
}

Decimal part_of(const Decimal& value, const Decimal& numerator, const Decimal& denominator) {
  return insight::fixed(money::Ratio(value) * money::Ratio(numerator, denominator));
}

}  // namespace

std::optional<UsageForecast::ToCome> UsageForecast::to_come(const time::Period& stretch) const {
  if (!stretch.contains(instant_)) return std::nullopt;
  const time::Instant end = usage::bucket_of(stretch.ends_at);
  if (end <= instant_) return std::nullopt;
  const auto days = (end - instant_ + kDay - microseconds(1)) / kDay;
  const time::Instant today = end - kDay * days;
  const microseconds left = today + kDay - instant_;
  return ToCome{.today = today,
                .end = end,
                .days = {.steps = static_cast<int>(days),
                         .first = money::Ratio(left.count(), microseconds(kDay).count())}};
}

Decimal UsageForecast::more(const std::vector<Decimal>& history, const ToCome& ahead,
                            const time::Period& stretch, const Decimal& so_far) const {
  const bool known = std::any_of(history.begin(), history.end(),
                                 [](const Decimal& day) { return !day.is_zero(); });
  insight::ForecastSum sum;
  if (known) {
    sum = insight::forecast_sum(history, kWeek, ahead.days);
  } else {
    const microseconds passed = instant_ - std::max(stretch.starts_at, ahead.today);
    const microseconds left = ahead.end - instant_;
    if (passed.count() <= 0) return 0;
    sum.middle = part_of(so_far, left.count(), passed.count());
    sum.high = sum.middle * 2;
  }
  if (outcome_ == Outcome::kLow) return sum.low;
  return outcome_ == Outcome::kHigh ? sum.high : sum.middle;
}

Decimal UsageForecast::more_of(const UsageQuery& query, const ToCome& ahead,
                               const std::string& meter, const Decimal& so_far) const {
  static const std::vector<Decimal> kNothing;
  const DailyUsage& days = histories_.at({query.customer, ahead.today});
  const auto found = days.find(meter);
  return more(found == days.end() ? kNothing : found->second, ahead, query.period, so_far);
}

void UsageForecast::learn(std::span<const UsageQuery> queries, const meters::MeterReader& reader) {
  std::vector<UsageQuery> days;
  std::vector<Place> places;
  for (const UsageQuery& query : queries) {
    const auto ahead = to_come(query.period);
    if (!ahead || !histories_.try_emplace({query.customer, ahead->today}).second) continue;
    for (const time::Period& day : days_before(ahead->today, kFoldDays)) {
      days.push_back({query.customer, day});
      places.emplace_back(query.customer, ahead->today);
    }
  }
  if (days.empty()) return;
  const std::vector<UsageByMeter> usage = FactReader::usage(days, adding_meters(reader), reader);
  for (std::size_t i = 0; i < days.size(); ++i) {
    for (const auto& [name, fold] : usage[i]) {
      const domain::Meter* meter = reader.find(name);
      if (!adds_up(meter)) continue;
      std::vector<Decimal>& history = histories_.at(places[i])[name];
      history.resize(kFoldDays);
      history[i % kFoldDays] = measured(fold, *meter);
    }
  }
}

std::vector<UsageByMeter> UsageForecast::usage(std::span<const UsageQuery> queries,
                                               const std::vector<std::string>& meters,
                                               const meters::MeterReader& reader) {
  auto results = FactReader::usage(queries, meters, reader);
  if (!is_ahead()) return results;
  learn(queries, reader);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto ahead = to_come(queries[i].period);
    if (!ahead) continue;
    for (const std::string& name : meters) {
      const domain::Meter* meter = reader.find(name);
      if (!adds_up(meter)) continue;
      const auto known = results[i].find(name);
      const Decimal so_far =
          known == results[i].end() ? Decimal(0) : measured(known->second, *meter);
      const Decimal more = more_of(queries[i], *ahead, name, so_far);
      if (!more.is_zero()) add(results[i][name], *meter, more);
    }
  }
  return results;
}

/// What is to come falls as the last seven days did, a week later.
void UsageForecast::spread(const UsageQuery& query, const ToCome& ahead, const domain::Meter& meter,
                           std::span<const UsageDetail> last_days,
                           std::vector<UsageDetail>& details) const {
  Decimal so_far;
  for (const UsageDetail& detail : details) {
    if (detail.meter == meter.name) so_far += measured(detail.fold, meter);
  }
  const Decimal more = more_of(query, ahead, meter.name, so_far);
  if (more.is_zero()) return;
  Decimal all;
  for (const UsageDetail& detail : last_days) {
    if (detail.meter == meter.name) all += measured(detail.fold, meter);
  }
  const auto put = [&](const std::string& dimensions, time::Instant bucket, const Decimal& part) {
    usage::Fold fold;
    add(fold, meter, part);
    details.push_back({meter.name, dimensions, bucket, fold});
  };
  if (all.is_zero()) return put("", usage::bucket_of(instant_), more);
  Decimal given;
  Decimal passed;
  for (const UsageDetail& detail : last_days) {
    if (detail.meter != meter.name) continue;
    passed += measured(detail.fold, meter);
    // Parts of the running sum lose nothing to rounding.
    const Decimal until = part_of(more, passed, all);
    put(detail.dimensions, std::min(detail.bucket + kDay * kWeek, ahead.end - usage::kBucket),
        until - given);
    given = until;
  }
}

std::vector<std::vector<UsageDetail>> UsageForecast::usage_details(
    std::span<const UsageQuery> queries, const std::vector<std::string>& meters,
    const meters::MeterReader& reader) {
  auto results = FactReader::usage_details(queries, meters, reader);
  if (!is_ahead() || queries.empty()) return results;
  learn(queries, reader);
  std::vector<UsageQuery> last;
  for (const UsageQuery& query : queries) {
    const time::Instant until = usage::bucket_of(instant_);
    last.push_back({query.customer, {until - kDay * kWeek, until}});
  }
  const auto last_days = FactReader::usage_details(last, meters, reader);
  const std::set<std::string> names(meters.begin(), meters.end());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const auto ahead = to_come(queries[i].period);
    if (!ahead) continue;
    for (const std::string& name : names) {
      const domain::Meter* meter = reader.find(name);
      if (adds_up(meter)) spread(queries[i], *ahead, *meter, last_days[i], results[i]);
    }
    std::stable_sort(results[i].begin(), results[i].end(),
                     [](const UsageDetail& a, const UsageDetail& b) {
                       return std::tie(a.meter, a.bucket, a.dimensions) <
                              std::tie(b.meter, b.bucket, b.dimensions);
                     });
  }
  return results;
}

std::vector<Quantities> UsageForecast::quantities(std::span<const QuantityQuery> queries) {
  auto results = FactReader::quantities(queries);
  if (!is_ahead()) return results;
  std::vector<QuantityQuery> days;
  std::vector<std::pair<Place, std::string>> places;
  for (const QuantityQuery& query : queries) {
    const auto ahead = to_come(whole_of(query));
    if (!ahead || !adds_up_over_time(query.meter->aggregation)) continue;
    const std::pair<Place, std::string> place{{query.customer, ahead->today}, query.meter->name};
    if (!measured_.try_emplace(place).second) continue;
    days.push_back({query.customer, query.meter, days_before(ahead->today, kPointDays), {}});
    places.push_back(place);
  }
  const std::vector<Quantities> measured = FactReader::quantities(days);
  for (std::size_t i = 0; i < days.size(); ++i) {
    std::vector<Decimal>& history = measured_.at(places[i]);
    history.resize(kPointDays);
    for (const Quantities::Group& group : measured[i].groups) {
      history[group.window] += group.quantity;
    }
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const time::Period whole = whole_of(queries[i]);
    const auto ahead = to_come(whole);
    if (!ahead || !adds_up_over_time(queries[i].meter->aggregation)) continue;
    const Decimal so_far = results[i].total;
    const Decimal more =
        this->more(measured_.at({{queries[i].customer, ahead->today}, queries[i].meter->name}),
                   *ahead, whole, so_far);
    if (more.is_zero()) continue;
    results[i].total += more;
    for (Quantities::Group& group : results[i].groups) {
      if (!so_far.is_zero()) group.quantity += part_of(more, group.quantity, so_far);
    }
    if (results[i].groups.empty()) {
      results[i].groups.push_back(
          {std::vector<std::string>(queries[i].by.size()), queries[i].windows.size() - 1, more});
    }
  }
  return results;
}

}  // namespace reckoner::engine
