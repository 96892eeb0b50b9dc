#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/commands_runs.hpp"
#include "app/recorded.hpp"
#include "app/signals.hpp"
#include "documents/document_json.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

/// A label that no period can have would bill nothing, without a word.
void require_label(const std::string& label) {
  if (label.empty()) return;
  try {
    time::parse_date(label + "-01");
  } catch (const Error&) {
    throw UsageError(fmt::format("period '{}' is not a month such as 2026-10", label));
  }
}

void show_dunning(const Console& console,
                  const std::vector<engine::Runner::DunningStepToCome>& steps) {
  if (steps.empty()) return;
  text::Table table({{"customer"},
                     {"document"},
                     {"what"},
                     {"overdue", text::Align::kRight},
                     {"fee", text::Align::kRight},
                     {"currency"}});
  for (const engine::Runner::DunningStepToCome& step : steps) {
    table.add({step.customer_key, step.document, step.what, step.overdue.to_string(),
               step.fee ? step.fee->to_string() : "", std::string(step.overdue.currency().code())});
  }
  console.result(table.to_string());
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
    json.end_array().key("dunning").begin_array();
    for (const engine::Runner::DunningStepToCome& step : result.dunning) {
      json.begin_object().key("customer").string(step.customer_key);
      json.key("document").string(step.document).key("what").string(step.what);
      json.key("currency").string(step.overdue.currency().code());
      json.key("overdue").string(step.overdue.to_string()).key("fee");
      step.fee ? json.string(step.fee->to_string()) : json.null();
      json.end_object();
    }
    json.end_array();
    write_parked(json, result.parked);
    json.key("would_hold").begin_array();
    for (const engine::ParkedCustomer& customer : result.held) {
      json.begin_object().key("customer").string(customer.key);
      json.key("reasons").string(customer.reason).end_object();
    }
    json.end_array().end_object();
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
    if (result.dunning.empty()) console.result(table.to_string());
    show_dunning(console, result.dunning);
    for (const engine::ParkedCustomer& customer : result.parked) {
      console.result(fmt::format("  would park {}: {}", customer.key, customer.reason));
    }
    for (const engine::ParkedCustomer& customer : result.held) {
      console.result(fmt::format("  would hold {}: {}", customer.key, customer.reason));
    }
    console.result(result.dunning.empty()
                       ? fmt::format("{} due, {} documents, {} parked before; nothing was stored",
                                     result.due, result.documents.size(), result.parked_before)
                       : fmt::format("{} customers to look at, {} steps; nothing was stored",
                                     result.due, result.dunning.size()));
  }
  return result.parked.empty() && result.held.empty() && result.parked_before == 0 ? 0 : 1;
}

std::vector<engine::PoolProblem> undivided_pools(System& system, const std::string& engine) {
  const auto version = system.active();
  std::vector<engine::PoolProblem> problems = engine::pool_problems(*system.connection());
  std::erase_if(problems, [&](const engine::PoolProblem& problem) {
    const domain::CostPool* pool = version->configuration().allocation.pool(problem.pool);
    return pool == nullptr || pool->engine != engine;
  });
  return problems;
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
  record(system, {.action = arguments.retry_parked ? "run.retry-parked" : "run.start",
                  .subject = fmt::format("run {} of {}", run->value, arguments.engine)});
  const engine::RunSummary summary = system.runner().work(*run, stop, progress);
  return report_run(console, {.run = summary,
                              .parked = system.runner().parked(std::nullopt),
                              .held = system.runner().held(*run),
                              .undivided = undivided_pools(system, arguments.engine)});
}

}  // namespace reckoner::app
