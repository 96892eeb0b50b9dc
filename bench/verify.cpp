#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "billing_database.hpp"
#include "engine/run.hpp"
#include "machine.hpp"
#include "metering/cut.hpp"
#include "store/server_programs.hpp"
#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::bench {

namespace {

struct Options {
  std::int64_t customers = 50'000;
  int lines = 10;
  int repeat = 3;
  bool recompute = false;
  bool json = false;
  std::filesystem::path program;
  std::filesystem::path data_directory = "/tmp";
};

/// One proof of everything, as the program tells of it.
struct Proof {
  double seconds = 0.0;  ///< from the program's start to its end
  std::vector<std::pair<std::string, std::int64_t>> milliseconds;  ///< by check, in its order
};

void say(const std::string& line) {
  fmt::print(stderr, "{}\n", line);
}

void bill(BillingDatabase& database, std::int64_t customers) {
  const std::atomic<bool> stop{false};
  engine::Runner runner(database.pool(), database.versions(), BillingDatabase::after_period,
                        {metering::close_cut_within, metering::merge_totals});
  const auto run =
      runner.start({.engine = engine::kMonthlyEngine, .fires_at = BillingDatabase::after_period()});
  const auto summary = runner.work(run.value(), stop);
  if (summary.counts.invoiced != customers) {
    throw Error(
        fmt::format("{} of {} customers were invoiced", summary.counts.invoiced, customers));
  }
}

Proof prove(const Options& options, const std::filesystem::path& directory) {
  std::vector<std::string> command{options.program, "--data-dir", directory / "data",
                                   "--json",        "--quiet",    "verify"};
  if (options.recompute) command.emplace_back("--recompute");
  const Stopwatch watch;
  const auto done = store::run_program(command, {geteuid(), getegid(), ""}, directory);
  Proof proof{.seconds = watch.seconds(), .milliseconds = {}};
  if (done.exit_code != 0) throw Error(fmt::format("verify: {}", done.output));
  const text::Json told = text::parse_json(done.output);
  for (const text::Json& check : told.at("checks").as_array()) {
    proof.milliseconds.emplace_back(check.at("check").as_string(),
                                    std::stoll(check.at("milliseconds").as_number()));
  }
  return proof;
}

double per_million(const Options& options, double seconds) {
  return seconds * 1e6 / static_cast<double>(options.customers * options.lines);
}

std::string as_json(const Options& options, const Machine& machine, const std::string& postgresql,
                    const std::vector<Proof>& proofs, const Proof& best) {
  const auto fixed = [](double value) { return fmt::format("{:.3f}", value); };
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("customers").number(options.customers);
  json.key("lines").number(options.customers * options.lines);
  json.key("events").number(options.customers * (options.lines - 1));
  json.key("seconds").number(fixed(best.seconds));
  json.key("seconds_per_million_lines").number(fixed(per_million(options, best.seconds)));
  json.key("seconds_of_each").begin_array();
  for (const Proof& proof : proofs) json.number(fixed(proof.seconds));
  json.end_array().key("checks").begin_object();
  for (const auto& [check, milliseconds] : best.milliseconds) {
    json.key(check).number(fixed(static_cast<double>(milliseconds) / 1000.0));
  }
  json.end_object().key("machine").begin_object();
  json.key("processor").string(machine.processor).key("processors").number(machine.processors);
  json.key("memory_mb").number(machine.memory_mb).key("system").string(machine.system);
  json.key("load_average_before").number(fmt::format("{:.2f}", machine.load_average));
  json.end_object().key("postgresql").string(postgresql).end_object();
  return json.finish() + "\n";
}

std::string as_table(const Options& options, const Proof& best) {
  text::Table table({{"check"}, {"seconds", text::Align::kRight}});
  for (const auto& [check, milliseconds] : best.milliseconds) {
    table.add({check, fmt::format("{:.2f}", static_cast<double>(milliseconds) / 1000.0)});
  }
  table.add({"all", fmt::format("{:.2f}", best.seconds)});
  table.add({"a million lines", fmt::format("{:.2f}", per_million(options, best.seconds))});
  return table.to_string();
}

int run(int argc, char** argv) {
  Options options;
  options.program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../reckoner";
  CLI::App app("Bills a month of made-up customers with raw events, and proves what is stored.");
  app.add_option("--customers", options.customers, "how many")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--lines", options.lines, "of each invoice: a fee and metered charges")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
  app.add_option("--repeat", options.repeat, "proofs one after the other; the fastest counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_flag("--recompute", options.recompute, "verify --recompute");
  app.add_option("--program", options.program, "reckoner")->capture_default_str();
  app.add_option("--data-dir", options.data_directory,
                 "where the database is made, and removed again")
      ->capture_default_str();
  app.add_flag("--json", options.json, "print one JSON document");
  CLI11_PARSE(app, argc, argv);

  log::set_level(log::Level::kWarning);
  const Machine machine = this_machine();
  const TemporaryDirectory directory(options.data_directory);
  const Load load{.customers = options.customers,
                  .lines = options.lines,
                  .quarter_hours = 1,
                  .events = 1,
                  .raw_events = true};
  say(fmt::format("{} customers: filling a database", options.customers));
  BillingDatabase database(directory.path() / "data", load);
  say("  billing them");
  bill(database, options.customers);
  database.vacuum();
  std::vector<Proof> proofs;
  for (int i = 0; i < options.repeat; ++i) {
    proofs.push_back(prove(options, directory.path()));
    say(fmt::format("  proved in {:.2f} s", proofs.back().seconds));
  }
  const Proof& best =
      *std::min_element(proofs.begin(), proofs.end(),
                        [](const auto& a, const auto& b) { return a.seconds < b.seconds; });
  fmt::print("{}", options.json ? as_json(options, machine,
                                          database.server_setting("server_version"), proofs, best)
                                : as_table(options, best));
  return 0;
}

}  // namespace

}  // namespace reckoner::bench

int main(int argc, char** argv) {
  try {
    return reckoner::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "verify: {}\n", error.what());
    return 1;
  }
}
