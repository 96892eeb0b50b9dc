#include "paper.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <numeric>

#include "base/error.hpp"
#include "base/log.hpp"
#include "event_request.hpp"
#include "store/connection.hpp"
#include "visibility.hpp"

namespace reckoner::bench {

namespace {

/// Set by a signal: what is under way is finished, then the program cleans up and fails.
std::atomic<bool> stop{false};

template <class Number>
Latency latency_of(std::vector<Number> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  const auto at = [&](double share) {
    const auto rank = static_cast<std::size_t>(std::ceil(share * count));
    return double{values[std::max<std::size_t>(rank, 1) - 1]};
  };
  return {.mean = std::accumulate(values.begin(), values.end(), 0.0) / count,
          .p50 = at(0.5),
          .p99 = at(0.99),
          .most = at(1.0),
          .samples = values.size()};
}

}  // namespace

double Accuracy::percent() const {
  if (sent == 0) return 100.0;
  return 100.0 * static_cast<double>(counted - extra) / static_cast<double>(sent);
}

PaperWorld::PaperWorld(const PaperOptions& options, const std::filesystem::path& directory,
                       const std::atomic<bool>& stopping)
    : options_(options),
      stop_(stopping),
      service_({.program = options.program,
                .directory = directory,
                .customers = *std::max_element(options.tenants.begin(), options.tenants.end()),
                .subjects = *std::max_element(options.tenants.begin(), options.tenants.end()),
                .preload = {}}),
      expected_(*std::max_element(options.tenants.begin(), options.tenants.end())) {
  for (std::size_t i = 0; i < kDaemons; ++i) service_.start_daemon();
}

std::vector<std::uint16_t> PaperWorld::ports() const {
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < kDaemons; ++i) ports.push_back(service_.port(i));
  return ports;
}

LoadOptions PaperWorld::load_options(std::size_t tenants) {
  LoadOptions load;
  load.key = service_.key();
  load.source = fmt::format("paper-{}", ++loads_);
  load.connections = tenants;
  load.batch = options_.batch;
  load.meter = 0;
  load.seed = options_.seed + static_cast<std::uint64_t>(loads_);
  load.subject = [](std::size_t connection, std::size_t) { return Service::subject(connection); };
  return load;
}

std::vector<std::int64_t> PaperWorld::hundredths_so_far() const {
  std::vector<std::int64_t> before;
  for (const Expected& one : expected_) before.push_back(one.hundredths);
  return before;
}

Accuracy PaperWorld::settle(const Load& load) {
  for (std::size_t c = 0; c < load.connections(); ++c) {
    const std::uint32_t requests = load.acknowledged(c);
    expected_[c].events += std::int64_t{requests} * static_cast<std::int64_t>(load.batch());
    for (std::uint32_t ordinal = 0; ordinal < requests; ++ordinal) {
      for (std::size_t slot = 0; slot < load.batch(); ++slot) {
        expected_[c].hundredths +=
            EventRequest::hundredths(static_cast<std::uint32_t>(c), slot, ordinal);
      }
    }
  }
  constexpr store::Statement kUsage{"paper usage", R"(
    select subject, sum(event_count)::bigint as events, (sum(value_sum) * 100)::bigint as hundredths
      from (select subject, event_count, value_sum from usage_total where meter = $1
            union all
            select subject, event_count, value_sum from usage_delta where meter = $1) u
     group by subject)"};
  service_.cluster().ensure_running();
  store::Connection connection({.conninfo = service_.cluster().conninfo(store::Role::kOwner)});
  std::map<std::string, Expected> found;
  for (const auto row : connection.query(kUsage, {kMetersOfLoad[0].meter})) {
    found[row.text("subject")] = {row.int64("events"), row.int64("hundredths")};
  }
  Accuracy accuracy;
  for (std::size_t c = 0; c < expected_.size(); ++c) {
    const Expected& one = found[Service::subject(c)];
    accuracy.sent += expected_[c].events;
    accuracy.counted += std::min(expected_[c].events, one.events);
    accuracy.extra += std::max<std::int64_t>(one.events - expected_[c].events, 0);
    accuracy.wrong_sums += expected_[c].hundredths != one.hundredths;
  }
  return accuracy;
}

PaperStep PaperWorld::step(std::size_t tenants) {
  Load load(load_options(tenants), ports());
  PaperStep step;
  step.tenants = tenants;
  const CpuUse before = service_.cpu();
  {
    Visibility visibility(load, service_.port(0), service_.key(), hundredths_so_far());
    const Pace pace{
        .duration = std::chrono::nanoseconds(static_cast<std::int64_t>(options_.seconds * 1e9)),
        .rate = options_.rate * static_cast<double>(tenants),
        .spread = kSpread};
    step.load = load.run(pace, stop_);
    visibility.stop();
    visibility.check();
    step.process = latency_of(visibility.milliseconds());
  }
  const CpuUse after = service_.cpu();
  step.cpu = {after.daemons - before.daemons, after.postgresql - before.postgresql};
  if (stop_) throw Error("stopped");
  if (step.load.unanswered > 0) throw Error("the last requests were not answered");
  step.ingest = latency_of(step.load.ack_ms);
  step.accuracy = settle(load);
  return step;
}

namespace {

int run(const PaperOptions& options) {
  const Machine machine = this_machine();
  const TemporaryDirectory directory(options.data_directory);
  fmt::print(stderr, "making a database\n");
  PaperWorld world(options, directory.path(), stop);
  std::vector<PaperStep> steps;
  for (const std::size_t tenants : options.tenants) {
    fmt::print(stderr, "  {} tenants\n", tenants);
    steps.push_back(world.step(tenants));
  }
  std::vector<PaperFault> faults;
  if (options.faults) faults = world.faults(options.tenants.back());
  fmt::print("{}", options.json ? paper_json(options, machine, world, steps, faults)
                                : paper_table(steps, faults));
  return 0;
}

int main_of(int argc, char** argv) {
  PaperOptions options;
  options.program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../reckoner";
  CLI::App app("Repeats a published simulation of a metering platform with real processes.");
  app.add_option("--tenants", options.tenants, "of each step, with commas between")
      ->delimiter(',')
      ->check(CLI::Range(1, 20'000))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "events/s of a tenant, each 20 % more or less")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--batch", options.batch, "events a request")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "of each step")
      ->check(CLI::Range(1.0, 86'400.0))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of rates and moments")->capture_default_str();
  app.add_flag("!--no-faults", options.faults, "without killing anything afterwards");
  app.add_option("--program", options.program, "reckoner")->capture_default_str();
  app.add_option("--data-dir", options.data_directory,
                 "where the database is made, and removed again")
      ->capture_default_str();
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);
  log::set_level(log::Level::kError);  // that the database was killed is no news
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop = true; });
  return run(options);
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  try {
    return reckoner::bench::main_of(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "paper: {}\n", error.what());
    return 1;
  }
}
