#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "decisions.hpp"
#include "machine.hpp"
#include "money/money.hpp"
#include "pricing/charge.hpp"
#include "pricing/models.hpp"
#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::bench {

namespace {

using money::Decimal;

constexpr std::int64_t kMegabyte = 1'048'576;
constexpr pricing::Coverage kCoverage{17, 31};
constexpr std::size_t kMeasures = 1'024;
constexpr std::size_t kTransactions = 20;
constexpr std::size_t kGroups = 8;

struct Options {
  double seconds = 1.0;
  int rounds = 5;
  bool json = false;
};

Decimal decimal(std::string_view text) {
  return Decimal::parse(text);
}

template <class Model>
Model five_tiers() {
  Model model;
  model.tiers = {{Decimal(100), decimal("0.10"), decimal("1.00")},
                 {Decimal(1'000), decimal("0.08"), decimal("2.00")},
                 {Decimal(10'000), decimal("0.05"), decimal("3.00")},
                 {Decimal(100'000), decimal("0.03"), decimal("4.00")},
                 {std::nullopt, decimal("0.015"), decimal("5.00")}};
  return model;
}

/// One of each model, in the order of pricing::models().
std::vector<domain::ChargeModel> every_model() {
  const domain::Rate per_unit = domain::PerUnit{decimal("0.03")};
  const domain::Rate graduated = five_tiers<domain::Graduated>();
  domain::Blocks blocks;
  blocks.tiers = {{100, Decimal(10), decimal("1.50")}, {1'000, std::nullopt, decimal("9.00")}};
  domain::Percentage percentage;
  percentage.percent = decimal("2.9");
  percentage.fixed = decimal("0.30");
  percentage.free_count = 3;
  percentage.transaction_maximum = decimal("12");
  domain::Capacity capacity;
  for (const int limit : {1'000, 10'000, 100'000}) {
    capacity.tiers.push_back({{Decimal(limit), Decimal(limit)}, limit});
  }
  capacity.tiers.push_back({{std::nullopt, std::nullopt}, 500'000});
  domain::Matrix matrix;
  matrix.dimensions = {"region"};
  domain::Calendar calendar;
  for (std::size_t i = 0; i < kGroups; ++i) {
    matrix.rows.push_back({{std::nullopt}, per_unit});
    calendar.bands.push_back({"band", {}, {}, {}, per_unit});
  }
  return {domain::Rate(domain::Flat{decimal("9.90")}),
          per_unit,
          graduated,
          domain::Rate(five_tiers<domain::Volume>()),
          domain::Rate(five_tiers<domain::Stairstep>()),
          domain::Rate(five_tiers<domain::GraduatedPercentage>()),
          domain::Rate(domain::Package{100, decimal("1.25")}),
          domain::Rate(std::move(blocks)),
          domain::Rate(domain::Dynamic{decimal("1.2")}),
          percentage,
          std::move(capacity),
          std::move(matrix),
          std::move(calendar),
          domain::Windowed{domain::Window::kDay, per_unit}};
}

/// Different quantities over all tiers; a linear congruence, so that each run prices the same.
std::vector<pricing::Measure> made_up_measures() {
  std::vector<pricing::Measure> measures(kMeasures);
  std::uint64_t state = 1;
  const auto bytes = [&state](std::int64_t megabytes_end) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return Decimal(static_cast<std::int64_t>(state >> 16) % (megabytes_end * kMegabyte));
  };
  std::int64_t megabytes_end = 1;
  for (pricing::Measure& measure : measures) {
    megabytes_end = megabytes_end >= 1'000'000 ? 1 : megabytes_end * 10;
    measure.quantity = bytes(megabytes_end);
    measure.quantities = {bytes(megabytes_end), bytes(megabytes_end)};
    for (std::size_t i = 0; i < kTransactions; ++i) measure.transactions.push_back(bytes(1'000));
    for (std::size_t i = 0; i < kGroups; ++i) {
      measure.groups.push_back({i, "group", bytes(megabytes_end)});
    }
  }
  return measures;
}

/// CPU seconds of this thread: what others do on the machine counts as little as possible.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Prices and rounds line after line for about so many seconds; lines for each of them.
double lines_per_s(const domain::Charge& charge, const domain::OfMeters& metering,
                   const std::vector<pricing::Measure>& measures, double seconds) {
  std::vector<pricing::MeteredStretch> stretches;
  for (const pricing::Measure& measure : measures) {
    stretches.push_back({&charge.terms.front(), {}, measure});
  }
  const money::Currency currency = money::Currency::of("USD");
  const pricing::EnvironmentShare production;
  money::Money total(currency);
  std::int64_t lines = 0;
  const double begun = cpu_seconds();
  double used = 0.0;
  while (used < seconds) {
    for (const pricing::MeteredStretch& stretch : stretches) {
      const pricing::Priced priced =
          pricing::price_metered(charge, metering, {&stretch, 1}, kCoverage, production);
      total +=
          money::round_to_currency(priced.amount, currency, money::Rounding::kHalfAwayFromZero);
    }
    lines += static_cast<std::int64_t>(stretches.size());
    used = cpu_seconds() - begun;
  }
  // The total must be known for the work to be needed.
  if (total.sign() < 0) throw std::logic_error("prices came out negative");
  return static_cast<double>(lines) / used;
}

struct Figure {
  std::string model;
  double lines_per_s = 0.0;  ///< the median of the rounds
  double lowest = 0.0;
  double highest = 0.0;
};

Figure measure(std::string_view name, const domain::ChargeModel& model,
               const std::vector<pricing::Measure>& measures, const Options& options) {
  domain::OfMeters metering;
  metering.meters = {"bytes"};
  metering.unit = "MB";
  metering.unit_size = kMegabyte;
  domain::Charge charge;
  charge.name = "bandwidth";
  charge.source = metering;
  charge.terms = {{std::nullopt, model, Decimal(50), std::nullopt, std::nullopt}};
  std::vector<double> rounds;
  for (int i = 0; i < options.rounds; ++i) {
    rounds.push_back(lines_per_s(charge, metering, measures, options.seconds));
  }
  std::ranges::sort(rounds);
  std::string key(name);
  std::ranges::replace(key, '-', '_');
  return {key, rounds[rounds.size() / 2], rounds.front(), rounds.back()};
}

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

std::string as_json(const Options& options, const Machine& machine,
                    const std::vector<DecisionFigure>& decisions,
                    const std::vector<Figure>& figures) {
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("benchmark").string("pricing");
  json.key("lines_per_s").begin_object();
  for (const Figure& figure : figures) json.key(figure.model).number(fixed(figure.lines_per_s, 0));
  json.end_object().key("decisions_per_s").begin_object();
  for (const DecisionFigure& figure : decisions) {
    json.key(figure.model).number(fixed(figure.decisions_per_s, 0));
  }
  json.end_object().key("range").begin_object();
  for (const Figure& figure : figures) {
    json.key(figure.model).begin_array();
    json.number(fixed(figure.lowest, 0)).number(fixed(figure.highest, 0)).end_array();
  }
  json.end_object();
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("memory_mb").number(machine.memory_mb);
  json.key("system").string(machine.system);
  json.key("load_average_before").number(fixed(machine.load_average, 2)).end_object();
  json.key("versions").begin_object().key("reckoner").string(RECKONER_VERSION);
  json.key("compiler").string(__VERSION__).end_object();
  json.key("settings").begin_object().key("threads").number(1);
  json.key("seconds").string("CPU time of the thread");
  json.key("seconds_a_round").number(fixed(options.seconds, 2));
  json.key("rounds").number(options.rounds);
  json.key("line").string(
      "unit conversion (1048576), allowance of 50 for 17 of 31 days, model, rounding to cents");
  json.key("tiers").number(5).key("transactions").number(kTransactions);
  json.key("groups").number(kGroups);
  json.end_object().end_object();
  return json.finish() + "\n";
}

std::string as_table(const std::vector<Figure>& figures,
                     const std::vector<DecisionFigure>& decisions) {
  text::Table table({{"model", text::Align::kLeft},
                     {"lines/s", text::Align::kRight},
                     {"lowest", text::Align::kRight},
                     {"highest", text::Align::kRight}});
  for (const Figure& figure : figures) {
    table.add({figure.model, fixed(figure.lines_per_s, 0), fixed(figure.lowest, 0),
               fixed(figure.highest, 0)});
  }
  text::Table rules({{"decision model"}, {"decisions/s", text::Align::kRight}});
  for (const DecisionFigure& figure : decisions) {
    rules.add({figure.model, fixed(figure.decisions_per_s, 0)});
  }
  return table.to_string() + "\n" + rules.to_string();
}

int run(int argc, char** argv) {
  Options options;
  std::string only;
  CLI::App app("Prices made-up usage with every model, on one thread.");
  app.add_option("--seconds", options.seconds, "CPU time of a round")
      ->check(CLI::Range(0.01, 60.0))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "of each model; the median counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--model", only, "measure this one alone, such as graduated");
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);

  const Machine machine = this_machine();
  const std::vector<pricing::Measure> measures = made_up_measures();
  std::vector<Figure> figures;
  for (const domain::ChargeModel& model : every_model()) {
    const std::string_view name = pricing::model_of(model).name;
    if (only.empty() || name == only) figures.push_back(measure(name, model, measures, options));
  }
  const std::vector<DecisionFigure> decisions =
      only.empty() ? measure_decisions(RECKONER_SOURCE_DIR "/config", options.seconds)
                   : std::vector<DecisionFigure>{};
  fmt::print("{}", options.json ? as_json(options, machine, decisions, figures)
                                : as_table(figures, decisions));
  return 0;
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  try {
    return reckoner::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "pricing: {}\n", error.what());
    return 1;
  }
}
