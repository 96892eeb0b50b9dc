#include <fmt/format.h>

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "domain/plan.hpp"
#include "golden/golden.hpp"
#include "pricing/rate.hpp"
#include "usage/fold.hpp"
#include "usage/level.hpp"
#include "usage/series.hpp"
#include "usage/unique.hpp"

namespace reckoner::golden {
namespace {

using domain::Aggregation;

/// What a case gives as its events: values in the order of time, whatever else they are.
std::vector<Json> values_of(const Case& item) {
  for (const char* name : {"values_in_time_order", "values_inside"}) {
    if (const Json* values = member(item.inputs, name)) return values->as_array();
  }
  return item.inputs.at("events").as_array();
}

/// A window without events shows that it has no value; an invoice takes 0.
Figure shown(const Case& item, const std::optional<money::Ratio>& value) {
  if (value || member(item.params, "window") != nullptr) return value;
  return usage::quantity_of(value);
}

/// The numbers among the values; the others are dropped before the fold.
Result run_fold(const Case& item, Aggregation aggregation) {
  usage::Fold fold;
  for (const Json& value : values_of(item)) {
    if (const auto number = number_if_any(value)) fold.add(*number);
  }
  return {{"value", shown(item, usage::value_of(fold, aggregation))}};
}

Adapter folded(Aggregation aggregation) {
  return [aggregation](const Case& item) { return run_fold(item, aggregation); };
}

/// Events are counted whether they carry a number or not; some cases only say how many there are.
usage::Fold counted(const Case& item) {
  usage::Fold fold;
  const Json* events = member(item.inputs, "events");
  if (events != nullptr && events->kind() != Json::Kind::kArray) {
    fold.count = integer(*events);
  } else {
    for ([[maybe_unused]] const Json& value : values_of(item)) fold.add(1);
  }
  return fold;
}

Result run_count(const Case& item) {
  return {{"value", usage::quantity_of(counted(item), Aggregation::kCount)}};
}

/// The instant of "23:57:58", on any one day, or of a full date and time. Midnight as the end of
/// the window that starts before it is that of the next day.
time::Instant clock(const Json& reading, const char* day) {
  const std::string& text = reading.as_string();
  return time::parse_instant(text.size() == 8 ? fmt::format("{}T{}Z", day, text) : text);
}

/// Events are values in order, or [time, value] pairs in a window.
Result run_latest(const Case& item) {
  usage::Latest latest;
  usage::Moment moment;
  const Json* from = member(item.params, "from");
  if (from == nullptr) {
    for (const Json& value : values_of(item)) {
      ++moment.arrival;
      if (const auto number = number_if_any(value)) latest.add(moment, *number);
    }
    return {{"value", shown(item, latest.value())}};
  }
  const char* day = "2026-01-01";
  const std::string& start = from->as_string();
  const std::string& end = item.params.at("to_exclusive").as_string();
  const auto day_of = [&](const std::string& text) { return text < start ? "2026-01-02" : day; };
  const time::Period window{clock(*from, day), clock(item.params.at("to_exclusive"), day_of(end))};
  for (const Json& event : item.inputs.at("events").as_array()) {
    const Json& at = event.as_array().at(0);
    moment = {clock(at, day_of(at.as_string())), ++moment.arrival};
    const auto number = number_if_any(event.as_array().at(1));
    if (number && window.contains(moment.occurred_at)) latest.add(moment, *number);
  }
  return {{"value", shown(item, latest.value())}};
}

usage::Operation operation(const Json& event) {
  const Json* named = member(event, "op");
  return named != nullptr && named->as_string() == "remove" ? usage::Operation::kRemove
                                                            : usage::Operation::kAdd;
}

bool has_begun(const Json& params, time::Instant at) {
  const Json* from = member(params, "from");
  return from == nullptr || instant(*from) <= at;
}

bool is_over(const Json& params, time::Instant at) {
  const Json* last = member(params, "to_inclusive");
  const Json* end = member(params, "to");
  return (last != nullptr && instant(*last) < at) || (end != nullptr && instant(*end) <= at);
}

/// Values, or operations on ids: those of the period and, where ids are carried over, those before.
Result run_unique_count(const Case& item) {
  usage::UniqueIds ids;
  usage::Moment moment;
  if (item.inputs.find("events") == nullptr) {
    for (const Json& value : values_of(item)) {
      ++moment.arrival;
      if (!value.is_null()) ids.apply(canonical(value), moment);
    }
    return {{"value", ids.count()}};
  }
  const Json* recurring = member(item.params, "recurring");
  const bool carried = recurring != nullptr && recurring->as_boolean();
  for (const Json& event : item.inputs.at("events").as_array()) {
    moment = {instant(event.at("ts")), ++moment.arrival};
    if (!is_over(item.params, moment.occurred_at) &&
        (carried || has_begun(item.params, moment.occurred_at))) {
      ids.apply(event.at("id").as_string(), moment, operation(event));
    }
  }
  return {{"value", ids.count()}};
}

/// A report of a series, or what was there before the period.
void add_point(usage::Series& series, time::Instant at, const money::Decimal& value) {
  usage::Point& point = series.points.emplace_back();
  point.occurred_at = at;
  point.value = value;
}

time::Period period_of(const Case& item) {
  return {instant(item.params.at("from")), instant(item.params.at("to"))};
}

std::chrono::seconds duration_of(const Case& item, const char* name,
                                 std::chrono::seconds otherwise) {
  const Json* text = member(item.params, name);
  return text == nullptr ? otherwise : time::parse_duration(text->as_string());
}

/// Changes (`delta`) or statements (`value`) of a level, in the order of time; over the length of
/// the period where no unit of time is said.
Result run_weighted_sum(const Case& item) {
  const time::Period period = period_of(item);
  domain::Meter meter;
  meter.aggregation = Aggregation::kTimeWeighted;
  meter.per =
      duration_of(item, "per", std::chrono::duration_cast<std::chrono::seconds>(period.length()));
  usage::Series series;
  if (const Json* carried = member(item.params, "initial_value")) {
    add_point(series, time::Instant(), decimal(*carried));
  }
  for (const Json& event : item.inputs.at("events").as_array()) {
    const Json* delta = member(event, "delta");
    meter.reports_change = delta != nullptr;
    const time::Instant at = instant(event.at("ts"));
    if (period.contains(at)) {
      add_point(series, at, decimal(delta != nullptr ? *delta : event.at("value")));
    }
  }
  return {{"value", usage::value_of(meter, period, std::span(&series, 1))}};
}

/// Reports (`ts`, and `value` of a counter) of one series, also those around the period.
Adapter of_series(Aggregation aggregation) {
  return [aggregation](const Case& item) {
    domain::Meter meter;
    meter.aggregation = aggregation;
    meter.per = duration_of(item, "per", meter.per);
    meter.gap = duration_of(item, "gap", meter.gap);
    usage::Series series;
    for (const Json& event : item.inputs.at("events").as_array()) {
      const Json* value = member(event, "value");
      add_point(series, instant(event.at("ts")),
                value == nullptr ? money::Decimal(1) : decimal(*value));
    }
    return Result{{"value", usage::value_of(meter, period_of(item), std::span(&series, 1))}};
  };
}

/// The aggregated quantity at a price a unit.
Result priced(const Case& item, const money::Decimal& quantity) {
  const domain::PerUnit rate{decimal(item.params.at("unit_amount"))};
  return {{"amount", money::round_to_currency(pricing::price(rate, quantity), currency(item.params),
                                              money::Rounding::kHalfAwayFromZero)}};
}

Result run_priced_count(const Case& item) {
  return priced(item, usage::quantity_of(counted(item), Aggregation::kCount));
}

Result run_priced_latest(const Case& item) {
  usage::Latest latest;
  usage::Moment moment;
  std::vector<Figure> units;
  std::vector<Figure> amounts;
  for (const Json& value : values_of(item)) {
    ++moment.arrival;
    latest.add(moment, decimal(value));
    units.emplace_back(latest.value());
    amounts.push_back(priced(item, *latest.value()).at("amount"));
  }
  return {{"units_after_each", units}, {"amount_after_each", amounts}};
}

/// An id counts once in each group.
Result run_priced_groups(const Case& item) {
  std::map<std::string, usage::UniqueIds> groups;
  usage::Moment moment;
  for (const Json& event : item.inputs.at("events").as_array()) {
    ++moment.arrival;
    groups[event.as_array().at(1).as_string()].apply(event.as_array().at(0).as_string(), moment);
  }
  usage::Fold fold;
  for (const auto& [group, ids] : groups) fold.add(ids.count());
  return priced(item, usage::quantity_of(fold, Aggregation::kSum));
}

const Adapters kAggregation("aggregation", {{"sum", folded(Aggregation::kSum)},
                                            {"min", folded(Aggregation::kMin)},
                                            {"max", folded(Aggregation::kMax)},
                                            {"avg", folded(Aggregation::kAverage)},
                                            {"count", run_count},
                                            {"latest", run_latest},
                                            {"unique_count", run_unique_count},
                                            {"weighted_sum", run_weighted_sum},
                                            {"heartbeat", of_series(Aggregation::kHeartbeat)},
                                            {"counter", of_series(Aggregation::kCounter)},
                                            {"count+unit", run_priced_count},
                                            {"latest+unit", run_priced_latest},
                                            {"unique_count+unit grouped", run_priced_groups}});

}  // namespace
}  // namespace reckoner::golden
