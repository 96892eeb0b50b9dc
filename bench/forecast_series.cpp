#include "forecast_series.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <random>

#include "base/error.hpp"
#include "time/time.hpp"

namespace reckoner::bench {

namespace {

using money::Decimal;

constexpr std::size_t kTenants = 10;
constexpr int kThousand = 1'000;

/// The same figures on every machine: no distribution of the library, which may differ.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int below(int end) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(end)); }
  /// The value, off by up to `permille` either way; the sum of three throws: most lie near it.
  std::int64_t around(std::int64_t value, int permille) {
    int off = 0;
    for (int i = 0; i < 3; ++i) off += below(2 * permille + 1) - permille;
    return value * (kThousand + off / 2) / kThousand;
  }

 private:
  std::mt19937_64 engine_;
};

constexpr std::array<std::int64_t, 7> kOfficeWeek{1'050, 1'100, 1'080, 1'060, 950, 350, 250};

using Day = std::function<std::int64_t(Dice&, int day)>;

Steps days_made(Dice& dice, int days, const Day& make) {
  Steps steps;
  for (int day = 0; day < days; ++day) {
    steps.emplace_back(std::max<std::int64_t>(0, make(dice, day)));
  }
  return steps;
}

std::int64_t office(Dice& dice, int day, std::int64_t level) {
  return dice.around(level * kOfficeWeek.at(static_cast<std::size_t>(day % 7)) / kThousand, 200);
}

void add_row(std::map<std::string, Steps>& series, const std::string& name, std::size_t at,
             const Decimal& value) {
  Steps& steps = series[name];
  if (steps.size() <= at) steps.resize(at + 1);
  steps[at] += value;
}

SeriesSet set_of(std::string name, std::string step, int season, std::size_t before,
                 std::vector<BillingStretch> stretches, std::map<std::string, Steps> series) {
  SeriesSet set{.name = std::move(name),
                .step = std::move(step),
                .season = season,
                .before = before,
                .stretches = std::move(stretches),
                .series = {}};
  for (auto& [key, steps] : series) {
    steps.resize(std::max(steps.size(), set.stretches.back().end));
    set.series.push_back(std::move(steps));
  }
  return set;
}

std::ifstream opened(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) throw Error("cannot read " + file.string());
  return stream;
}

std::string field(const std::string& line, std::size_t number) {
  std::size_t begin = 0;
  for (; number > 0; --number) begin = line.find(',', begin) + 1;
  const std::size_t end = line.find_first_of(",\r", begin);
  return line.substr(begin, end == std::string::npos ? end : end - begin);
}

/// Each row of a table after its titles.
void for_each_row(const std::filesystem::path& file,
                  const std::function<void(const std::string&, std::size_t)>& take) {
  std::ifstream stream = opened(file);
  std::string line;
  std::getline(stream, line);
  for (std::size_t row = 0; std::getline(stream, line); ++row) {
    if (!line.empty()) take(line, row);
  }
}

/// A trace of an hour: stretches of ten minutes.
const std::vector<BillingStretch> kTenMinutes{{20, 30}, {30, 40}, {40, 50}};

void add_request(std::map<std::string, Steps>& series, const std::string& trace, std::size_t row,
                 std::size_t minute, const Decimal& input, const Decimal& output) {
  for (const std::string& whose : {std::string("all"), std::to_string(row % kTenants)}) {
    const std::string name = trace + " " + whose;
    add_row(series, name + " input", minute, input);
    add_row(series, name + " output", minute, output);
    add_row(series, name + " requests", minute, 1);
  }
}

SeriesSet azure(const std::filesystem::path& directory) {
  std::map<std::string, Steps> series;
  const auto begin = time::parse_instant("2023-11-16T18:15:00Z");
  for (const char* trace : {"code", "conv"}) {
    for_each_row(directory / (std::string("AzureLLMInferenceTrace_") + trace + ".csv"),
                 [&](const std::string& line, std::size_t row) {
                   const auto at = time::parse_instant(field(line, 0) + "Z");
                   add_request(series, trace, row,
                               static_cast<std::size_t>((at - begin) / std::chrono::minutes(1)),
                               Decimal::parse(field(line, 1)), Decimal::parse(field(line, 2)));
                 });
  }
  return set_of("azure-llm-2023", "minute", 1, 10, kTenMinutes, std::move(series));
}

SeriesSet mooncake(const std::filesystem::path& directory) {
  std::map<std::string, Steps> series;
  for_each_row(directory / "conversation_trace.csv", [&](const std::string& line, std::size_t row) {
    const auto minute = std::stoul(field(line, 0)) / 60'000;
    add_request(series, "conversation", row, minute, Decimal::parse(field(line, 1)),
                Decimal::parse(field(line, 2)));
  });
  return set_of("mooncake-llm", "minute", 1, 10, kTenMinutes, std::move(series));
}

/// 17 May 2015 has begun at ten, 20 May ends at nine in the evening.
SeriesSet apache(const std::filesystem::path& directory) {
  std::map<std::string, Steps> series;
  std::ifstream stream = opened(directory / "apache_logs");
  std::string line;
  while (std::getline(stream, line)) {
    const std::size_t bracket = line.find('[');
    const std::size_t quote = line.find("\" ", line.find('"') + 1);
    if (bracket == std::string::npos || quote == std::string::npos) {
      throw Error("apache_logs has a line that is none of an access log: " + line);
    }
    const std::size_t day = std::stoul(line.substr(bracket + 1, 2)) - 17;
    const std::size_t hour = day * 24 + std::stoul(line.substr(bracket + 13, 2));
    const std::string size = line.substr(quote + 6, line.find(' ', quote + 6) - quote - 6);
    const Decimal bytes = size == "-" ? Decimal(0) : Decimal::parse(size);
    const std::size_t client = std::hash<std::string>()(line.substr(0, line.find(' ')));
    for (const std::string& whose : {std::string("all"), std::to_string(client % kTenants)}) {
      add_row(series, whose + " bytes", hour, bytes);
      add_row(series, whose + " requests", hour, 1);
    }
  }
  return set_of("apache-logs", "hour", 24, 24, {{48, 72}, {72, 93}}, std::move(series));
}

}  // namespace

std::vector<SeriesSet> synthetic_days(std::size_t customers) {
  constexpr int kDays = 182;
  const std::vector<std::pair<std::string, Day>> kinds{
      {"weekly season", [](Dice& dice, int day) { return office(dice, day, 10'000); }},
      {"growing 1 % a day",
       [](Dice& dice, int day) {
         std::int64_t level = 10'000;
         for (int i = 0; i < day; ++i) level += level / 100;
         return office(dice, day, level);
       }},
      {"shrinking",
       [](Dice& dice, int day) { return office(dice, day, 20'000 - 100 * std::int64_t{day}); }},
      {"doubled on day 100",
       [](Dice& dice, int day) { return office(dice, day, day < 100 ? 10'000 : 20'000); }},
      {"spikes", [](Dice& dice,
                    int day) { return office(dice, day, 10'000) * (dice.below(20) == 0 ? 8 : 1); }},
      {"hardly used",
       [](Dice& dice, int) {
         return std::int64_t{dice.below(10) == 0 ? 1'000 + dice.below(9'000) : 0};
       }},
      {"noise", [](Dice& dice, int) { return dice.around(10'000, 600); }},
      {"new on day 55",
       [](Dice& dice, int day) { return day < 55 ? 0 : office(dice, day, 10'000); }}};
  std::vector<SeriesSet> sets;
  std::uint64_t seed = 20'261'031;
  for (const auto& [name, make] : kinds) {
    SeriesSet set{.name = "synthetic: " + name,
                  .step = "day",
                  .season = 7,
                  .before = 30,
                  .stretches = {{60, 90}, {90, 120}, {120, 150}, {150, 180}},
                  .series = {}};
    Dice dice(++seed);
    for (std::size_t i = 0; i < customers; ++i) set.series.push_back(days_made(dice, kDays, make));
    sets.push_back(std::move(set));
  }
  return sets;
}

std::vector<SeriesSet> real_series(const std::filesystem::path& directory) {
  std::vector<SeriesSet> sets;
  const auto add = [&](const char* name, SeriesSet (*read)(const std::filesystem::path&)) {
    if (std::filesystem::exists(directory / name)) sets.push_back(read(directory / name));
  };
  add("apache-logs", apache);
  add("azure-llm-2023", azure);
  add("mooncake-llm", mooncake);
  return sets;
}

std::vector<Steps> synthetic_hours(std::size_t customers, std::size_t weeks) {
  constexpr std::size_t kDay = 24;
  std::vector<Steps> all;
  Dice dice(42);
  for (std::size_t customer = 0; customer < customers; ++customer) {
    const int noise = 100 + dice.below(300);
    const std::int64_t level = 1'000 + dice.below(100'000);
    const bool around_the_clock = dice.below(3) == 0;
    Steps hours;
    for (std::size_t hour = 0; hour < weeks * 7 * kDay; ++hour) {
      const std::size_t of_day = hour % kDay;
      const bool working = of_day >= 8 && of_day < 18;
      std::int64_t usual = level * kOfficeWeek.at(hour / kDay % 7) / kThousand;
      if (!working && !around_the_clock) usual /= 10;
      hours.emplace_back(std::max<std::int64_t>(0, dice.around(usual, noise)));
    }
    all.push_back(std::move(hours));
  }
  return all;
}

Steps days_of(const Steps& hours) {
  Steps days;
  for (std::size_t hour = 0; hour < hours.size(); ++hour) {
    if (hour % 24 == 0) days.emplace_back(0);
    days.back() += hours[hour];
  }
  return days;
}

}  // namespace reckoner::bench
