#include <algorithm>

#include "engine/doctor.hpp"
#include "engine/plugin.hpp"
#include "store/migrations.hpp"
#include "store/schema.hpp"
#include "web/console_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

using engine::Finding;
using engine::Verdict;

constexpr store::Statement kClock{"api.servers_clock", "select clock_timestamp() as now"};

constexpr store::Statement kWorkers{"api.workers", R"(
  select w.host, w.process, w.started_at,
         (select count(*) from run_batch b where b.worker_id = w.worker_id and b.state = 'open')
           as batches
    from run_worker w order by w.host, w.process)"};

void write_database(text::JsonWriter& json, const store::ServerFacts& facts) {
  json.key("database").begin_object().key("version").string(facts.version);
  write_text_or_null(json, "citus", facts.citus.value_or(""));
  json.key("role").string(facts.user).key("bytes").number(facts.database_bytes);
  json.key("connections").number(facts.connections);
  json.key("connections_max").number(facts.connections_max);
  json.key("synchronous_commit").string(facts.synchronous_commit);
  json.key("standbys").begin_array();
  for (const store::Standby& standby : facts.standbys) {
    json.begin_object().key("name").string(standby.name);
    write_text_or_null(json, "state", standby.sync_state.value_or(""));
    json.end_object();
  }
  json.end_array().end_object();
}

void write_workers(text::JsonWriter& json, store::Connection& connection) {
  json.key("workers").begin_array();
  for (const store::Row& row : connection.query(kWorkers)) {
    json.begin_object().key("host").string(row.text("host"));
    json.key("process").number(row.int64("process"));
    json.key("started_at").string(time::to_string(row.instant("started_at")));
    json.key("batches").number(row.int64("batches")).end_object();
  }
  json.end_array();
}

Verdict worst_of(const std::vector<Finding>& findings) {
  Verdict worst = Verdict::kOk;
  for (const Finding& finding : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

Response show_health(const ConsoleApi& api) {
  const time::Instant now = api.now();
  const auto lease = take_connection(api.pool());
  const std::optional<engine::Disk> disk =
      api.cluster_directory ? engine::disk_of(*api.cluster_directory) : std::nullopt;
  const std::vector<Finding> findings = engine::examine_database(
      *lease, api.versions(), disk, {lease->query(kClock).only().instant("now"), now});
  const auto files = store::schema::embedded_files();
  const auto known = static_cast<std::int64_t>(files.size());
  const auto active = api.versions().active(*lease);
  text::JsonWriter json;
  json.begin_object().key("status").string(engine::to_string(worst_of(findings)));
  json.key("at").string(time::to_string(now)).key("program").string(RECKONER_VERSION);
  json.key("tzdata").string(time::Zone::database_version());
  json.key("plugin_abi").number(engine::kPluginAbi);
  write_number_or_null(json, "configuration_version",
                       active ? std::optional(active->value) : std::nullopt);
  write_database(json, store::read_server_facts(*lease));
  json.key("schema").begin_object();
  json.key("applied").number(known - store::pending_migrations(*lease, files));
  json.key("known").number(known).end_object();
  write_workers(json, *lease);
  json.key("findings").begin_array();
  for (const Finding& finding : findings) {
    json.begin_object().key("subject").string(finding.subject);
    json.key("verdict").string(engine::to_string(finding.verdict));
    json.key("says").string(finding.says);
    write_text_or_null(json, "todo", finding.todo);
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> health_state_routes(const ConsoleApi& api) {
  return {staff_route("GET", "/api/v1/health", Right::kConsole,
                      [api](const Request&) { return show_health(api); })};
}

}  // namespace reckoner::web
