#include "app/commands_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "app/commands.hpp"
#include "app/recorded.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

std::string rate_of(const engine::RunProgress& progress) {
  return fmt::format("{:.1f}", progress.customers_per_second.value());
}

void write_summary(text::JsonWriter& json, const engine::RunSummary& run) {
  json.key("run").number(run.run.value).key("engine").string(run.engine);
  json.key("kind").string(run.scheduled ? "scheduled" : "manual");
  json.key("fires_at").string(time::to_string(run.fires_at)).key("state").string(run.state);
  json.key("due").number(run.due).key("invoiced").number(run.counts.invoiced);
  json.key("parked").number(run.counts.parked).key("held").number(run.counts.held);
  json.key("nothing_due").number(run.counts.nothing_due);
  json.key("cut").number(run.cut).key("configuration_version").number(run.version.value);
  json.key("started_at").string(time::to_string(run.started_at)).key("ended_at");
  run.ended_at ? json.string(time::to_string(*run.ended_at)) : json.null();
}

/// Of the runs that nobody works on, those among `shown`.
std::vector<engine::UnattendedRun> unattended_among(engine::Runner& runner,
                                                    std::span<const engine::RunSummary> shown) {
  std::vector<engine::UnattendedRun> unattended = runner.unattended();
  std::erase_if(unattended, [&](const engine::UnattendedRun& run) {
    return std::ranges::none_of(shown, [&](const auto& one) { return one.run == run.run; });
  });
  return unattended;
}

void write_unattended(text::JsonWriter& json, const std::vector<engine::UnattendedRun>& runs) {
  json.key("unattended").begin_array();
  for (const engine::UnattendedRun& run : runs) {
    json.begin_object().key("run").number(run.run.value);
    json.key("since").string(time::to_string(run.since));
    json.key("says").string(run.says()).key("todo").string(run.todo()).end_object();
  }
  json.end_array();
}

std::string in_words(const engine::UnattendedRun& run) {
  return fmt::format("{}\n  → {}", run.says(), run.todo());
}

void write_progress(text::JsonWriter& json, const engine::RunProgress& progress) {
  json.key("progress").begin_object();
  json.key("customers_done").number(progress.customers_done);
  json.key("customers").number(progress.customers);
  json.key("batches_done").number(progress.batches_done).key("batches").number(progress.batches);
  json.key("customers_per_second");
  progress.customers_per_second ? json.number(rate_of(progress)) : json.null();
  json.key("seconds_left");
  progress.remaining ? json.number(progress.remaining->count()) : json.null();
  json.key("workers").begin_array();
  for (const engine::RunWorker& worker : progress.workers) {
    json.begin_object().key("host").string(worker.host).key("process").number(worker.process);
    json.key("batches").number(worker.batches).end_object();
  }
  json.end_array().end_object();
}

void write_held(text::JsonWriter& json, const engine::HeldCustomer& held) {
  json.begin_object().key("customer").string(held.key).key("run").number(held.run.value);
  json.key("state").string(held.state).key("reasons").string(held.reasons);
  json.key("held_at").string(time::to_string(held.held_at)).key("decided_at");
  held.decided_at ? json.string(time::to_string(*held.decided_at)) : json.null();
  json.key("decided_by").string(held.decided_by).key("decision").string(held.decision);
  json.key("figures").json(text::parse_json(held.figures)).end_object();
}

void write_held(text::JsonWriter& json, const std::vector<engine::HeldCustomer>& held) {
  json.key("held_customers").begin_array();
  for (const engine::HeldCustomer& customer : held) write_held(json, customer);
  json.end_array();
}

std::string in_words(const engine::RunSummary& run) {
  const std::int64_t unbilled = run.due - run.counts.total();
  std::string rest;
  if (run.state == "running") rest = fmt::format(" + {} to do (running)", unbilled);
  if (run.state == "cancelled") rest = fmt::format(" + {} not billed (cancelled)", unbilled);
  return fmt::format(
      "run {} of {}: {} due = {} invoiced + {} parked + {} held + {} with nothing due{}\n",
      run.run.value, run.engine, run.due, run.counts.invoiced, run.counts.parked, run.counts.held,
      run.counts.nothing_due, rest);
}

std::string in_words(const engine::RunProgress& progress) {
  std::string text =
      fmt::format("  {} of {} customers in {} of {} batches", progress.customers_done,
                  progress.customers, progress.batches_done, progress.batches);
  if (progress.customers_per_second) {
    text += fmt::format(", {} customers/s, about {} left", rate_of(progress),
                        time::to_string(progress.remaining.value()));
  }
  text += progress.workers.empty() ? "; nobody works on it" : "; at work:";
  for (const engine::RunWorker& worker : progress.workers) {
    text += fmt::format(" process {} on {} ({})", worker.process, worker.host, worker.batches);
  }
  return text;
}

std::string totals_of(const engine::HeldCustomer& held) {
  std::string totals;
  const text::Json figures = text::parse_json(held.figures);
  for (const text::Json& document : figures.at("documents").as_array()) {
    if (!totals.empty()) totals += ", ";
    totals += fmt::format("{} {} in {} lines", document.at("total").as_number(),
                          document.at("currency").as_string(), document.at("lines").as_number());
  }
  return totals;
}

std::string in_words(const engine::HeldCustomer& held) {
  const std::string decided =
      held.state == "open" ? "" : fmt::format(" ({} by {})", held.state, held.decided_by);
  return fmt::format("  held {}{}: {}: {}", held.key, decided, totals_of(held), held.reasons);
}

std::string progress_of(const engine::RunSummary& run) {
  if (run.state != "running" || run.due == 0) return run.state;
  return fmt::format("{} {} %", run.state, run.counts.total() * 100 / run.due);
}

void record_decision(System& system, std::string action, const VerdictArguments& arguments) {
  text::JsonWriter after;
  after.begin_object().key("customer").string(arguments.customer);
  after.key("why").string(arguments.reason).end_object();
  record(system, {.action = std::move(action),
                  .subject = fmt::format("run {}", arguments.run),
                  .after = after.finish()});
}

}  // namespace

void write_parked(text::JsonWriter& json, const std::vector<engine::ParkedCustomer>& parked) {
  json.key("parked_customers").begin_array();
  for (const engine::ParkedCustomer& customer : parked) {
    json.begin_object().key("customer").string(customer.key).key("reason").string(customer.reason);
    json.key("attempts").number(customer.attempts).end_object();
  }
  json.end_array();
}

int report_run(const Console& console, const RunReport& report) {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    write_summary(json, report.run);
    if (report.progress) {
      write_progress(json, *report.progress);
      write_unattended(json, report.unattended);
    }
    write_parked(json, report.parked);
    write_held(json, report.held);
    json.key("undivided_pools").begin_array();
    for (const engine::PoolProblem& problem : report.undivided) {
      json.begin_object().key("pool").string(problem.pool).key("month").string(problem.month);
      json.key("reason").string(problem.reason);
      json.key("since").string(time::to_string(problem.since)).end_object();
    }
    json.end_array().end_object();
    console.result(json);
  } else {
    console.result(in_words(report.run));
    if (report.progress && report.run.state == "running") {
      console.result(in_words(*report.progress));
    }
    for (const engine::UnattendedRun& run : report.unattended) console.result(in_words(run));
    for (const engine::ParkedCustomer& customer : report.parked) {
      console.result(fmt::format("  parked {}: {}", customer.key, customer.reason));
    }
    for (const engine::HeldCustomer& held : report.held) console.result(in_words(held));
    for (const engine::PoolProblem& problem : report.undivided) {
      console.result(fmt::format("  cost pool {} of {} is not divided: {}", problem.pool,
                                 problem.month, problem.reason));
    }
  }
  const bool is_whole =
      report.run.counts.parked + report.run.counts.held == 0 && report.undivided.empty();
  return is_whole ? 0 : 1;
}

int list_runs_command(System& system, const Console& console, int limit) {
  const auto runs = system.runner().list(limit);
  const auto unattended = unattended_among(system.runner(), runs);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("runs").begin_array();
    for (const engine::RunSummary& run : runs) {
      json.begin_object();
      write_summary(json, run);
      json.end_object();
    }
    json.end_array();
    write_unattended(json, unattended);
    json.end_object();
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
                     {"held", text::Align::kRight},
                     {"nothing due", text::Align::kRight}});
  for (const engine::RunSummary& run : runs) {
    table.add({std::to_string(run.run.value), run.engine, run.scheduled ? "scheduled" : "manual",
               time::to_string(run.fires_at), progress_of(run), std::to_string(run.due),
               std::to_string(run.counts.invoiced), std::to_string(run.counts.parked),
               std::to_string(run.counts.held), std::to_string(run.counts.nothing_due)});
  }
  console.result(table.to_string());
  for (const engine::UnattendedRun& run : unattended) console.result(in_words(run));
  note_limit(console, runs.size(), limit);
  return 0;
}

int show_run_command(System& system, const Console& console, std::int64_t run) {
  engine::Runner& runner = system.runner();
  const engine::RunSummary summary = runner.summary({run});
  report_run(console, {.run = summary,
                       .parked = runner.parked(RunId{run}),
                       .held = runner.held(RunId{run}),
                       .progress = runner.progress({run}),
                       .unattended = unattended_among(runner, std::span(&summary, 1))});
  return 0;
}

int cancel_run_command(System& system, const Console& console, std::int64_t run) {
  const engine::RunSummary summary = system.runner().cancel({run});
  record(system,
         {.action = "run.cancel", .subject = fmt::format("run {} of {}", run, summary.engine)});
  report_run(console, {.run = summary, .parked = {}, .held = {}});
  return summary.state == "cancelled" ? 0 : 1;
}

int list_held_command(System& system, const Console& console) {
  const auto held = system.runner().held(std::nullopt);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    write_held(json, held);
    json.end_object();
    console.result(json);
  } else {
    text::Table table({{"run", text::Align::kRight}, {"customer"}, {"documents"}, {"why"}});
    for (const engine::HeldCustomer& customer : held) {
      table.add({std::to_string(customer.run.value), customer.key, totals_of(customer),
                 customer.reasons});
    }
    console.result(table.to_string());
  }
  return held.empty() ? 0 : 1;
}

int approve_command(System& system, const Console& console, const VerdictArguments& arguments) {
  const auto approvals =
      system.runner().approve({{arguments.run}, arguments.customer, user_name(), arguments.reason});
  record_decision(system, "held.approve", arguments);
  bool all_issued = true;
  text::JsonWriter json;
  json.begin_object().key("approvals").begin_array();
  for (const engine::Approval& approval : approvals) {
    all_issued = all_issued && !approval.changed;
    json.begin_object().key("customer").string(approval.key).key("issued").begin_array();
    for (const std::string& number : approval.issued) json.string(number);
    json.end_array().key("changed");
    approval.changed ? json.string(*approval.changed) : json.null();
    json.end_object();
    if (console.json()) continue;
    console.result(approval.changed ? fmt::format("{} stays held, since this has changed: {}",
                                                  approval.key, *approval.changed)
                                    : fmt::format("{}: issued {}", approval.key,
                                                  fmt::join(approval.issued, ", ")));
  }
  json.end_array().end_object();
  if (console.json()) console.result(json);
  return all_issued ? 0 : 1;
}

int reject_command(System& system, const Console& console, const VerdictArguments& arguments) {
  const auto keys =
      system.runner().reject({{arguments.run}, arguments.customer, user_name(), arguments.reason});
  record_decision(system, "held.reject", arguments);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("rejected").begin_array();
    for (const std::string& key : keys) json.string(key);
    json.end_array().end_object();
    console.result(json);
  } else {
    for (const std::string& key : keys) {
      console.result(fmt::format("{} is due again for the next run", key));
    }
  }
  return 0;
}

}  // namespace reckoner::app
