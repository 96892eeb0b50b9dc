#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "time/cron_words.hpp"
#include "web/active_configuration.hpp"
#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/request_object.hpp"
#include "web/run_json.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kFiringsShown = 3;
constexpr std::int64_t kDryRunDefault = 1'000;
constexpr std::int64_t kDryRunMax = 10'000;

constexpr store::Statement kLastFirings{"api.last_firings",
                                        "select engine, last_fires_at from engine_schedule"};
constexpr store::Statement kRunning{
    "api.running_runs",
    "select run_id, engine from engine_run where state = 'running' order by run_id"};

/// What is not in the configuration.
struct EngineStanding {
  std::map<std::string, time::Instant> last_firings;
  std::multimap<std::string, std::int64_t> running;
};

EngineStanding read_standing(store::Connection& connection) {
  EngineStanding standing;
  for (const store::Row& row : connection.query(kLastFirings)) {
    standing.last_firings.emplace(row.text("engine"), row.instant("last_fires_at"));
  }
  for (const store::Row& row : connection.query(kRunning)) {
    standing.running.emplace(row.text("engine"), row.int64("run_id"));
  }
  return standing;
}

void write_schedule(text::JsonWriter& json, const config::EngineConfig& engine,
                    const EngineStanding& standing, time::Instant now) {
  json.key("schedule");
  if (!engine.schedule) {
    json.null();
    return;
  }
  const config::Schedule& schedule = *engine.schedule;
  json.begin_object().key("cron").string(schedule.cron.expression());
  json.key("zone").string(schedule.zone.name());
  json.key("in_words").string(time::in_words(schedule.cron));
  json.key("missed").string(schedule.missed == config::Missed::kSkip ? "skip" : "catch-up");
  const auto found = standing.last_firings.find(engine.id);
  const auto last =
      found == standing.last_firings.end() ? std::nullopt : std::optional(found->second);
  write_instant(json, "last_fired_at", last);
  // One whose grace goes on is still to come.
  const time::Instant waiting = now - engine.grace;
  std::vector<time::Instant> next;
  for (auto firing = schedule.cron.next(std::max(last.value_or(waiting), waiting), schedule.zone);
       firing && next.size() < kFiringsShown; firing = schedule.cron.next(*firing, schedule.zone)) {
    next.push_back(*firing);
  }
  json.key("next").begin_array();
  for (const time::Instant firing : next) json.string(time::to_string(firing));
  json.end_array();
  write_instant(json, "next_starts_at",
                next.empty() ? std::nullopt : std::optional(next.front() + engine.grace));
  json.end_object();
}

void write_parameter(text::JsonWriter& json, const engine::ParameterSpec& spec,
                     const config::HandlerConfig& step) {
  const auto written =
      std::find_if(step.parameters.begin(), step.parameters.end(),
                   [&](const config::Parameter& known) { return known.name == spec.name; });
  const bool is_default = written == step.parameters.end();
  json.begin_object().key("name").string(spec.name).key("kind").string(to_string(spec.kind));
  json.key("help").string(spec.help).key("value");
  json.string(is_default ? spec.default_value.value() : written->value).key("default");
  spec.default_value ? json.string(*spec.default_value) : json.null();
  json.key("is_default").boolean(is_default).end_object();
}

void write_facts(text::JsonWriter& json, std::string_view name,
                 const std::vector<engine::Fact>& facts) {
  json.key(name).begin_array();
  for (const engine::Fact fact : facts) json.string(engine::to_string(fact));
  json.end_array();
}

void write_handler(text::JsonWriter& json, const engine::HandlerSpec& spec,
                   const config::HandlerConfig& step) {
  json.begin_object().key("class").string(spec.class_name).key("summary").string(spec.summary);
  json.key("phase").string(engine::phase_of(spec));
  write_text_or_null(json, "library", step.library);
  json.key("parameters").begin_array();
  for (const engine::ParameterSpec& parameter : spec.parameters) {
    write_parameter(json, parameter, step);
  }
  json.end_array();
  write_facts(json, "needs", spec.needs);
  write_facts(json, "leaves", spec.leaves);
  write_facts(json, "uses_up", spec.uses_up);
  json.key("file").string(step.place.file).key("line").number(step.place.line).end_object();
}

void write_engine(text::JsonWriter& json, const engine::CompiledVersion& version,
                  const config::EngineConfig& engine, const EngineStanding& standing,
                  time::Instant now) {
  const engine::Chain& chain = version.chain(engine.id);
  json.begin_object().key("id").string(engine.id).key("issues").boolean(chain.issues());
  json.key("duns").boolean(chain.duns());
  write_schedule(json, engine, standing, now);
  json.key("batch_size").number(engine.batch_size).key("workers").number(engine.workers);
  json.key("grace_seconds").number(engine.grace.count()).key("running").begin_array();
  const auto [first, last] = standing.running.equal_range(engine.id);
  for (auto run = first; run != last; ++run) json.number(run->second);
  json.end_array().key("handlers").begin_array();
  RK_CHECK(chain.handlers().size() == engine.handlers.size());
  for (std::size_t i = 0; i < engine.handlers.size(); ++i) {
    write_handler(json, chain.handlers()[i], engine.handlers[i]);
  }
  json.end_array().end_object();
}

Response list_engines(const ConsoleApi& api) {
  const auto lease = take_connection(api.pool());
  const auto [number, version] = active_configuration(*lease, api.versions());
  const EngineStanding standing = read_standing(*lease);
  text::JsonWriter json;
  json.begin_object().key("configuration_version").number(number.value);
  json.key("items").begin_array();
  for (const config::EngineConfig& engine : version->configuration().engines) {
    write_engine(json, *version, engine, standing, api.now());
  }
  json.end_array().end_object();
  return json_response(json);
}

/// A label that no period can have would bill nothing, without a word.
std::string parse_label(const std::string& label) {
  if (label.size() != 7) throw Error(fmt::format("'{}' is not a month such as 2026-10", label));
  time::parse_date(label + "-01");
  return label;
}

/// Throws Problem 404 for an engine that there is not, 422 for one that issues nothing.
void check_engine(store::Connection& connection, const ConsoleApi& api, const std::string& id) {
  const auto version = active_configuration(connection, api.versions()).compiled;
  const auto& engines = version->configuration().engines;
  const bool known = std::any_of(engines.begin(), engines.end(),
                                 [&](const auto& engine) { return engine.id == id; });
  if (!known) throw Problem(404, fmt::format("there is no engine '{}'", id));
  if (!version->chain(id).runs()) {
    throw Problem(422, fmt::format("engine '{}' issues nothing, so it cannot be run", id));
  }
}

engine::RunRequest run_request(const RequestObject& body, const std::string& engine,
                               time::Instant now) {
  engine::RunRequest request{.engine = engine, .scheduled = false, .fires_at = now};
  request.period_label = body.optional_parsed("period", parse_label).value_or("");
  request.customer_key = body.optional_text("customer").value_or("");
  request.retry_parked = body.optional_boolean("retry_parked").value_or(false);
  request.true_ups = body.optional_boolean("true_ups").value_or(false);
  return request;
}

Response begin_run(const ConsoleApi& api, const Request& request,
                   const engine::RunRequest& wanted) {
  return once(api.pool(), request, wanted.fires_at, [&](store::Connection& connection) {
    check_engine(connection, api, wanted.engine);
    const auto run = refused_as(422, [&] { return api.runner.start(connection, wanted); });
    RK_CHECK(run.has_value());
    const std::string state = to_json(read_run(connection, *run, wanted.fires_at).value());
    record(connection, request,
           {.action = wanted.retry_parked ? "run.retry-parked" : "run.start",
            .subject = fmt::format("run {} of {}", run->value, wanted.engine),
            .after = state},
           wanted.fires_at);
    return Response{
        202, "application/json", state, {{"Location", fmt::format("/api/v1/runs/{}", run->value)}}};
  });
}

Response start_run(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"period", "customer", "retry_parked", "true_ups"});
  return begin_run(api, request, run_request(body, request.path_values.at("engine"), api.now()));
}

Response retry_parked(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"engine", "customer"});
  engine::RunRequest wanted{.engine = body.optional_text("engine").value_or(engine::kMonthlyEngine),
                            .scheduled = false,
                            .fires_at = api.now()};
  wanted.customer_key = body.optional_text("customer").value_or("");
  wanted.retry_parked = true;
  return begin_run(api, request, wanted);
}

void write_reasons(text::JsonWriter& json, std::string_view name,
                   const std::vector<engine::ParkedCustomer>& customers) {
  json.key(name).begin_array();
  for (const engine::ParkedCustomer& customer : customers) {
    json.begin_object().key("customer").string(customer.key);
    json.key("reason").string(customer.reason).end_object();
  }
  json.end_array();
}

void write_dunning(text::JsonWriter& json,
                   const std::vector<engine::Runner::DunningStepToCome>& steps) {
  json.key("dunning").begin_array();
  for (const engine::Runner::DunningStepToCome& step : steps) {
    json.begin_object().key("customer").string(step.customer_key);
    json.key("document").string(step.document).key("what").string(step.what);
    json.key("overdue");
    write_money(json, step.overdue);
    json.key("fee");
    step.fee ? write_money(json, *step.fee) : void(json.null());
    json.end_object();
  }
  json.end_array();
}

Response dry_run(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request,
                           {"period", "customer", "retry_parked", "true_ups", "customers_max"});
  const std::string& engine = request.path_values.at("engine");
  const auto customers_max =
      body.optional_integer("customers_max", 1, kDryRunMax).value_or(kDryRunDefault);
  const engine::RunRequest wanted = run_request(body, engine, api.now());
  check_engine(*take_connection(api.pool()), api, engine);
  engine::Runner::DryRun found = refused_as(
      422, [&] { return api.runner.dry_run(wanted, static_cast<std::size_t>(customers_max)); });
  std::map<std::string, money::Money> totals;
  for (const domain::Document& document : found.documents) {
    const auto [total, is_new] =
        totals.try_emplace(std::string(document.currency.code()), document.total);
    if (!is_new) total->second = total->second + document.total;
  }
  std::stable_sort(found.documents.begin(), found.documents.end(),
                   [](const domain::Document& a, const domain::Document& b) {
                     return b.total.amount() < a.total.amount();
                   });
  text::JsonWriter json;
  json.begin_object().key("engine").string(engine);
  json.key("as_of").string(time::to_string(wanted.fires_at)).key("due").number(found.due);
  json.key("parked_before").number(found.parked_before).key("computed").number(found.computed);
  json.key("documents").number(found.documents.size()).key("totals").begin_array();
  for (const auto& [currency, total] : totals) write_money(json, total);
  json.end_array().key("customers").begin_array();
  for (const domain::Document& document : found.documents) {
    json.begin_object().key("customer").string(document.customer_key);
    json.key("name").string(document.customer_name).key("kind");
    json.string(domain::to_string(document.kind));
    json.key("lines").number(document.lines.size()).key("total");
    write_money(json, document.total);
    json.key("carried_forward").string(document.carried_forward.to_string()).end_object();
  }
  json.end_array();
  write_dunning(json, found.dunning);
  write_reasons(json, "would_park", found.parked);
  write_reasons(json, "would_hold", found.held);
  json.end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> engine_routes(const ConsoleApi& api) {
  return {
      staff_route("GET", "/api/v1/engines", Right::kConsole,
                  [api](const Request&) { return list_engines(api); }),
      staff_route("POST", "/api/v1/engines/{engine}/runs", Right::kOperate,
                  [api](const Request& request) { return start_run(api, request); }),
      staff_route("POST", "/api/v1/engines/{engine}/dry-run", Right::kOperate,
                  [api](const Request& request) { return dry_run(api, request); }),
      staff_route("POST", "/api/v1/parked/retry", Right::kOperate,
                  [api](const Request& request) { return retry_parked(api, request); }),
  };
}

}  // namespace reckoner::web
