#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "time/cycle.hpp"
#include "time/expect.hpp"

namespace reckoner::time {
namespace {

using nlohmann::json;
using namespace std::chrono;

// Cases from other systems' suites (their README says which), run where they are at hand: those
// that must hold and whose model is one of this folder's functions. Time of day and amounts of
// money are matters of other folders.

Zone zone_of(const json& params) {
  const std::string name = params.value("timezone", "UTC");
  return Zone::named(name == "fixed -08:00" ? "Etc/GMT+8" : name);
}

Date date(const json& value) {
  return on(value.get<std::string>().substr(0, 10));
}

int day_of(Date date) {
  return static_cast<int>(unsigned(date.day()));
}

/// A period's bounds as a case shows them: days or instants, the end exclusive or as the last
/// second.
void expect_bounds(const json& expected, const CyclePeriod& period) {
  for (const auto& [key, value] : expected.items()) {
    const bool of_start = key == "from";
    const bool inclusive = key == "to_inclusive";
    if (key == "elapsed") continue;
    ASSERT_TRUE(of_start || inclusive || key == "to_exclusive" || key == "to") << key;
    const auto text = value.get<std::string>();
    if (text.size() == 10) {
      EXPECT_EQ(to_string(of_start ? period.starts_on : period.ends_on), text);
    } else {
      const Instant bound = of_start ? period.period.starts_at : period.period.ends_at;
      EXPECT_EQ(to_string(inclusive ? bound - seconds(1) : bound), text);
    }
  }
}

void expect_boundaries(const CycleRule& rule, const json& start, const json& boundaries) {
  Instant starts_at = rule.zone.start_of(date(start));
  for (const json& boundary : boundaries) {
    const CyclePeriod period = period_from(rule, starts_at);
    EXPECT_EQ(to_string(period.ends_on), boundary.get<std::string>());
    starts_at = period.period.ends_at;
  }
}

/// The period that holds `instant` when the first starts at `starts_at`, and how many lie before
/// it.
std::pair<CyclePeriod, int> walk(const CycleRule& rule, Instant starts_at, Instant instant) {
  CyclePeriod period = period_from(rule, starts_at);
  int elapsed = 0;
  for (; period.period.ends_at <= instant; ++elapsed) {
    period = period_from(rule, period.period.ends_at);
  }
  return {period, elapsed};
}

void run_anniversary_period(const json& params, const json& inputs, const json& expected) {
  const Date anchor = date(params["anchor"]);
  const CycleRule rule{
      .anchor_day = day_of(anchor), .months = params["months"], .zone = zone_of(params)};
  const Instant first = rule.zone.start_of(anchor);
  if (inputs.contains("on")) {
    expect_bounds(expected, walk(rule, first, rule.zone.start_of(date(inputs["on"]))).first);
    return;
  }
  expect_boundaries(rule, inputs["start"], expected["boundaries"]);
}

void run_calendar_period(const json& params, const json& inputs, const json& expected) {
  const Zone zone = zone_of(params);
  if (inputs.contains("billed")) {
    const CycleRule monthly{.zone = zone};
    const Instant billed_at = zone.start_of(date(inputs["billed"]));
    expect_bounds(expected, period_containing(monthly, billed_at - microseconds(1)));
    return;
  }
  const Date first = date(inputs["first_local_day"]);
  const Date next = date(inputs["next_local_first_day"]);
  const auto months = (next.year() / next.month() - first.year() / first.month()).count();
  expect_bounds(expected, period_from({.months = static_cast<int>(months), .zone = zone},
                                      zone.start_of(first)));
}

void run_next_billing_date(const json& params, const json& inputs, const json& expected) {
  const int day = day_of(date(params["anchor"]));
  const Date next = month_day(date(inputs["period_start"]), params["months"], day);
  EXPECT_EQ(to_string(next), expected["next"].get<std::string>());
}

void run_local_days(const json& params, const json& inputs, const json& expected) {
  // The instants are written as wall-clock readings of the zone.
  const Zone zone = zone_of(params);
  const auto instant = [&](const json& text) {
    const LocalTime local = Zone::utc().local(at(text.get<std::string>()));
    return zone.resolve(local).instant;
  };
  const std::int64_t days =
      days_between(zone.date_of(instant(inputs["from"])), zone.date_of(instant(inputs["to"])));
  EXPECT_EQ(std::to_string(days), expected["days"].get<std::string>());
}

void run_recurring_period(const json& params, const json& inputs, const json& expected) {
  const CycleRule rule{.anchor_day = params["bill_cycle_day"], .zone = zone_of(params)};
  expect_boundaries(rule, inputs["period_start"], expected["boundaries"]);
}

void run_period_containing(const json& params, const json& inputs, const json& expected) {
  const CycleRule rule{.anchor_day = params["anchor_day"], .months = params["months"]};
  const Instant start = rule.zone.start_of(date(inputs["start"]));
  const auto [period, elapsed] = walk(rule, start, rule.zone.start_of(date(inputs["target"])));
  expect_bounds(expected, period);
  EXPECT_EQ(std::to_string(elapsed), expected["elapsed"].get<std::string>());
}

void run_recurrence(const json& params, const json& inputs, const json& expected) {
  const CycleRule rule{.anchor_day = day_of(date(params["anchor"]))};
  expect_boundaries(rule, inputs["start"], expected["boundaries"]);
}

void run_date_add(const json& params, const json& inputs, const json& expected) {
  const Date start = date(inputs["start"]);
  const int months = params["add"] == "P1Y" ? 12 : 1;
  const Date end = month_day(start, months, day_of(start));
  EXPECT_EQ(to_string(Zone::utc().start_of(end)), expected["end"].get<std::string>());
}

/// Whether a case needs nothing but what this folder has: no anchor with a time of day, no sum of
/// months and days.
bool maps_cleanly(const json& item) {
  const json& params = item["params"];
  if (item["model"] == "recurrence") {
    return params["interval"] == "P1M" && params["anchor"].get<std::string>().size() == 10;
  }
  if (item["model"] == "date-add") return params["add"] == "P1Y" || params["add"] == "P1M";
  return true;
}

TEST(Golden, CasesOfPeriodsAndZones) {
  const std::filesystem::path path =
      std::filesystem::path(RECKONER_SOURCE_DIR) / "../shared/golden/cases.jsonl";
  std::ifstream file(path);
  if (!file) {
    std::cout << "NOT CHECKED against golden cases: " << path << " is absent\n";
    return;
  }
  using RunModel = void (*)(const json&, const json&, const json&);
  const std::map<std::string, RunModel> models = {
      {"anniversary-period", run_anniversary_period},
      {"calendar-period", run_calendar_period},
      {"next-billing-date", run_next_billing_date},
      {"local-days-between", run_local_days},
      {"recurring-period", run_recurring_period},
      {"period-containing", run_period_containing},
      {"recurrence", run_recurrence},
      {"date-add", run_date_add},
  };
  std::map<std::string, int> run;
  std::map<std::string, int> left_out;
  for (std::string line; std::getline(file, line);) {
    const json item = json::parse(line);
    if (item["area"] != "timezone" || !item["must"].get<bool>()) continue;
    const auto model = item["model"].get<std::string>();
    const auto found = models.find(model);
    if (found == models.end() || !maps_cleanly(item)) {
      ++left_out[model];
      continue;
    }
    SCOPED_TRACE(item["id"].get<std::string>());
    found->second(item["params"], item["inputs"], item["expected"]);
    ++run[model];
  }
  for (const auto& [model, count] : run) std::cout << count << " of " << model << " run\n";
  for (const auto& [model, count] : left_out) {
    std::cout << count << " of " << model << " left out: they need more than this folder has\n";
  }
  EXPECT_FALSE(run.empty());
}

}  // namespace
}  // namespace reckoner::time
