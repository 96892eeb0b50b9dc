#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <vector>

#include "base/log.hpp"
#include "billing_database.hpp"
#include "copy_baseline.hpp"
#include "engine/interim.hpp"
#include "engine/run.hpp"
#include "machine.hpp"
#include "metering/cut.hpp"
#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::bench {

namespace {

constexpr std::int64_t kInterimInvoices = 500;
constexpr std::chrono::seconds kPoolWait{10};

/// Set by a signal: the batches in hand are finished, then the program ends and cleans up.
std::atomic<bool> stop{false};

struct Options {
  std::vector<std::int64_t> customers{1'000, 10'000, 100'000};
  int lines = 3;
  int workers = 2;
  bool json = false;
  std::filesystem::path data_directory = "/tmp";
};

/// Wall-clock seconds of each step, in their order.
struct Steps {
  double filling = 0.0;
  double interim = 0.0;
  double planning = 0.0;
  double batches = 0.0;
  double finishing = 0.0;
  double copy = 0.0;
};

struct Figures {
  std::int64_t customers = 0;
  std::int64_t rows = 0;  ///< that the run has inserted
  double peak_rss_mb = 0.0;
  double interim_p50_ms = 0.0;
  double interim_p99_ms = 0.0;
  Steps steps;

  double run_seconds() const { return steps.planning + steps.batches + steps.finishing; }
  double invoices_per_s() const { return static_cast<double>(customers) / run_seconds(); }
  double rows_per_s() const { return static_cast<double>(rows) / run_seconds(); }
  double ratio_to_copy() const { return steps.copy / run_seconds(); }
};

/// What the figures were taken with.
struct Settings {
  std::string postgresql;
  std::string fsync;
  std::string synchronous_commit;
  std::string full_page_writes;
  std::string shared_buffers;
};

void say(const std::string& line) {
  fmt::print(stderr, "{}\n", line);
}

void check_not_stopped() {
  if (stop) throw Error("stopped");
}

/// The smallest value that `percent` of all are not above. `sorted` is not empty.
double percentile(const std::vector<double>& sorted, std::size_t percent) {
  const std::size_t rank = (sorted.size() * percent + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

/// Interim invoices of customers from all over the tables, one after the other.
void measure_interim(BillingDatabase& database, Figures& figures) {
  const std::int64_t count = std::min(kInterimInvoices, figures.customers);
  auto connection = database.pool().take(kPoolWait);
  std::vector<double> milliseconds;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string key = BillingDatabase::customer_key(1 + i * figures.customers / count);
    const Stopwatch watch;
    const auto invoices = engine::interim_invoices(*connection, database.versions(), key,
                                                   BillingDatabase::during_period());
    milliseconds.push_back(watch.seconds() * 1000.0);
    RK_CHECK(invoices.size() == 1);
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  figures.interim_p50_ms = percentile(milliseconds, 50);
  figures.interim_p99_ms = percentile(milliseconds, 99);
}

void measure_run(BillingDatabase& database, Figures& figures) {
  engine::Runner runner(database.pool(), database.versions(), BillingDatabase::after_period,
                        {metering::close_cut_within, metering::merge_totals});
  Stopwatch watch;
  const auto run =
      runner.start({.engine = engine::kMonthlyEngine, .fires_at = BillingDatabase::after_period()});
  figures.steps.planning = watch.restart();

  double last_batch = 0.0;
  const auto summary = runner.work(run.value(), stop, [&](const engine::RunProgress& progress) {
    last_batch = watch.seconds();
    fmt::print(stderr, "\r  {} of {} customers billed", progress.customers_done,
               progress.customers);
  });
  say("");
  check_not_stopped();
  figures.steps.batches = last_batch;
  figures.steps.finishing = watch.seconds() - last_batch;
  if (summary.counts.invoiced != figures.customers) {
    throw Error(fmt::format("{} of {} customers were invoiced, {} parked", summary.counts.invoiced,
                            figures.customers, summary.counts.parked));
  }
}

Settings settings_of(BillingDatabase& database) {
  return {.postgresql = database.server_setting("server_version"),
          .fsync = database.server_setting("fsync"),
          .synchronous_commit = database.server_setting("synchronous_commit"),
          .full_page_writes = database.server_setting("full_page_writes"),
          .shared_buffers = database.server_setting("shared_buffers")};
}

Figures measure(std::int64_t customers, const Options& options, Settings& settings) {
  Figures figures;
  figures.customers = customers;
  const TemporaryDirectory directory(options.data_directory);
  Stopwatch watch;
  say(fmt::format("{} customers: filling a database", customers));
  BillingDatabase database(
      directory.path() / "data",
      {.customers = customers, .lines = options.lines, .workers = options.workers});
  settings = settings_of(database);
  figures.steps.filling = watch.restart();
  check_not_stopped();

  say("  interim invoices");
  measure_interim(database, figures);
  figures.steps.interim = watch.restart();
  check_not_stopped();

  database.checkpoint();
  reset_peak_memory();
  measure_run(database, figures);
  figures.peak_rss_mb = peak_memory_mb();

  say("  COPY of the same rows");
  const CopyBaseline baseline =
      copy_result_rows(database.owner_conninfo(), directory.path(), [&] { database.checkpoint(); });
  figures.rows = baseline.rows;
  figures.steps.copy = baseline.seconds;
  check_not_stopped();
  return figures;
}

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

void write_figures(text::JsonWriter& json, const Figures& figures) {
  json.key("customers").number(figures.customers);
  json.key("invoices_per_s").number(fixed(figures.invoices_per_s(), 1));
  json.key("rows_per_s").number(fixed(figures.rows_per_s(), 1));
  json.key("ratio_to_copy").number(fixed(figures.ratio_to_copy(), 3));
  json.key("peak_rss_mb").number(fixed(figures.peak_rss_mb, 1));
  json.key("interim_p50_ms").number(fixed(figures.interim_p50_ms, 2));
  json.key("interim_p99_ms").number(fixed(figures.interim_p99_ms, 2));
  json.key("rows").number(figures.rows);
  json.key("seconds").begin_object();
  json.key("filling").number(fixed(figures.steps.filling, 3));
  json.key("interim").number(fixed(figures.steps.interim, 3));
  json.key("planning").number(fixed(figures.steps.planning, 3));
  json.key("batches").number(fixed(figures.steps.batches, 3));
  json.key("finishing").number(fixed(figures.steps.finishing, 3));
  json.key("run").number(fixed(figures.run_seconds(), 3));
  json.key("copy").number(fixed(figures.steps.copy, 3)).end_object();
}

void write_circumstances(text::JsonWriter& json, const Options& options, const Machine& machine,
                         const Settings& settings) {
  json.key("machine").begin_object().key("processor").string(machine.processor);
  json.key("processors").number(machine.processors).key("memory_mb").number(machine.memory_mb);
  json.key("system").string(machine.system);
  json.key("load_average_before").number(fixed(machine.load_average, 2)).end_object();
  json.key("versions").begin_object().key("reckoner").string(RECKONER_VERSION);
  json.key("postgresql").string(settings.postgresql);
  json.key("compiler").string(__VERSION__).end_object();
  json.key("settings").begin_object().key("durability").string("full, as in production");
  json.key("fsync").string(settings.fsync);
  json.key("synchronous_commit").string(settings.synchronous_commit);
  json.key("full_page_writes").string(settings.full_page_writes);
  json.key("shared_buffers").string(settings.shared_buffers);
  json.key("batch_size").number(kBatchSize).key("workers").number(options.workers);
  json.key("metered_charges").number(options.lines);
  json.key("lines_per_invoice").number(options.lines + 1);
  json.key("copy").string(
      "text format, one connection, one transaction; tables with the same columns, checks and "
      "indexes, without triggers and foreign keys");
  json.end_object();
}

std::string as_json(const Options& options, const Machine& machine, const Settings& settings,
                    const std::vector<Figures>& sizes) {
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("benchmark").string("invoice_run");
  write_figures(json, sizes.back());
  json.key("sizes").begin_array();
  for (const Figures& figures : sizes) {
    json.begin_object();
    write_figures(json, figures);
    json.end_object();
  }
  json.end_array();
  write_circumstances(json, options, machine, settings);
  json.end_object();
  return json.finish() + "\n";
}

std::string as_table(const std::vector<Figures>& sizes) {
  text::Table table({{"customers", text::Align::kRight},
                     {"run s", text::Align::kRight},
                     {"invoices/s", text::Align::kRight},
                     {"rows/s", text::Align::kRight},
                     {"COPY s", text::Align::kRight},
                     {"ratio to COPY", text::Align::kRight},
                     {"peak RSS MB", text::Align::kRight},
                     {"interim p99 ms", text::Align::kRight}});
  for (const Figures& figures : sizes) {
    table.add({std::to_string(figures.customers), fixed(figures.run_seconds(), 2),
               fixed(figures.invoices_per_s(), 0), fixed(figures.rows_per_s(), 0),
               fixed(figures.steps.copy, 2), fixed(figures.ratio_to_copy(), 3),
               fixed(figures.peak_rss_mb, 1), fixed(figures.interim_p99_ms, 2)});
  }
  return table.to_string();
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Bills a month of made-up customers and compares it with a COPY of the same rows.");
  app.add_option("--customers", options.customers, "how many; several sizes with commas between")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--lines", options.lines, "metered charges of each, beside one recurring fee")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--workers", options.workers, "threads of the run")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--data-dir", options.data_directory,
                 "where the databases are made, and removed again")
      ->capture_default_str();
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);

  log::set_level(log::Level::kWarning);
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop = true; });
  const Machine machine = this_machine();
  Settings settings;
  std::vector<Figures> sizes;
  for (const std::int64_t customers : options.customers) {
    sizes.push_back(measure(customers, options, settings));
  }
  fmt::print("{}", options.json ? as_json(options, machine, settings, sizes) : as_table(sizes));
  return 0;
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  try {
    return reckoner::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "invoice_run: {}\n", error.what());
    return 1;
  }
}
