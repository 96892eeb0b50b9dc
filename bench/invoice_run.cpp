#include "invoice_run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "billing_database.hpp"
#include "copy_baseline.hpp"
#include "engine/interim.hpp"
#include "engine/run.hpp"
#include "machine.hpp"
#include "metering/cut.hpp"
#include "sql_script.hpp"

namespace reckoner::bench {

namespace {

constexpr std::int64_t kInterimInvoices = 1000;
/// From one customer to the next: a prime, so that they come from all over the tables.
constexpr std::int64_t kStride = 15'485'863;
/// Text takes long to store, and says nothing more of larger loads.
constexpr std::int64_t kTextCopyMax = 100'000;
constexpr std::chrono::seconds kPoolWait{10};

/// Set by a signal: the batches in hand are finished, then the program ends and cleans up.
std::atomic<bool> stop{false};

struct Options {
  std::vector<std::int64_t> customers{1'000, 10'000, 100'000};
  int lines = 10;
  std::vector<int> workers{2};
  bool json = false;
  std::filesystem::path data_directory = "/tmp";
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

/// Times interim invoices of customers from all over the tables, one after the other.
RunFigures::Latency measure_interim(BillingDatabase& database, std::int64_t customers,
                                    time::Instant as_of) {
  auto connection = database.pool().take(kPoolWait);
  std::vector<double> milliseconds;
  for (std::int64_t i = 0; i < kInterimInvoices; ++i) {
    const std::string key = BillingDatabase::customer_key(1 + i * kStride % customers);
    const Stopwatch watch;
    const auto invoices = engine::interim_invoices(*connection, database.versions(), key, as_of);
    milliseconds.push_back(watch.seconds() * 1000.0);
    RK_CHECK(invoices.size() == 1);
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  return {.requests = kInterimInvoices,
          .p50_ms = percentile(milliseconds, 50),
          .p99_ms = percentile(milliseconds, 99),
          .max_ms = milliseconds.back()};
}

const engine::Runner::UsageHooks kUsage{metering::close_cut_within, metering::merge_totals};

void measure_run(BillingDatabase& database, RunFigures& figures) {
  engine::Runner runner(database.pool(), database.versions(), BillingDatabase::after_period,
                        kUsage);
  const steps::Recording recording;
  Stopwatch watch;
  const auto run =
      runner.start({.engine = engine::kMonthlyEngine, .fires_at = BillingDatabase::after_period()});
  figures.planning = watch.restart();

  double last_batch = 0.0;
  const auto summary = runner.work(run.value(), stop, [&](const engine::RunProgress& progress) {
    last_batch = watch.seconds();
    fmt::print(stderr, "\r  {} of {} customers billed", progress.customers_done,
               progress.customers);
  });
  say("");
  check_not_stopped();
  figures.batches = last_batch;
  figures.finishing = watch.seconds() - last_batch;
  figures.steps = recording.spent();
  if (summary.counts.invoiced != figures.customers) {
    throw Error(fmt::format("{} of {} customers were invoiced, {} parked", summary.counts.invoiced,
                            figures.customers, summary.counts.parked));
  }
}

/// Interim invoices while the next month's run is in progress, which is left when they are done.
RunFigures::Latency measure_interim_beside_run(BillingDatabase& database, std::int64_t customers) {
  engine::Runner runner(database.pool(), database.versions(), BillingDatabase::after_next_period,
                        kUsage);
  std::atomic<bool> enough{false};
  std::atomic<bool> begun{false};
  std::atomic<bool> ended{false};
  std::exception_ptr failure;
  RunFigures::Latency latency;
  {
    std::jthread running([&] {
      try {
        const auto run = runner.start(
            {.engine = engine::kMonthlyEngine, .fires_at = BillingDatabase::after_next_period()});
        runner.work(run.value(), enough, [&](const engine::RunProgress&) { begun = true; });
      } catch (...) {
        failure = std::current_exception();
      }
      ended = true;
    });
    while (!begun && !ended) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    latency = measure_interim(database, customers, BillingDatabase::after_next_period());
    if (ended && !failure) say("  the run ended before the interim invoices did");
    enough = true;
  }
  if (failure) std::rethrow_exception(failure);
  return latency;
}

RunSettings settings_of(BillingDatabase& database, int lines) {
  return {.postgresql = database.server_setting("server_version"),
          .fsync = database.server_setting("fsync"),
          .synchronous_commit = database.server_setting("synchronous_commit"),
          .full_page_writes = database.server_setting("full_page_writes"),
          .shared_buffers = database.server_setting("shared_buffers"),
          .lines = lines};
}

RunFigures measure(const Load& load, const Options& options, RunSettings& settings) {
  RunFigures figures;
  figures.customers = load.customers;
  figures.workers = load.workers;
  const TemporaryDirectory directory(options.data_directory);
  Stopwatch watch;
  say(fmt::format("{} customers, {} workers: filling a database", load.customers, load.workers));
  BillingDatabase database(directory.path() / "data", load);
  settings = settings_of(database, load.lines);
  figures.filling = watch.restart();
  check_not_stopped();

  say("  interim invoices");
  figures.interim_idle =
      measure_interim(database, load.customers, BillingDatabase::during_period());
  check_not_stopped();

  database.checkpoint();
  reset_peak_memory();
  measure_run(database, figures);
  figures.peak_rss_mb = peak_memory_mb();

  const auto checkpoint = [&] { database.checkpoint(); };
  say("  COPY of the same rows");
  const auto copy = [&](CopyFormat format) {
    return copy_result_rows(database.owner_conninfo(), directory.path(), format, checkpoint);
  };
  const CopyBaseline binary = copy(CopyFormat::kBinary);
  figures.rows = binary.rows;
  figures.copy_binary = binary.seconds;
  check_not_stopped();
  if (load.customers <= kTextCopyMax) figures.copy_text = copy(CopyFormat::kText).seconds;
  check_not_stopped();

  say("  the SQL script");
  const SqlScript script =
      bill_by_sql_script(database.owner_conninfo(), load, this_machine().processors, checkpoint);
  figures.sql_script = script.seconds;
  figures.sql_script_rows = script.rows;
  check_not_stopped();

  say("  interim invoices beside a run");
  figures.interim = measure_interim_beside_run(database, load.customers);
  check_not_stopped();
  return figures;
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Bills a month of made-up customers and compares it with a COPY of the same rows.");
  app.add_option("--customers", options.customers, "how many; several sizes with commas between")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--lines", options.lines, "of each invoice: a fee and metered charges")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
  app.add_option("--workers", options.workers, "threads of the run; several with commas between")
      ->delimiter(',')
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
  RunSettings settings;
  std::vector<RunFigures> figures;
  for (const std::int64_t customers : options.customers) {
    for (const int workers : options.workers) {
      figures.push_back(measure(
          {.customers = customers, .lines = options.lines, .workers = workers}, options, settings));
    }
  }
  fmt::print("{}", options.json ? run_figures_as_json(figures, machine, settings)
                                : run_figures_as_tables(figures));
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
