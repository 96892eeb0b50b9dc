#include "metering/usage_anomalies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "insight/robust.hpp"
#include "metering/meter_query.hpp"

namespace reckoner::metering {

namespace {

using money::Decimal;

constexpr std::size_t kHours = 24;
constexpr std::size_t kHoursOfWeek = 7 * kHours;
constexpr int kHistoryDays = 56;

std::string day_name(time::Date date) {
  constexpr std::array kNames{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const std::chrono::weekday day{std::chrono::sys_days(date)};
  return fmt::format("{} {}", kNames.at(day.c_encoding()), time::to_string(date));
}

/// What a meter measured by hours of the clock, from the beginning of a day on.
class ClockHours {
 public:
  ClockHours(const time::Zone& zone, time::Date first, time::Instant until)
      : zone_(zone), first_(first) {
    const time::Period range{zone.start_of(first), until};
    const auto most = static_cast<std::size_t>((range.length() / std::chrono::hours(1)) + 2);
    for (const time::Period& window : windows_of(range, WindowSize::kHour, zone, most)) {
      if (window.ends_at > until) break;
      const std::size_t at = place_of(window.starts_at);
      if (windows_.size() <= at) windows_.resize(at + 1);
      ++windows_[at];
    }
    values_.resize(windows_.size());
  }

  /// Of an hour that is over; others are passed over.
  void add(time::Instant starts_at, const Decimal& value) {
    const std::size_t at = place_of(starts_at);
    if (at < values_.size()) values_[at] += value;
  }

  /// By place, hours that the clock skipped or showed twice brought in line.
  std::vector<Decimal> values() const {
    std::vector<Decimal> values = values_;
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (windows_[at] > 1) values[at] = insight::over(values[at], windows_[at]);
      if (windows_[at] == 0 && at >= kHoursOfWeek) values[at] = values[at - kHoursOfWeek];
    }
    return values;
  }
  /// By day, those that are over.
  std::vector<Decimal> days() const {
    std::vector<Decimal> days;
    for (std::size_t at = 0; at + kHours <= values_.size(); at += kHours) {
      Decimal sum;
      for (std::size_t hour = at; hour < at + kHours; ++hour) sum += values_[hour];
      days.push_back(sum);
    }
    return days;
  }

  time::Date date_at(std::size_t place) const {
    return time::add_days(first_, static_cast<std::int64_t>(place / kHours));
  }
  time::Instant starts_at(std::size_t place) const {
    return zone_.resolve({date_at(place), std::chrono::hours(place % kHours)}).instant;
  }

 private:
  std::size_t place_of(time::Instant instant) const {
    const time::LocalTime local = zone_.local(instant);
    const auto day = static_cast<std::size_t>(time::days_between(first_, local.date));
    return day * kHours + static_cast<std::size_t>(local.since_midnight / std::chrono::hours(1));
  }

  const time::Zone zone_;
  const time::Date first_;
  std::vector<int> windows_;  ///< how often the clock showed the hour
  std::vector<Decimal> values_;
};

std::string hours_in_words(const ClockHours& hours, std::size_t first, std::size_t behind) {
  const std::string begin = fmt::format("{:02}:00", first % kHours);
  const std::string end = fmt::format("{:02}:00", behind % kHours);
  if (hours.date_at(first) == hours.date_at(behind - 1)) {
    return fmt::format("{}, {} to {}", day_name(hours.date_at(first)), begin,
                       behind % kHours == 0 ? "24:00" : end);
  }
  return fmt::format("{} {} to {} {}", day_name(hours.date_at(first)), begin,
                     day_name(hours.date_at(behind)), end);
}

std::string days_in_words(const ClockHours& hours, std::size_t first, std::size_t behind) {
  const std::string begin = day_name(hours.date_at(first));
  if (behind - first == kHours) return begin;
  return fmt::format("{} to {}", begin, day_name(hours.date_at(behind - 1)));
}

/// Judges the steps of `length` hours each from the first usage on.
void judge(const domain::Meter& meter, const ClockHours& hours, const std::vector<Decimal>& values,
           std::size_t length, std::size_t from, std::vector<UsageAnomaly>& anomalies) {
  const bool by_day = length == kHours;
  const auto used = std::find_if(values.begin(), values.end(),
                                 [](const Decimal& value) { return !value.is_zero(); });
  const auto skipped = static_cast<std::size_t>(used - values.begin());
  if (skipped >= values.size()) return;
  const std::span<const Decimal> known = std::span(values).subspan(skipped);
  const std::size_t since = from > skipped ? from - skipped : 0;
  for (insight::Anomaly& found : insight::find_anomalies(
           known, since, by_day ? insight::daily_rules() : insight::hourly_rules())) {
    const std::size_t first = (found.first + skipped) * length;
    const std::size_t behind = (found.last + skipped + 1) * length;
    const std::string when =
        by_day ? days_in_words(hours, first, behind) : hours_in_words(hours, first, behind);
    std::string text = fmt::format("{}, {}", meter.title.empty() ? meter.name : meter.title,
                                   insight::words_of(found, when, meter.unit));
    anomalies.push_back({.meter = meter.name,
                         .unit = meter.unit,
                         .by_day = by_day,
                         .stretch = {hours.starts_at(first), hours.starts_at(behind)},
                         .found = std::move(found),
                         .text = std::move(text)});
  }
}

}  // namespace

std::vector<UsageAnomaly> find_usage_anomalies(
    store::Connection& connection, const std::vector<domain::Meter>& meters,
    const std::map<std::string, MeterLife, std::less<>>& lives, const AnomalyQuery& query) {
  const time::Date today = query.zone.date_of(query.until);
  const time::Date first = time::add_days(today, -(query.days + kHistoryDays));
  std::vector<UsageAnomaly> anomalies;
  for (const domain::Meter& meter : meters) {
    if (meter.aggregation != domain::Aggregation::kSum &&
        meter.aggregation != domain::Aggregation::kCount) {
      continue;
    }
    const auto life = lives.find(meter.name);
    const MeterQuery asked{.from = query.zone.start_of(first),
                           .to = query.until,
                           .window = WindowSize::kHour,
                           .zone = query.zone,
                           .customers = std::vector<CustomerId>{query.customer}};
    const std::vector<UsageRow> rows =
        query_meter(connection, meter, life == lives.end() ? MeterLife{} : life->second, asked);
    if (rows.empty()) continue;
    ClockHours hours(query.zone, first, query.until);
    for (const UsageRow& row : rows) hours.add(row.window.starts_at, row.value);
    judge(meter, hours, hours.values(), 1, kHistoryDays * kHours, anomalies);
    judge(meter, hours, hours.days(), kHours, kHistoryDays, anomalies);
  }
  std::stable_sort(anomalies.begin(), anomalies.end(),
                   [](const UsageAnomaly& a, const UsageAnomaly& b) {
                     return a.stretch.starts_at > b.stretch.starts_at;
                   });
  return anomalies;
}

void write_anomaly(text::JsonWriter& json, const UsageAnomaly& anomaly) {
  json.begin_object().key("meter").string(anomaly.meter).key("unit").string(anomaly.unit);
  json.key("step").string(anomaly.by_day ? "DAY" : "HOUR");
  json.key("starts_at").string(time::to_string(anomaly.stretch.starts_at));
  json.key("ends_at").string(time::to_string(anomaly.stretch.ends_at));
  json.key("direction").string(anomaly.found.is_above() ? "above" : "below");
  json.key("quantity").string(anomaly.found.value.to_string());
  json.key("usual").string(anomaly.found.usual.to_string());
  json.key("low").string(anomaly.found.low.to_string());
  json.key("high").string(anomaly.found.high.to_string());
  json.key("score").string(
      money::round(anomaly.found.score, 1, money::Rounding::kHalfEven).to_string());
  json.key("text").string(anomaly.text).end_object();
}

}  // namespace reckoner::metering
