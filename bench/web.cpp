#include "web.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <thread>

#include "accounts/api_keys.hpp"
#include "base/log.hpp"
#include "billing_database.hpp"
#include "child_process.hpp"
#include "store/server_programs.hpp"
#include "tenant.hpp"

namespace reckoner::bench {

namespace {

constexpr std::chrono::seconds kPoolWait{10};
constexpr std::chrono::seconds kStartPatience{60};
constexpr std::string_view kListening = "http: listening on 127.0.0.1:";
/// Customers that one asking tenant stands for, one after the other: the database's own memory
/// shall not hold the same few rows.
constexpr std::size_t kCustomersOfOne = 8;
/// From one customer to the next: a prime, so that they come from all over the tables.
constexpr std::int64_t kStride = 15'485'863;

/// Set by a signal: the program ends and cleans up.
std::atomic<bool> stop{false};

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

double own_cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

struct Asker {
  std::string customer;
  std::string key;  ///< of the API, that customer's
};

/// A database with customers, keys for those who ask, and a daemon that serves them.
class Site {
 public:
  Site(const WebOptions& options, const std::filesystem::path& directory)
      : data_(directory / "data"), load_{.customers = options.customers}, database_(data_, load_) {
    const std::size_t most = *std::max_element(options.tenants.begin(), options.tenants.end());
    make_keys(most * kCustomersOfOne, options.customers);
    write_configuration(directory / "config");
    database_.checkpoint();
    // They ask as fast as they can, which nobody else shall be kept from.
    for (const char* limit : {"RECKONER_HTTP_RATE_CALLER", "RECKONER_HTTP_RATE_CUSTOMER"}) {
      ::setenv(limit, "0", /*overwrite=*/1);
    }
    daemon_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{options.program, "--data-dir", data_, "--config",
                                 directory / "config", "serve", "--listen", "127.0.0.1:0",
                                 "--roles", "web"},
        directory / "serve.log");
    port_ = static_cast<std::uint16_t>(std::stoul(daemon_->wait_for(kListening, kStartPatience)));
  }

  BillingDatabase& database() { return database_; }
  const std::vector<Asker>& askers() const { return askers_; }
  std::uint16_t port() const { return port_; }
  double daemon_cpu() const { return cpu_seconds(daemon_->pid()); }
  double daemon_memory_mb() const { return peak_memory_mb(daemon_->pid()); }
  double postgresql_cpu() const {
    double seconds = 0.0;
    for (const pid_t pid : store::server_processes(data_ / "cluster")) seconds += cpu_seconds(pid);
    return seconds;
  }

 private:
  void make_keys(std::size_t count, std::int64_t customers) {
    auto connection = database_.pool().take(kPoolWait);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t number = 1 + static_cast<std::int64_t>(i) * kStride % customers;
      Asker asker{BillingDatabase::customer_key(number), ""};
      asker.key = accounts::create_api_key(*connection,
                                           {.name = asker.customer,
                                            .scopes = {"see"},
                                            .customer = asker.customer,
                                            .namespace_name = ""},
                                           {.who = "bench"}, BillingDatabase::during_period())
                      .secret;
      askers_.push_back(std::move(asker));
    }
  }

  void write_configuration(const std::filesystem::path& directory) const {
    for (const auto& [name, content] : configuration(load_).content) {
      std::filesystem::create_directories((directory / name).parent_path());
      std::ofstream(directory / name) << content;
    }
  }

  const std::filesystem::path data_;
  const Load load_;
  BillingDatabase database_;
  std::vector<Asker> askers_;
  std::unique_ptr<ChildProcess> daemon_;
  std::uint16_t port_ = 0;
};

/// What one thread has seen.
struct Seen {
  std::vector<double> milliseconds;
  std::size_t bytes = 0;
  std::exception_ptr failure;
};

/// Asks for customer after customer until the end; what came before `from` does not count.
Seen ask_on(const Site& site, std::size_t number, const std::string& what,
            std::chrono::steady_clock::time_point from,
            std::chrono::steady_clock::time_point until) {
  Seen seen;
  try {
    std::vector<Tenant> tenants;
    for (std::size_t i = 0; i < kCustomersOfOne; ++i) {
      tenants.emplace_back(site.port(), site.askers()[number * kCustomersOfOne + i].key);
    }
    for (std::size_t i = 0; std::chrono::steady_clock::now() < until && !stop; ++i) {
      const std::size_t turn = i % kCustomersOfOne;
      const std::string& customer = site.askers()[number * kCustomersOfOne + turn].customer;
      const Stopwatch watch;
      const std::string body =
          tenants[turn].get(fmt::format("/api/v1/customers/{}/{}", customer, what));
      if (std::chrono::steady_clock::now() < from) continue;
      seen.milliseconds.push_back(watch.seconds() * 1000.0);
      seen.bytes += body.size();
      // What is measured is a bill, not a refusal in other words.
      if (body.find("USD") == std::string::npos) throw Error("an answer without amounts: " + body);
    }
  } catch (...) {
    seen.failure = std::current_exception();
  }
  return seen;
}

WebLatency measure(const Site& site, std::size_t tenants, const std::string& what, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto stretch = [](double length) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(length));
  };
  const auto from = Clock::now() + stretch(seconds / 10);
  const auto until = from + stretch(seconds);
  std::vector<Seen> seen(tenants);
  WebLatency latency;
  latency.tenants = tenants;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < tenants; ++i) {
      threads.emplace_back([&, i] { seen[i] = ask_on(site, i, what, from, until); });
    }
    std::this_thread::sleep_until(from);
    latency.cpu_daemon = -site.daemon_cpu();
    latency.cpu_postgresql = -site.postgresql_cpu();
    latency.cpu_generator = -own_cpu_seconds();
    std::this_thread::sleep_until(until);
    latency.cpu_daemon += site.daemon_cpu();
    latency.cpu_postgresql += site.postgresql_cpu();
    latency.cpu_generator += own_cpu_seconds();
  }
  check_not_stopped();
  std::vector<double> all;
  std::size_t bytes = 0;
  for (const Seen& one : seen) {
    if (one.failure) std::rethrow_exception(one.failure);
    all.insert(all.end(), one.milliseconds.begin(), one.milliseconds.end());
    bytes += one.bytes;
  }
  if (all.empty()) throw Error("nothing was answered: measure for longer");
  std::sort(all.begin(), all.end());
  latency.requests = static_cast<std::int64_t>(all.size());
  latency.seconds = seconds;
  latency.p50_ms = percentile(all, 50);
  latency.p99_ms = percentile(all, 99);
  latency.max_ms = all.back();
  latency.bytes = static_cast<double>(bytes) / static_cast<double>(all.size());
  return latency;
}

int run(int argc, char** argv) {
  WebOptions options;
  options.program =
      std::filesystem::canonical("/proc/self/exe").parent_path().parent_path() / "reckoner";
  CLI::App app("Interim invoices and overviews over HTTP, for tenants who ask at the same time.");
  app.add_option("--customers", options.customers, "in the database")
      ->check(CLI::Range(std::int64_t{1'000}, std::int64_t{10'000'000}))
      ->capture_default_str();
  app.add_option("--tenants", options.tenants,
                 "that ask at the same time; several measurements with commas between")
      ->delimiter(',')
      ->check(CLI::Range(1, 70))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each measurement")
      ->check(CLI::Range(1.0, 3600.0))
      ->capture_default_str();
  app.add_option("--program", options.program, "reckoner")->capture_default_str();
  app.add_option("--data-dir", options.data_directory,
                 "where the database is made, and removed again")
      ->capture_default_str();
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);

  log::set_level(log::Level::kWarning);
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop = true; });
  const Machine machine = this_machine();
  const TemporaryDirectory directory(options.data_directory);
  WebFigures figures;
  Stopwatch watch;
  say(fmt::format("{} customers: filling a database", options.customers));
  Site site(options, directory.path());
  figures.filling = watch.seconds();
  check_not_stopped();
  const std::string interim =
      fmt::format("interim?as_of={}", time::to_string(BillingDatabase::during_period()));
  for (const std::size_t tenants : options.tenants) {
    say(fmt::format("  interim invoices, {} tenants", tenants));
    figures.interim.push_back(measure(site, tenants, interim, options.seconds));
    say(fmt::format("  overviews, {} tenants", tenants));
    figures.overview.push_back(measure(site, tenants, "overview", options.seconds));
  }
  figures.memory_mb = site.daemon_memory_mb();
  const auto setting = [&](std::string_view name) { return site.database().server_setting(name); };
  const WebSettings settings{.postgresql = setting("server_version"),
                             .fsync = setting("fsync"),
                             .synchronous_commit = setting("synchronous_commit"),
                             .shared_buffers = setting("shared_buffers")};
  fmt::print("{}",
             options.json ? web_json(options, machine, settings, figures) : web_table(figures));
  return 0;
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  try {
    return reckoner::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "web: {}\n", error.what());
    return 1;
  }
}
