#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "golden/golden.hpp"
#include "time/calendar_duration.hpp"
#include "time/cycle.hpp"
#include "usage/fold.hpp"

namespace reckoner::golden {
namespace {

int day_of_month(time::Date date) {
  return static_cast<int>(unsigned(date.day()));
}

/// The length of an ISO 8601 `interval`, or of `months` and the like.
time::CalendarDuration length(const Json& params) {
  if (const Json* interval = member(params, "interval")) {
    return time::parse_calendar_duration(interval->as_string());
  }
  for (const auto& [name, letter] : {std::pair{"years", 'Y'}, {"weeks", 'W'}, {"days", 'D'}}) {
    if (const Json* count = member(params, name)) {
      return time::parse_calendar_duration(fmt::format("P{}{}", integer(*count), letter));
    }
  }
  return {.months = static_cast<int>(integer(params.at("months")))};
}

/// A bound as the case shows its like: a day or an instant.
Figure bound(const Json* shown, time::Date date, time::Instant at) {
  return shown != nullptr && shown->as_string().size() == 10 ? Figure(date) : Figure(at);
}

Result bounds(const Case& item, const time::CyclePeriod& found) {
  const auto& [period, starts_on, ends_on, label] = found;
  return {{"from", bound(member(item.expected, "from"), starts_on, period.starts_at)},
          {"to", bound(member(item.expected, "to"), ends_on, period.ends_at)},
          {"to_exclusive", bound(member(item.expected, "to_exclusive"), ends_on, period.ends_at)},
          {"to_inclusive", last_second_before(period.ends_at)}};
}

/// As many ends of periods as the case shows, from the first period on.
Result boundaries(const Case& item, const time::CycleRule& rule, time::Instant starts_at) {
  std::vector<Figure> ends;
  time::CyclePeriod period = time::first_period(rule, starts_at);
  for (const Json& wanted : item.expected.at("boundaries").as_array()) {
    ends.push_back(bound(&wanted, period.ends_on, period.period.ends_at));
    period = time::period_from(rule, period.period.ends_at);
  }
  return {{"boundaries", ends}};
}

Result run_anniversary_period(const Case& item) {
  const auto rule = time::CycleRule::through(date(item.params.at("anchor")), length(item.params),
                                             zone(item.params));
  if (const Json* on = member(item.inputs, "on")) {
    return bounds(item, time::period_containing(rule, rule.zone.start_of(date(*on))));
  }
  return boundaries(item, rule, rule.zone.start_of(date(item.inputs.at("start"))));
}

/// A stretch of local days, or the calendar month before the day it is billed on.
Result run_calendar_period(const Case& item) {
  const time::Zone local = zone(item.params);
  if (const Json* billed = member(item.inputs, "billed")) {
    return bounds(item, time::period_containing({.zone = local},
                                                last_second_before(local.start_of(date(*billed)))));
  }
  const time::Date first = date(item.inputs.at("first_local_day"));
  const time::Date next = date(item.inputs.at("next_local_first_day"));
  return bounds(item, {.period = {local.start_of(first), local.start_of(next)},
                       .starts_on = first,
                       .ends_on = next,
                       .label = {}});
}

/// A length of months counts from the start of the period, on the anchor's day.
Result run_next_billing_date(const Case& item) {
  const time::Date anchor = date(item.params.at("anchor"));
  auto rule = time::CycleRule::through(anchor, length(item.params), zone(item.params));
  if (rule.days == 0) {
    rule.anchor = std::nullopt;
    rule.anchor_day = day_of_month(anchor);
  }
  const time::Instant starts_at = rule.zone.start_of(date(item.inputs.at("period_start")));
  return {{"next", time::first_period(rule, starts_at).ends_on}};
}

Result run_local_days_between(const Case& item) {
  const time::Zone local = zone(item.params);
  return {{"days", time::days_between(local.date_of(instant(item.inputs.at("from"))),
                                      local.date_of(instant(item.inputs.at("to"))))}};
}

Result run_recurring_period(const Case& item) {
  const time::CycleRule rule{
      .anchor_day = static_cast<int>(integer(item.params.at("bill_cycle_day"))),
      .zone = zone(item.params)};
  return boundaries(item, rule, rule.zone.start_of(date(item.inputs.at("period_start"))));
}

Result run_period_containing(const Case& item) {
  const time::CycleRule rule{.anchor_day = static_cast<int>(integer(item.params.at("anchor_day"))),
                             .months = length(item.params).months,
                             .zone = zone(item.params)};
  const auto found = time::period_since(rule, rule.zone.start_of(date(item.inputs.at("start"))),
                                        rule.zone.start_of(date(item.inputs.at("target"))));
  Result result = bounds(item, found.period);
  result["elapsed"] = found.elapsed;
  return result;
}

/// The anchor is a day, or an instant that gives the time of day too.
Result run_recurrence(const Case& item) {
  const Json& anchor = item.params.at("anchor");
  const time::Zone local = zone(item.params);
  auto rule = time::CycleRule::through(local.date_of(instant(anchor)), length(item.params), local);
  if (anchor.as_string().size() == 10)
    rule.anchor = date(anchor);
  else
    rule.since_midnight = local.local(instant(anchor)).since_midnight;
  if (const Json* at = member(item.inputs, "at")) {
    return bounds(item, time::period_containing(rule, instant(*at)));
  }
  return boundaries(item, rule, instant(item.inputs.at("start")));
}

Result run_date_add(const Case& item) {
  return {{"end", time::add(instant(item.inputs.at("start")),
                            time::parse_any_duration(item.params.at("add").as_string()),
                            zone(item.params))}};
}

/// The starts of periods, from the one that holds `start`.
Result run_month_buckets(const Case& item) {
  const Json* anchored = member(item.params, "anchor");
  const time::Date start = date(item.inputs.at("start"));
  const auto rule = time::CycleRule::through(anchored == nullptr ? start : date(*anchored),
                                             {.months = 1}, zone(item.params));
  std::vector<Figure> starts;
  auto period = time::period_containing(rule, rule.zone.start_of(start));
  while (starts.size() < item.expected.at("bucket_starts").as_array().size()) {
    starts.emplace_back(period.starts_on);
    period = time::period_from(rule, period.period.ends_at);
  }
  return {{"bucket_starts", starts}};
}

Result run_bill_cycle_day(const Case& item) {
  return {{"bill_cycle_day",
           day_of_month(zone(item.params).date_of(instant(item.inputs.at("effective_at"))))}};
}

Result run_align(const Case& item) {
  return {
      {"aligned", time::month_day(date(item.inputs.at("date")), 0,
                                  static_cast<int>(integer(item.params.at("bill_cycle_day"))))}};
}

/// The calendar month that a billed instant lies in has begun when it is billed.
Result run_billing_day(const Case& item) {
  const time::CycleRule monthly{.zone = zone(item.params)};
  const time::Instant billed = instant(item.inputs.at("probe_billed"));
  return {{"billing_day_starts", time::period_containing(monthly, billed).period.starts_at}};
}

/// How many events lie in the period of each label.
Result run_usage_months(const Case& item) {
  const time::CycleRule monthly{
      .anchor_day = static_cast<int>(integer(item.params.at("bill_cycle_day"))),
      .zone = zone(item.params)};
  std::map<std::string, usage::Fold> months;
  for (const Json& event : item.inputs.at("events_local").as_array()) {
    const auto reading = time::parse_instant(fmt::format("{}:00Z", event.as_string()));
    const time::Instant at = monthly.zone.resolve(time::Zone::utc().local(reading)).instant;
    months[time::period_containing(monthly, at).label].add(1);
  }
  Result result;
  for (const auto& [label, fold] : months) {
    result[label] = usage::quantity_of(fold, domain::Aggregation::kCount);
  }
  return result;
}

const Adapters kTimezone("timezone", {{"anniversary-period", run_anniversary_period},
                                      {"calendar-period", run_calendar_period},
                                      {"next-billing-date", run_next_billing_date},
                                      {"local-days-between", run_local_days_between},
                                      {"recurring-period", run_recurring_period},
                                      {"period-containing", run_period_containing},
                                      {"recurrence", run_recurrence},
                                      {"date-add", run_date_add},
                                      {"month-buckets", run_month_buckets},
                                      {"bill-cycle-day", run_bill_cycle_day},
                                      {"align-to-bill-cycle-day", run_align},
                                      {"billing-day", run_billing_day},
                                      {"usage-months", run_usage_months}});

}  // namespace
}  // namespace reckoner::golden
