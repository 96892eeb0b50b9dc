#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "billing_database.hpp"
#include "invoice_run.hpp"
#include "text/json.hpp"
#include "text/table.hpp"

namespace reckoner::bench {

namespace {

std::string fixed(double value, int digits) {
  return fmt::format("{:.{}f}", value, digits);
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

using Steps = std::vector<steps::Spent>;

/// The steps of all workers together, the longest first. What the first thread did is not of a
/// batch.
Steps sum_of_workers(const std::vector<Steps>& threads) {
  std::map<std::string, steps::Spent> sums;
  for (std::size_t thread = 1; thread < threads.size(); ++thread) {
    for (const steps::Spent& spent : threads[thread]) {
      steps::Spent& sum = sums[spent.step];
      sum.step = spent.step;
      sum.times += spent.times;
      sum.wall += spent.wall;
      sum.processor += spent.processor;
    }
  }
  Steps steps;
  for (auto& [name, sum] : sums) steps.push_back(std::move(sum));
  std::sort(steps.begin(), steps.end(),
            [](const auto& a, const auto& b) { return a.wall > b.wall; });
  return steps;
}

void write_steps(text::JsonWriter& json, const Steps& steps) {
  json.begin_object();
  for (const steps::Spent& spent : steps) {
    json.key(spent.step).begin_object().key("times").number(spent.times);
    json.key("seconds").number(fixed(seconds(spent.wall), 3));
    json.key("own_cpu_seconds").number(fixed(seconds(spent.processor), 3)).end_object();
  }
  json.end_object();
}

void write_latency(text::JsonWriter& json, const RunFigures::Latency& latency) {
  json.begin_object().key("requests").number(latency.requests);
  json.key("p50_ms").number(fixed(latency.p50_ms, 2));
  json.key("p99_ms").number(fixed(latency.p99_ms, 2));
  json.key("max_ms").number(fixed(latency.max_ms, 2)).end_object();
}

void write_seconds(text::JsonWriter& json, const RunFigures& figures) {
  json.begin_object();
  const auto write = [&](std::string_view step, double value) {
    json.key(step).number(fixed(value, 3));
  };
  write("filling", figures.filling);
  write("planning", figures.planning);
  write("batches", figures.batches);
  write("finishing", figures.finishing);
  write("run", figures.run());
  write("copy", figures.copy_binary);
  if (figures.copy_text) write("copy_text", *figures.copy_text);
  write("sql_script", figures.sql_script);
  json.end_object();
}

void write_figures(text::JsonWriter& json, const RunFigures& figures) {
  json.key("customers").number(figures.customers).key("workers").number(figures.workers);
  json.key("invoices_per_s").number(fixed(figures.invoices_per_s(), 1));
  json.key("rows_per_s").number(fixed(figures.rows_per_s(), 1));
  json.key("ratio_to_copy").number(fixed(figures.ratio_to_copy(), 3));
  if (figures.copy_text) {
    json.key("ratio_to_text_copy").number(fixed(*figures.copy_text / figures.run(), 3));
  }
  json.key("ratio_to_sql_script").number(fixed(figures.ratio_to_sql_script(), 3));
  json.key("peak_rss_mb").number(fixed(figures.peak_rss_mb, 1));
  json.key("interim_p99_ms").number(fixed(figures.interim.p99_ms, 2));
  json.key("interim");
  write_latency(json, figures.interim);
  json.key("interim_idle");
  write_latency(json, figures.interim_idle);
  json.key("rows").number(figures.rows).key("sql_script_rows").number(figures.sql_script_rows);
  json.key("seconds");
  write_seconds(json, figures);
  json.key("planning_and_finishing");
  write_steps(json, figures.steps.empty() ? Steps() : figures.steps.front());
  json.key("steps");
  write_steps(json, sum_of_workers(figures.steps));
  json.key("worker_steps").begin_array();
  for (std::size_t i = 1; i < figures.steps.size(); ++i) write_steps(json, figures.steps[i]);
  json.end_array();
}

/// Seconds a customer of the largest load / of the smallest of at least this size, both with the
/// last number of workers.
void write_linearity(text::JsonWriter& json, const std::vector<RunFigures>& all) {
  constexpr std::int64_t kFrom = 100'000;
  const RunFigures& last = all.back();
  for (const RunFigures& figures : all) {
    if (figures.workers != last.workers || figures.customers < kFrom) continue;
    if (figures.customers >= last.customers) return;
    json.key("linearity").number(fixed(figures.invoices_per_s() / last.invoices_per_s(), 3));
    return;
  }
}

void write_circumstances(text::JsonWriter& json, const Machine& machine,
                         const RunSettings& settings) {
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
  json.key("batch_size").number(kBatchSize).key("lines_per_invoice").number(settings.lines);
  json.key("copy").string(
      "binary format, one connection, one transaction; tables with the same columns, checks and "
      "indexes, without triggers and foreign keys");
  json.key("sql_script").string("one connection a processor, each over its share of the customers");
  json.end_object();
}

std::string main_table(const std::vector<RunFigures>& all) {
  using text::Align;
  text::Table table({{"customers", Align::kRight},
                     {"workers", Align::kRight},
                     {"run s", Align::kRight},
                     {"invoices/s", Align::kRight},
                     {"rows/s", Align::kRight},
                     {"COPY s", Align::kRight},
                     {"ratio", Align::kRight},
                     {"SQL script s", Align::kRight},
                     {"ratio", Align::kRight},
                     {"peak RSS MB", Align::kRight},
                     {"interim p99 ms", Align::kRight},
                     {"idle", Align::kRight}});
  for (const RunFigures& figures : all) {
    table.add({std::to_string(figures.customers), std::to_string(figures.workers),
               fixed(figures.run(), 2), fixed(figures.invoices_per_s(), 0),
               fixed(figures.rows_per_s(), 0), fixed(figures.copy_binary, 2),
               fixed(figures.ratio_to_copy(), 2), fixed(figures.sql_script, 2),
               fixed(figures.ratio_to_sql_script(), 2), fixed(figures.peak_rss_mb, 1),
               fixed(figures.interim.p99_ms, 2), fixed(figures.interim_idle.p99_ms, 2)});
  }
  return table.to_string();
}

std::string step_table(const RunFigures& figures) {
  text::Table table({{"step", text::Align::kLeft},
                     {"times", text::Align::kRight},
                     {"seconds", text::Align::kRight},
                     {"own CPU s", text::Align::kRight}});
  table.add({"planning", "1", fixed(figures.planning, 3), ""});
  for (const steps::Spent& spent : sum_of_workers(figures.steps)) {
    table.add({spent.step, std::to_string(spent.times), fixed(seconds(spent.wall), 3),
               fixed(seconds(spent.processor), 3)});
  }
  table.add({"finishing", "1", fixed(figures.finishing, 3), ""});
  return table.to_string();
}

}  // namespace

std::string run_figures_as_json(const std::vector<RunFigures>& figures, const Machine& machine,
                                const RunSettings& settings) {
  text::JsonWriter json(text::JsonLayout::kIndented);
  json.begin_object().key("benchmark").string("invoice_run");
  write_figures(json, figures.back());
  write_linearity(json, figures);
  json.key("sizes").begin_array();
  for (const RunFigures& each : figures) {
    json.begin_object();
    write_figures(json, each);
    json.end_object();
  }
  json.end_array();
  write_circumstances(json, machine, settings);
  json.end_object();
  return json.finish() + "\n";
}

std::string run_figures_as_tables(const std::vector<RunFigures>& figures) {
  return main_table(figures) +
         fmt::format("\nSteps of {} customers, summed over the workers:\n",
                     figures.back().customers) +
         step_table(figures.back());
}

}  // namespace reckoner::bench
