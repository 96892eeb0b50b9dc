#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "load.hpp"
#include "machine.hpp"
#include "service.hpp"
#include "store/connection.hpp"
#include "text/json.hpp"

// Ingestion with thresholds of budgets to look at, and without, in turns.

namespace reckoner::bench {

namespace {

constexpr int kThresholds = 10;  // of each customer

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
  std::int64_t looks = 0;  ///< that were over within it
};

struct Figures {
  std::vector<Round> without;
  std::vector<Round> with;
  double behind_seconds = 0.0;  ///< from the last acknowledgement until all of it was looked at
};

text::Json fixed(double value, int digits) {
  return text::parse_json(fmt::format("{:.{}f}", value, digits));
}

double median(std::vector<Round> rounds) {
  std::ranges::sort(rounds, {}, &Round::events_per_s);
  return rounds[rounds.size() / 2].events_per_s;
}

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        directory_(options.data_directory),
        service_({.program = options.program,
                  .directory = directory_.path(),
                  .customers = options.customers,
                  .subjects = options.customers}) {
    subscribe();
    service_.checkpoint();
  }

  Figures measure() {
    const std::size_t daemon = service_.start_daemon();
    LoadOptions load_options;
    load_options.key = service_.key();
    load_options.subject = [customers = options_.customers, batch = load_options.batch](
                               std::size_t connection, std::size_t slot) {
      return Service::subject((connection * batch + slot) % customers);
    };
    Load load(load_options, {service_.port(daemon)});
    stretch(load);  // warm
    Figures figures;
    for (int i = 0; i < options_.rounds; ++i) {
      set_budgets(false);
      figures.without.push_back(stretch(load));
      set_budgets(true);
      figures.with.push_back(stretch(load));
      figures.behind_seconds = std::max(figures.behind_seconds, catch_up());
    }
    service_.stop_daemons();
    return figures;
  }

 private:
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
    for (std::size_t i = 0; i < options_.customers; ++i) {
      file << fmt::format("s,customer-{:05},Professional,{}-01\n", i, month);
    }
    if (!file.flush()) throw Error(fmt::format("cannot write {}", path.string()));
    service_.run({"import", "subscriptions", path});
  }

  void set_budgets(bool there) {
    std::string budgets = "[]";
    if (there) {
      text::JsonWriter json;
      json.begin_array()
          .begin_object()
          .key("currency")
          .string("USD")
          .key("amount")
          .string("1000000");
      json.key("charge").null().key("thresholds").begin_array();
      for (int i = 1; i <= kThresholds; ++i) {
        json.begin_object().key("on").string("actual");
        json.key("percent").string(std::to_string(100 * i / kThresholds)).key("amount").null();
        json.end_object();
      }
      json.end_array().end_object().end_array();
      budgets = json.finish();
    }
    auto connection = connect();
    connection.execute({"bench budgets", R"(
      insert into customer_setting (customer_id, language, time_zone, mails, also_to, budgets,
                                    changed_at, changed_by)
      select customer_id, '', '', true, '{}', $1, now(), 'bench' from customer
      on conflict (customer_id) do update set budgets = excluded.budgets, changed_at = now())"},
                       {budgets});
  }

  Round stretch(Load& load) {
    Round round;
    std::atomic<bool> over{false};
    std::thread watcher([&] {
      auto connection = connect();
      std::string last;
      while (!over) {
        for (const store::Row& row : connection.query(
                 {"bench look",
                  "select coalesce(max(looked_at)::text, '') as at from budget_look"})) {
          if (row.text("at") != last && !last.empty()) ++round.looks;
          last = row.text("at");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    });
    const LoadFigures figures = load.run(
        {.duration = std::chrono::nanoseconds(static_cast<std::int64_t>(options_.seconds * 1e9))},
        stop);
    over = true;
    watcher.join();
    if (stop) throw Error("stopped");
    round.events_per_s = figures.events_per_s();
    return round;
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
};

void write_rounds(text::JsonWriter& json, std::string_view name, const std::vector<Round>& rounds) {
  json.key(name).begin_array();
  for (const Round& round : rounds) {
    json.begin_object().key("events_per_s").json(fixed(round.events_per_s, 0));
    json.key("looks").number(round.looks).end_object();
  }
  json.end_array();
}

int run(const Options& options) {
  const Machine machine = this_machine();
  const Figures figures = Bench(options).measure();
  const double ratio = median(figures.with) / median(figures.without);
  if (!options.json) {
    fmt::print(
        "{:.0f} events/s without budgets, {:.0f} with {} thresholds of {} customers: {:.3f}; "
        "looked at {:.1f} s behind the last event\n",
        median(figures.without), median(figures.with), options.customers * kThresholds,
        options.customers, ratio, figures.behind_seconds);
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
  json.key("behind_seconds").json(fixed(figures.behind_seconds, 1));
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
  app.add_option("--rounds", options.rounds, "of each kind; the medians count")
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
