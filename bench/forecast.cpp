// How well the end of a period is forecast, beside "the same as last period" and a straight line,
// how often the band holds what came, and how often anomalies are found and wrongly told.

#include "insight/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "forecast_series.hpp"
#include "insight/anomaly.hpp"
#include "machine.hpp"
#include "text/json.hpp"

namespace reckoner::bench {

namespace {

using money::Decimal;

constexpr std::array kElapsedPercent{10, 30, 50, 70, 90};

double binary(const Decimal& value) {
  return std::stod(value.to_string());
}

Decimal sum(const Steps& steps, std::size_t begin, std::size_t end) {
  Decimal total;
  for (std::size_t i = begin; i < end; ++i) total += steps[i];
  return total;
}

/// Errors of one way to forecast.
struct Errors {
  double absolute = 0;
  double relative = 0;
  void add(double forecast, double came) {
    absolute += std::abs(forecast - came);
    relative += std::abs(forecast - came) / came;
  }
};

struct Score {
  std::size_t forecasts = 0;
  std::size_t without_usage = 0;  ///< stretches in which nothing came: left out of all errors
  std::size_t held = 0;
  double came = 0;
  double width = 0;  ///< of the band, by what came
  Errors ours;
  Errors same;
  Errors line;
};

void forecast(const SeriesSet& set, const Steps& steps, const BillingStretch& stretch,
              int elapsed_percent, Score& score) {
  const std::size_t length = stretch.end - stretch.begin;
  const std::size_t elapsed =
      std::max<std::size_t>(1, length * static_cast<std::size_t>(elapsed_percent) / 100);
  const std::size_t at = stretch.begin + elapsed;
  const double came = binary(sum(steps, stretch.begin, stretch.end));
  if (came <= 0) {
    ++score.without_usage;
    return;
  }
  const double so_far = binary(sum(steps, stretch.begin, at));
  const auto rest = insight::forecast_sum(std::span(steps).first(at), set.season,
                                          {.steps = static_cast<int>(stretch.end - at)});
  ++score.forecasts;
  score.came += came;
  score.ours.add(so_far + binary(rest.middle), came);
  score.same.add(binary(sum(steps, stretch.begin - set.before, stretch.end - set.before)), came);
  score.line.add(so_far * static_cast<double>(length) / static_cast<double>(elapsed), came);
  const double low = so_far + binary(rest.low);
  const double high = so_far + binary(rest.high);
  score.width += (high - low) / came;
  if (low <= came && came <= high) ++score.held;
}

Score score_of(const SeriesSet& set, int elapsed_percent) {
  Score score;
  for (const Steps& steps : set.series) {
    for (const BillingStretch& stretch : set.stretches) {
      forecast(set, steps, stretch, elapsed_percent, score);
    }
  }
  return score;
}

std::string number(double value) {
  return fmt::format("{:.2f}", value);
}

void write_score(text::JsonWriter& json, const Score& score) {
  const auto count = static_cast<double>(std::max<std::size_t>(1, score.forecasts));
  const auto write = [&](std::string_view name, const Errors& errors) {
    json.key(name).begin_object();
    json.key("wape_percent").number(number(100 * errors.absolute / std::max(score.came, 1e-9)));
    json.key("mape_percent").number(number(100 * errors.relative / count)).end_object();
  };
  json.key("forecasts").number(score.forecasts);
  json.key("stretches_without_usage").number(score.without_usage);
  write("forecast", score.ours);
  write("same_as_last", score.same);
  write("straight_line", score.line);
  json.key("band_held_percent").number(number(100 * static_cast<double>(score.held) / count));
  json.key("band_width_percent").number(number(100 * score.width / count));
}

void add(Score& all, const Score& one) {
  all.forecasts += one.forecasts;
  all.without_usage += one.without_usage;
  all.held += one.held;
  all.came += one.came;
  all.width += one.width;
  for (auto member : {&Score::ours, &Score::same, &Score::line}) {
    (all.*member).absolute += (one.*member).absolute;
    (all.*member).relative += (one.*member).relative;
  }
}

void write_set(text::JsonWriter& json, const SeriesSet& set) {
  json.begin_object().key("data").string(set.name).key("step").string(set.step);
  json.key("season").number(set.season).key("series").number(set.series.size());
  Score all;
  std::vector<Score> scores;
  for (const int percent : kElapsedPercent) {
    scores.push_back(score_of(set, percent));
    add(all, scores.back());
  }
  write_score(json, all);
  json.key("beats").begin_object();
  json.key("same_as_last").boolean(all.ours.absolute < all.same.absolute);
  json.key("straight_line").boolean(all.ours.absolute < all.line.absolute).end_object();
  json.key("by_elapsed").begin_array();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    json.begin_object().key("elapsed_percent").number(kElapsedPercent.at(i));
    write_score(json, scores[i]);
    json.end_object();
  }
  json.end_array().end_object();
}

constexpr std::size_t kHistoryWeeks = 8;
constexpr std::size_t kJudgedWeeks = 4;
constexpr std::size_t kWeek = 168;
constexpr double kWeeksOfMonth = 30.4 / 7;

/// Alarms on customers to whom nothing happened, and those who get one thing each.
void write_made_up(text::JsonWriter& json, std::string_view name, bool by_day,
                   const std::vector<Steps>& customers) {
  const auto rules = by_day ? insight::daily_rules() : insight::hourly_rules();
  const std::size_t from = kHistoryWeeks * rules.season;
  std::size_t alarms = 0;
  std::size_t spikes = 0;
  std::size_t drops = 0;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    const auto found = [&](const Steps& hours, std::size_t planted) {
      const Steps values = by_day ? days_of(hours) : hours;
      const std::size_t at = by_day ? planted / 24 : planted;
      for (const insight::Anomaly& anomaly : insight::find_anomalies(values, from, rules)) {
        if (anomaly.first <= at && at <= anomaly.last) return true;
      }
      return false;
    };
    const Steps quiet = by_day ? days_of(customers[i]) : customers[i];
    alarms += insight::find_anomalies(quiet, from, rules).size();
    // Wednesday at ten, in one of the weeks judged: five hours of five times as much, a day of
    // nothing.
    const std::size_t planted = (kHistoryWeeks + i % kJudgedWeeks) * kWeek + 2 * 24 + 10;
    Steps spike = customers[i];
    for (std::size_t hour = planted; hour < planted + 5; ++hour) spike[hour] = spike[hour] * 5;
    Steps drop = customers[i];
    for (std::size_t hour = planted - 10; hour < planted + 14; ++hour) drop[hour] = 0;
    if (found(spike, planted)) ++spikes;
    if (found(drop, planted)) ++drops;
  }
  const auto count = static_cast<double>(customers.size());
  json.key(name).begin_object();
  json.key("customers").number(customers.size());
  json.key("false_alarms").number(alarms);
  json.key("false_alarms_per_customer_month")
      .number(fmt::format("{:.3f}", static_cast<double>(alarms) / count * kWeeksOfMonth /
                                        static_cast<double>(kJudgedWeeks)));
  json.key("spikes_found_percent").number(number(100 * static_cast<double>(spikes) / count));
  json.key("drops_found_percent").number(number(100 * static_cast<double>(drops) / count));
  json.end_object();
}

/// Real usage, of which nobody knows what was odd: how much is told.
void write_real(text::JsonWriter& json, const SeriesSet& set) {
  insight::AnomalyRules rules = insight::hourly_rules();
  rules.season = static_cast<std::size_t>(set.season);
  rules.seasons = set.season == 1 ? 30 : 3;
  rules.seasons_needed = set.season == 1 ? 20 : 2;
  const std::size_t from = rules.season * rules.seasons_needed;
  std::size_t alarms = 0;
  std::size_t judged = 0;
  for (const Steps& steps : set.series) {
    const auto until = std::span(steps).first(set.stretches.back().end);
    alarms += insight::find_anomalies(until, from, rules).size();
    judged += until.size() - from;
  }
  json.begin_object().key("data").string(set.name).key("step").string(set.step);
  json.key("series").number(set.series.size()).key("steps_judged").number(judged);
  json.key("told").number(alarms);
  json.key("told_per_720_steps")
      .number(number(720 * static_cast<double>(alarms) / static_cast<double>(judged)));
  json.end_object();
}

std::string report(const std::filesystem::path& data, std::size_t customers) {
  std::vector<SeriesSet> real;
  if (!data.empty()) real = real_series(data);
  std::vector<SeriesSet> made_up = synthetic_days(customers);
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("benchmark").string("forecast");
  const Stopwatch watch;
  json.key("forecasts").begin_array();
  for (const auto* sets : {&real, &made_up}) {
    for (const SeriesSet& set : *sets) write_set(json, set);
  }
  json.end_array();
  json.key("anomalies").begin_object();
  const auto hours = synthetic_hours(customers * 4, kHistoryWeeks + kJudgedWeeks);
  write_made_up(json, "hours", false, hours);
  write_made_up(json, "days", true, hours);
  json.key("real").begin_array();
  for (const SeriesSet& set : real) write_real(json, set);
  json.end_array().end_object();
  const Machine machine = this_machine();
  json.key("seconds").number(number(watch.seconds()));
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("system").string(machine.system);
  json.end_object().key("versions").begin_object();
  json.key("reckoner").string(RECKONER_VERSION).key("compiler").string(__VERSION__).end_object();
  json.key("settings").begin_object().key("data").string(data.string());
  json.key("customers").number(customers).end_object().end_object();
  return json.finish();
}

int usage() {
  fmt::print(stderr, "usage: forecast [--data DIR] [--customers N] [--json]\n");
  return 2;
}

int run(int count, char** arguments) {
  std::filesystem::path data = std::filesystem::path(RECKONER_SOURCE_DIR) / "../shared/data";
  if (!std::filesystem::exists(data)) data.clear();
  std::size_t customers = 50;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--json") continue;
    if (++i == count) return usage();
    if (name == "--data") {
      data = arguments[i];
      if (!std::filesystem::is_directory(data)) throw Error(data.string() + " is no directory");
    } else if (name == "--customers") {
      customers = std::stoul(arguments[i]);
    } else {
      return usage();
    }
  }
  fmt::print("{}\n", report(data, customers));
  return 0;
}

}  // namespace

}  // namespace reckoner::bench

int main(int count, char** arguments) {
  try {
    return reckoner::bench::run(count, arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "forecast: {}\n", error.what());
    return 1;
  }
}
