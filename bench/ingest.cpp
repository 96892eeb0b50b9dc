#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"
#include "event_copy.hpp"
#include "ingest_report.hpp"
#include "load.hpp"
#include "machine.hpp"
#include "service.hpp"
#include "store/connection.hpp"

namespace reckoner::bench {

namespace {

constexpr std::size_t kCustomers = 100;
constexpr std::size_t kSubjects = 1000;
constexpr std::int64_t kCopyEventsMax = 500'000;
constexpr std::string_view kCopyDatabase = "copied";

/// Set by a signal: what is under way is finished, then the program cleans up and fails.
std::atomic<bool> stop{false};

void say(const std::string& line) {
  fmt::print(stderr, "{}\n", line);
}

void check_not_stopped() {
  if (stop) throw Error("stopped");
}

std::chrono::nanoseconds nanoseconds_of(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

/// What the database says of all ingestion so far.
struct Tally {
  std::int64_t last_batch = 0, transactions = 0, received = 0, counted = 0;
  std::int64_t wal_bytes = 0, wal_syncs = 0;
};

Tally tally(Service& service) {
  constexpr store::Statement kTally{"bench tally", R"(
    select coalesce(max(batch_id), 0) as last_batch, count(*) as transactions,
           coalesce(sum(received), 0)::bigint as received,
           coalesce(sum(counted), 0)::bigint as counted,
           (select wal_bytes::bigint from pg_stat_wal) as wal_bytes,
           (select wal_sync from pg_stat_wal) as wal_syncs
      from ingest_batch)"};
  store::Connection connection({.conninfo = service.cluster().conninfo(store::Role::kOwner)});
  const auto row = connection.query(kTally).only();
  return {row.int64("last_batch"), row.int64("transactions"), row.int64("received"),
          row.int64("counted"),    row.int64("wal_bytes"),    row.int64("wal_syncs")};
}

Stage measure(Service& service, Load& load, const Pace& pace) {
  Stage stage;
  const Tally before = tally(service);
  const CpuUse cpu = service.cpu();
  const Stopwatch watch;
  stage.load = load.run(pace, stop);
  stage.settled_seconds = watch.seconds();
  const CpuUse used = service.cpu();
  const Tally after = tally(service);
  stage.cpu = {used.daemons - cpu.daemons, used.postgresql - cpu.postgresql};
  stage.transactions = after.transactions - before.transactions;
  stage.received = after.received - before.received;
  stage.wal_bytes = after.wal_bytes - before.wal_bytes;
  stage.wal_syncs = after.wal_syncs - before.wal_syncs;
  check_not_stopped();
  if (stage.load.unanswered > 0) {
    throw Error(fmt::format("{} requests were not answered", stage.load.unanswered));
  }
  return stage;
}

std::string copy_conninfo(Service& service) {
  return fmt::format("{} dbname={}", service.cluster().conninfo(store::Role::kOwner),
                     kCopyDatabase);
}

/// A database that begins with the rows that the measured one begins with.
void make_copy_database(Service& service) {
  store::Connection superuser({.conninfo = service.cluster().conninfo(store::Role::kSuperuser)});
  superuser.run_script({"make copy database",
                        fmt::format("create database {} owner reckoner_owner template reckoner "
                                    "strategy file_copy",
                                    kCopyDatabase)});
}

ServerSettings settings_of(const Service& service) {
  return {service.server_setting("server_version"),     service.server_setting("fsync"),
          service.server_setting("synchronous_commit"), service.server_setting("full_page_writes"),
          service.server_setting("shared_buffers"),     service.server_setting("autovacuum")};
}

LoadOptions load_options(const IngestOptions& options, const Service& service) {
  LoadOptions load;
  load.key = service.key();
  load.connections = options.connections;
  load.batch = options.batch;
  load.subject = [batch = options.batch](std::size_t connection, std::size_t slot) {
    return Service::subject((connection * batch + slot) % kSubjects);
  };
  return load;
}

void measure_loads(const IngestOptions& options, Service& service, Load& load,
                   IngestFigures& figures) {
  Pace pace{.duration = nanoseconds_of(options.warmup_seconds)};
  say("  warming up");
  load.run(pace, stop);
  check_not_stopped();

  pace.duration = nanoseconds_of(options.seconds);
  pace.duplicate_percent = options.duplicates;
  if (options.rate == 0.0) {
    say("  saturation");
    figures.saturation = measure(service, load, pace);
    pace.rate = figures.saturation->load.events_per_s() / 2.0;
  } else {
    pace.rate = options.rate;
  }
  say(fmt::format("  {:.0f} events/s by timetable", pace.rate));
  figures.timetable = measure(service, load, pace);
}

void profile(const IngestOptions& options, Service& service, Load& load) {
  fmt::print("daemon {}\npostgresql {}\n", service.daemon_pid(0), service.cluster().server_pid());
  std::fflush(stdout);
  load.run({.duration = nanoseconds_of(options.seconds),
            .rate = options.rate,
            .duplicate_percent = options.duplicates},
           stop);
}

int run(const IngestOptions& options) {
  const Machine machine = this_machine();
  const TemporaryDirectory directory(options.data_directory);
  say("making a database");
  Service service({.program = options.program,
                   .directory = directory.path(),
                   .customers = kCustomers,
                   .subjects = kSubjects,
                   .preload = options.commit_delay ? RECKONER_SLOW_SYNC : ""});
  if (options.prefill > 0) {
    say(fmt::format("  {} keys", options.prefill));
    fill_event_keys(service.cluster().conninfo(store::Role::kOwner), options.prefill);
  }
  check_not_stopped();
  make_copy_database(service);
  service.checkpoint();
  const std::size_t daemon = service.start_daemon();
  Load load(load_options(options, service), {service.port(daemon)});
  if (options.profile) {
    profile(options, service, load);
    return 0;
  }

  IngestFigures figures;
  measure_loads(options, service, load, figures);
  figures.memory_mb = peak_memory_mb(service.daemon_pid(daemon));
  figures.distinct = load.distinct_events();
  figures.counted = tally(service).counted;
  if (figures.counted != figures.distinct) {
    throw Error(fmt::format("{} events were acknowledged and {} counted", figures.distinct,
                            figures.counted));
  }
  service.stop_daemons();
  service.checkpoint();
  say("  COPY of the same rows");
  figures.copy =
      copy_events(service.cluster().conninfo(store::Role::kOwner), copy_conninfo(service), 0,
                  static_cast<std::int64_t>(figures.rated().transaction_events()), kCopyEventsMax);
  check_not_stopped();
  fmt::print("{}", options.json ? ingest_json(options, machine, settings_of(service), figures)
                                : ingest_table(figures, machine));
  return 0;
}

int main_of(int argc, char** argv) {
  IngestOptions options;
  options.program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../reckoner";
  CLI::App app("Sends events to a daemon over HTTP and compares it with a COPY of the same rows.");
  app.add_option("--batch", options.batch, "events a request")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each measurement")
      ->check(CLI::Range(0.1, 86'400.0))
      ->capture_default_str();
  app.add_option("--warmup", options.warmup_seconds, "seconds before them")->capture_default_str();
  app.add_option("--connections", options.connections, "at once")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--duplicates", options.duplicates, "percent of events sent a second time")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--prefill", options.prefill, "keys that are there before")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{10'000'000'000}))
      ->capture_default_str();
  app.add_option("--rate", options.rate,
                 "events/s by timetable; without it saturation, then half of that rate")
      ->check(CLI::PositiveNumber);
  app.add_flag("--commit-delay", options.commit_delay, "each fdatasync takes 1 ms longer");
  app.add_flag("--profile", options.profile,
               "only load, after printing the process ids of daemon and PostgreSQL");
  app.add_option("--program", options.program, "reckoner")->capture_default_str();
  app.add_option("--data-dir", options.data_directory,
                 "where the database is made, and removed again")
      ->capture_default_str();
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);
  log::set_level(log::Level::kWarning);
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop = true; });
  return run(options);
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  try {
    return reckoner::bench::main_of(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "ingest: {}\n", error.what());
    return 1;
  }
}
