#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/signals.hpp"
#include "documents/document_json.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

void write_summary(text::JsonWriter& json, const engine::RunSummary& run) {
  json.begin_object();
  json.key("run").number(run.run.value).key("engine").string(run.engine);
  json.key("kind").string(run.scheduled ? "scheduled" : "manual");
  json.key("fires_at").string(time::to_string(run.fires_at)).key("state").string(run.state);
  json.key("due").number(run.due).key("invoiced").number(run.counts.invoiced);
  json.key("parked").number(run.counts.parked).key("nothing_due").number(run.counts.nothing_due);
  json.key("cut").number(run.cut).key("configuration_version").number(run.version.value);
  json.key("started_at").string(time::to_string(run.started_at)).key("ended_at");
  run.ended_at ? json.string(time::to_string(*run.ended_at)) : json.null();
}

void write_parked(text::JsonWriter& json, const std::vector<engine::ParkedCustomer>& parked) {
  json.key("parked_customers").begin_array();
  for (const engine::ParkedCustomer& customer : parked) {
    json.begin_object().key("customer").string(customer.key).key("reason").string(customer.reason);
    json.end_object();
  }
  json.end_array();
}

std::string in_words(const engine::RunSummary& run) {
  return fmt::format("run {} of {}: {} due = {} invoiced + {} parked + {} with nothing due{}\n",
                     run.run.value, run.engine, run.due, run.counts.invoiced, run.counts.parked,
                     run.counts.nothing_due,
                     run.state == "done" ? "" : fmt::format(" ({})", run.state));
}

int report(const Console& console, const engine::RunSummary& run,
           const std::vector<engine::ParkedCustomer>& parked) {
  if (console.json()) {
    text::JsonWriter json;
    write_summary(json, run);
    write_parked(json, parked);
    json.end_object();
    console.result(json);
  } else {
    console.result(in_words(run));
    for (const engine::ParkedCustomer& customer : parked) {
      console.result(fmt::format("  parked {}: {}", customer.key, customer.reason));
    }
  }
  return run.counts.parked > 0 ? 1 : 0;
}

/// A label that no period can have would bill nothing, without a word.
void require_label(const std::string& label) {
  if (label.empty()) return;
  try {
    time::parse_date(label + "-01");
  } catch (const Error&) {
    throw UsageError(fmt::format("period '{}' is not a month such as 2026-10", label));
  }
}

int dry_run(System& system, const Console& console, const engine::RunRequest& request) {
  const engine::Runner::DryRun result = system.runner().dry_run(request);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("dry_run").boolean(true).key("due").number(result.due);
    json.key("parked_before").number(result.parked_before);
    json.key("documents").begin_array();
    for (const domain::Document& document : result.documents) {
      documents::write_json(json, document);
    }
    json.end_array();
    write_parked(json, result.parked);
    json.end_object();
    console.result(json);
  } else {
    text::Table table({{"customer"},
                       {"lines", text::Align::kRight},
                       {"total", text::Align::kRight},
                       {"carried forward", text::Align::kRight},
                       {"currency"}});
    for (const domain::Document& document : result.documents) {
      table.add({document.customer_key, std::to_string(document.lines.size()),
                 document.total.to_string(), document.carried_forward.to_string(),
                 std::string(document.currency.code())});
    }
    console.result(table.to_string());
    for (const engine::ParkedCustomer& customer : result.parked) {
      console.result(fmt::format("  would park {}: {}", customer.key, customer.reason));
    }
    console.result(fmt::format("{} due, {} documents, {} parked before; nothing was stored",
                               result.due, result.documents.size(), result.parked_before));
  }
  return result.parked.empty() && result.parked_before == 0 ? 0 : 1;
}

}  // namespace

int run_command(System& system, const Console& console, const RunArguments& arguments) {
  require_label(arguments.period);
  const engine::RunRequest request{.engine = arguments.engine,
                                   .scheduled = false,
                                   .fires_at = system.clock()(),
                                   .period_label = arguments.period,
                                   .customer_key = arguments.customer,
                                   .retry_parked = arguments.retry_parked,
                                   .true_ups = arguments.true_ups};
  if (arguments.dry_run) return dry_run(system, console, request);

  const std::atomic<bool>& stop = stop_requested();
  ProgressBar bar(console, fmt::format("run {}", arguments.engine));
  const auto progress = [&bar](const engine::RunProgress& state) {
    bar.show(state.customers_done, state.customers);
  };
  // What an earlier process began and did not finish comes first.
  for (RunId unfinished : system.runner().unfinished(arguments.engine)) {
    console.note(fmt::format("finishing run {}", unfinished.value));
    system.runner().work(unfinished, stop, progress);
  }
  if (stop) return 0;
  const auto run = system.runner().start(request);
  RK_CHECK(run.has_value());
  const engine::RunSummary summary = system.runner().work(*run, stop, progress);
  return report(console, summary, system.runner().parked(std::nullopt));
}

int list_runs_command(System& system, const Console& console, int limit) {
  const auto runs = system.runner().list(limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("runs").begin_array();
    for (const engine::RunSummary& run : runs) {
      write_summary(json, run);
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"run", text::Align::kRight},
                     {"engine"},
                     {"kind"},
                     {"fires at"},
                     {"state"},
                     {"due", text::Align::kRight},
                     {"invoiced", text::Align::kRight},
                     {"parked", text::Align::kRight},
                     {"nothing due", text::Align::kRight}});
  for (const engine::RunSummary& run : runs) {
    table.add({std::to_string(run.run.value), run.engine, run.scheduled ? "scheduled" : "manual",
               time::to_string(run.fires_at), run.state, std::to_string(run.due),
               std::to_string(run.counts.invoiced), std::to_string(run.counts.parked),
               std::to_string(run.counts.nothing_due)});
  }
  console.result(table.to_string());
  note_limit(console, runs.size(), limit);
  return 0;
}

int cancel_run_command(System& system, const Console& console, std::int64_t run) {
  const engine::RunSummary summary = system.runner().cancel({run});
  report(console, summary, {});
  return summary.state == "cancelled" ? 0 : 1;
}

int show_run_command(System& system, const Console& console, std::int64_t run) {
  report(console, system.runner().summary({run}), system.runner().parked(RunId{run}));
  return 0;
}

}  // namespace reckoner::app
