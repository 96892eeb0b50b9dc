#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <future>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "event_request.hpp"
#include "http_exchange.hpp"
#include "insight/budget.hpp"
#include "load.hpp"
#include "machine.hpp"
#include "service.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

// Ingestion with thresholds of budgets to look at, and without, in turns. Meanwhile customers who
// were quiet reach a threshold with one event each.

namespace reckoner::bench {

namespace {

constexpr int kThresholds = 10;  // of each customer
constexpr std::chrono::seconds kCrossEvery{2};
constexpr std::chrono::seconds kToldAtLast{120};

struct Options {
  std::filesystem::path program;
  std::filesystem::path data_directory = std::filesystem::temp_directory_path();
  std::size_t customers = 10'000;
  int rounds = 3;
  double seconds = 15.0;
  bool json = false;
};

std::atomic<bool> stop{false};

/// One stretch of load.
struct Round {
  double events_per_s = 0.0;
  double cpu_us_per_event = 0.0;  ///< of daemon and PostgreSQL
  std::int64_t looks = 0;         ///< that were over within it
};

struct Figures {
  std::vector<Round> without;
  std::vector<Round> with;
  /// From the last acknowledgement of a stretch with budgets until all of it was looked at.
  std::vector<double> behind_seconds;
  /// From the acknowledgement of usage that reaches a threshold until that is told.
  std::vector<double> told_seconds;
};

text::Json fixed(double value, int digits) {
  return text::parse_json(fmt::format("{:.{}f}", value, digits));
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double median_of(const std::vector<Round>& rounds, double Round::*figure) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(round.*figure);
  return median(std::move(values));
}

/// The two stretches of a round lie side by side, and every other round begins with the budgets:
/// what the machine does meanwhile, and what tables that grow cost, is alike for both.
double ratio_of(const Figures& figures, double Round::*figure) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < figures.with.size(); ++i) {
    ratios.push_back(figures.with[i].*figure / figures.without[i].*figure);
  }
  return median(std::move(ratios));
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        directory_(options.data_directory),
        service_({.program = options.program,
                  .directory = directory_.path(),
                  .customers = options.customers + crossings(options),
                  .subjects = options.customers + crossings(options)}),
        next_crossing_(options.customers) {
    subscribe();
    service_.checkpoint();
  }

  Figures measure() {
    const std::size_t daemon = service_.start_daemon();
    port_ = service_.port(daemon);
    LoadOptions load_options;
    load_options.key = service_.key();
    load_options.subject = [customers = options_.customers, batch = load_options.batch](
                               std::size_t connection, std::size_t slot) {
      return Service::subject((connection * batch + slot) % customers);
    };
    Load load(load_options, {port_});
    Figures figures;
    stretch(load, false, figures);  // warm
    for (int i = 0; i < options_.rounds; ++i) {
      const bool first = i % 2 == 1;
      for (const bool with : {first, !first}) measure(load, with, figures);
    }
    service_.stop_daemons();
    return figures;
  }

 private:
  /// In each stretch, and the one that warms.
  static std::size_t crossings(const Options& options) {
    const auto each = static_cast<std::size_t>(options.seconds / kCrossEvery.count()) + 1;
    return each * (2 * static_cast<std::size_t>(options.rounds) + 1);
  }

  /// One stretch, and what is left to do after it.
  void measure(Load& load, bool with, Figures& figures) {
    set_budgets(with);
    (with ? figures.with : figures.without).push_back(stretch(load, with, figures));
    const double behind = catch_up();
    if (with) figures.behind_seconds.push_back(behind);
  }

  store::Connection connect() {
    return store::Connection({.conninfo = service_.cluster().conninfo(store::Role::kOwner)});
  }

  void subscribe() {
    const std::filesystem::path path = directory_.path() / "subscriptions.csv";
    std::ofstream file(path);
    file << "key,customer,plan,starts-on\n";
    const std::string month = time::to_string(std::chrono::time_point_cast<time::Instant::duration>(
                                                  std::chrono::system_clock::now()))
                                  .substr(0, 7);
    for (std::size_t i = 0; i < options_.customers + crossings(options_); ++i) {
      file << fmt::format("s,customer-{:05},Professional,{}-01\n", i, month);
    }
    if (!file.flush()) throw Error(fmt::format("cannot write {}", path.string()));
    service_.run({"import", "subscriptions", path});
  }

  void set_budgets(bool there) {
    std::string budgets = "[]";
    std::string of_crossings = "[]";
    if (there) {
      insight::Budget budget{.amount = {money::Decimal(1'000'000), money::Currency::of("USD")},
                             .thresholds = {}};
      for (int i = 1; i <= kThresholds; ++i) {
        budget.thresholds.push_back({.percent = 100 * i / kThresholds, .amount = std::nullopt});
      }
      budgets = insight::to_json(std::vector{budget});
      budget.charge = kMetersOfLoad[0].meter;
      budget.amount = {money::Decimal(1), budget.amount.currency()};
      of_crossings = insight::to_json(std::vector{budget});
    }
    auto connection = connect();
    connection.execute({"bench budgets", R"(
      insert into customer_setting (customer_id, language, time_zone, mails, also_to, budgets,
                                    changed_at, changed_by)
      select customer_id, '', '', true, '{}', case when key < $3 then $1 else $2 end, now(), 'bench'
        from customer
      on conflict (customer_id) do update set budgets = excluded.budgets, changed_at = now())"},
                       {budgets, of_crossings, customer(options_.customers)});
  }

  static std::string customer(std::size_t number) { return fmt::format("customer-{:05}", number); }

  Round stretch(Load& load, bool with, Figures& figures) {
    Round round;
    std::atomic<bool> over{false};
    auto looks = std::async(std::launch::async, [&] { return count_looks(over); });
    auto crossings = std::async(std::launch::async, [&] { return cross(over, with); });
    const CpuUse before = service_.cpu();
    const LoadFigures loaded = load.run(
        {.duration = std::chrono::nanoseconds(static_cast<std::int64_t>(options_.seconds * 1e9))},
        stop);
    const CpuUse after = service_.cpu();
    over = true;
    round.looks = looks.get();
    const std::vector<double> told = crossings.get();
    if (stop) throw Error("stopped");
    figures.told_seconds.insert(figures.told_seconds.end(), told.begin(), told.end());
    round.events_per_s = loaded.events_per_s();
    round.cpu_us_per_event =
        (after.daemons + after.postgresql - before.daemons - before.postgresql) * 1e6 /
        static_cast<double>(loaded.events);
    return round;
  }

  /// That were over before the stretch was.
  std::int64_t count_looks(const std::atomic<bool>& over) {
    auto connection = connect();
    std::int64_t looks = 0;
    std::string last;
    while (!over) {
      for (const store::Row& row :
           connection.query({"bench look",
                             "select coalesce(max(looked_at)::text, '') as at from budget_look"})) {
        if (row.text("at") != last && !last.empty()) ++looks;
        last = row.text("at");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return looks;
  }

  /// One customer after the other, until the stretch is over. Gives how long each took to be told.
  std::vector<double> cross(const std::atomic<bool>& over, bool with) {
    auto connection = connect();
    HttpExchange exchange(port_);
    std::vector<double> told;
    while (!over) {
      const auto next = std::chrono::steady_clock::now() + kCrossEvery;
      const std::size_t number = next_crossing_++;
      RK_CHECK(number < options_.customers + Bench::crossings(options_));
      send_usage(exchange, number);
      const Stopwatch since;
      while (with && !stop && !is_told(connection, customer(number))) {
        if (since.seconds() > static_cast<double>(kToldAtLast.count())) {
          throw Error(fmt::format("{} is not told", customer(number)));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      if (with) told.push_back(since.seconds());
      while (!over && std::chrono::steady_clock::now() < next) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
    return told;
  }

  static bool is_told(store::Connection& connection, const std::string& customer) {
    return connection
        .query({"bench told", R"(
          select exists (select from alert a join customer_key k on k.customer_id = a.customer_id
                          where k.key = $1) as told)"},
               {customer})
        .only()
        .boolean("told");
  }

  /// Ten terabytes.
  void send_usage(HttpExchange& exchange, std::size_t number) {
    const std::string body = fmt::format(
        R"({{"specversion":"1.0","id":"{0}","source":"crossing","type":"{1}","subject":"{2}",)"
        R"("data":{{"{3}":10000000000000}}}})",
        number, kMetersOfLoad[0].meter, Service::subject(number), kMetersOfLoad[0].value);
    const std::string request = fmt::format(
        "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        "Content-Type: application/cloudevents+json\r\nContent-Length: {}\r\n"
        "Authorization: Bearer {}\r\n\r\n{}",
        body.size(), service_.key(), body);
    for (;;) {
      const HttpAnswer* answer = exchange.send(request);
      if (answer != nullptr && answer->status() / 100 == 2) return;
      if (stop) return;
      if (answer != nullptr && answer->status() != 429 && answer->status() < 500) {
        throw Error(answer->bytes().substr(0, 600));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  /// Until a look has seen everything that was acknowledged.
  double catch_up() {
    const Stopwatch watch;
    auto connection = connect();
    while (!stop) {
      const auto row = connection
                           .query({"bench behind", R"(
          select coalesce(max(l.cut), 0) >= (select cut from cut_counter)
                 and not exists (select 1 from usage_delta) as done from budget_look l)"})
                           .only();
      if (row.boolean("done")) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return watch.seconds();
  }

  const Options options_;
  const TemporaryDirectory directory_;
  Service service_;
  std::uint16_t port_ = 0;
  std::size_t next_crossing_;
};

void write_rounds(text::JsonWriter& json, std::string_view name, const std::vector<Round>& rounds) {
  json.key(name).begin_array();
  for (const Round& round : rounds) {
    json.begin_object().key("events_per_s").json(fixed(round.events_per_s, 0));
    json.key("cpu_us_per_event").json(fixed(round.cpu_us_per_event, 2));
    json.key("looks").number(round.looks).end_object();
  }
  json.end_array();
}

int run(const Options& options) {
  const Machine machine = this_machine();
  const Figures figures = Bench(options).measure();
  const double ratio = ratio_of(figures, &Round::events_per_s);
  const double behind = *std::ranges::max_element(figures.behind_seconds);
  const double told_at_last = *std::ranges::max_element(figures.told_seconds);
  if (!options.json) {
    fmt::print(
        "{:.0f} events/s without budgets, {:.0f} with {} thresholds of {} customers: {:.3f}; "
        "who reaches one is told after {:.1f} s, {:.1f} s at most; everybody looked at {:.1f} s "
        "behind the last event\n",
        median_of(figures.without, &Round::events_per_s),
        median_of(figures.with, &Round::events_per_s), options.customers * kThresholds,
        options.customers, ratio, median(figures.told_seconds), told_at_last, behind);
    return 0;
  }
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object();
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("memory_mb").number(machine.memory_mb);
  json.key("system").string(machine.system);
  json.key("load_average_before").json(fixed(machine.load_average, 2)).end_object();
  json.key("thresholds").number(static_cast<std::int64_t>(options.customers) * kThresholds);
  json.key("ratio").json(fixed(ratio, 3));
  json.key("cpu_ratio").json(fixed(ratio_of(figures, &Round::cpu_us_per_event), 3));
  json.key("told_seconds").begin_object();
  json.key("count").number(static_cast<std::int64_t>(figures.told_seconds.size()));
  json.key("median").json(fixed(median(figures.told_seconds), 2));
  json.key("max").json(fixed(told_at_last, 2)).end_object();
  json.key("behind_seconds").json(fixed(behind, 1));
  write_rounds(json, "without", figures.without);
  write_rounds(json, "with", figures.with);
  json.end_object();
  fmt::print("{}\n", json.finish());
  return 0;
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  using namespace reckoner;
  bench::Options options;
  options.program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../reckoner";
  CLI::App app(
      "Sends events to a daemon that has thresholds of budgets to look at, and to one that has "
      "none.");
  app.add_option("--customers", options.customers, "each with ten thresholds")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each stretch")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "of each kind")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--program", options.program, "reckoner");
  app.add_option("--data-dir", options.data_directory, "where the database is made");
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, [](int) { bench::stop = true; });
  std::signal(SIGTERM, [](int) { bench::stop = true; });
  try {
    return bench::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "budgets: {}\n", error.what());
    return 1;
  }
}
