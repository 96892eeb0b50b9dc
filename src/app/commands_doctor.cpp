#include "app/commands_doctor.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "app/doctor.hpp"
#include "handlers/catalogue.hpp"
#include "store/migrations.hpp"
#include "store/schema.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

constexpr store::Statement kClock{"the server's clock", "select clock_timestamp() as now"};

constexpr store::Statement kBacklog{"backlog", R"(
  select (select count(*) from engine_run where state = 'running') as unfinished_runs,
         (select count(*) from parked) as parked,
         (select count(*) from quarantine where state = 'open') as quarantined,
         (select count(*) from outbox where state = 'pending') as mails_pending,
         (select count(*) from outbox where state = 'dead') as mails_dead,
         (select min(next_try_at) from outbox where state = 'pending') as oldest_mail,
         (select min(received_at) from ingest_batch where cut is null) as oldest_batch)"};

constexpr store::Statement kHeld{"held documents",
                                 "select count(*) as held from held where state = 'open'"};
constexpr store::Statement kHasHeld{"has held documents",
                                    "select to_regclass('held') is not null as held"};

Backlog read_backlog(store::Connection& connection, const CommonOptions& options,
                     time::Instant now) {
  engine::Versions versions(handlers::catalogue(), plugin_directory(options));
  const store::Row row = connection.query(kBacklog).only();
  Backlog backlog{.unfinished_runs = row.int64("unfinished_runs"),
                  .unattended_runs = engine::unattended_runs(connection, versions, now),
                  .parked = row.int64("parked"),
                  .held = 0,
                  .quarantined = row.int64("quarantined"),
                  .mails_pending = row.int64("mails_pending"),
                  .mails_dead = row.int64("mails_dead"),
                  .oldest_mail = row.optional_instant("oldest_mail"),
                  .oldest_batch = row.optional_instant("oldest_batch")};
  if (connection.query(kHasHeld).only().boolean("held")) {
    backlog.held = connection.query(kHeld).only().int64("held");
  }
  return backlog;
}

std::optional<Disk> disk_of(const std::filesystem::path& directory) {
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (error) return std::nullopt;
  return Disk{.free = space.available, .size = space.capacity};
}

/// Whether the active configuration, its plug-ins included, works in this program.
Finding examine_configuration(store::Connection& connection, const CommonOptions& options) {
  engine::Versions versions(handlers::catalogue(), plugin_directory(options));
  const auto active = versions.active(connection);
  if (!active) {
    return {"configuration", Verdict::kOk, "none is active yet: the first start applies one", ""};
  }
  try {
    const auto libraries = versions.load(connection, *active)->files().libraries.size();
    return {"configuration", Verdict::kOk,
            fmt::format("version {} is active{}", active->value,
                        libraries == 0 ? "" : fmt::format(", with {} plug-ins", libraries)),
            ""};
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    return {"configuration", Verdict::kWrong,
            fmt::format("version {} does not work here: {}", active->value, error.what()),
            "give --plugins the directory with its libraries, or apply a configuration"};
  }
}

/// As far as the database can be used.
void examine(store::Connection& connection, const CommonOptions& options, bool is_private,
             std::vector<Finding>& findings) {
  const store::ServerFacts facts = store::read_server_facts(connection);
  const time::Instant servers = connection.query(kClock).only().instant("now");
  const time::Instant now = system_now();
  for (Finding& finding : judge_server(facts)) findings.push_back(std::move(finding));
  findings.push_back(judge_clock(servers, now));
  findings.push_back(judge_disk(
      is_private ? disk_of(data_directory(options)) : std::optional<Disk>(), facts.database_bytes));
  const auto files = store::schema::embedded_files();
  const auto known = static_cast<std::int64_t>(files.size());
  try {
    const std::int64_t pending = store::pending_migrations(connection, files);
    findings.push_back(judge_schema(known - pending, known));
    if (pending > 0) return;
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    findings.push_back({"schema", Verdict::kWrong, error.what(), "use the program it names"});
    return;
  }
  findings.push_back(examine_configuration(connection, options));
  for (Finding& finding : judge_backlog(read_backlog(connection, options, now), now)) {
    findings.push_back(std::move(finding));
  }
}

std::vector<Finding> findings_about(const CommonOptions& options) {
  const bool is_private = options.database.empty();
  std::vector<Finding> findings;
  std::error_code ignored;
  if (is_private && !std::filesystem::exists(data_directory(options) / "cluster", ignored)) {
    return {{"database", Verdict::kOk,
             fmt::format("there is none in {} yet: the first start makes it",
                         data_directory(options).string()),
             ""}};
  }
  try {
    std::optional<store::EmbeddedCluster> cluster;
    if (is_private) cluster.emplace(store::EmbeddedCluster::open(data_directory(options)));
    store::Connection connection(connection_options_of(options, cluster, store::Role::kWriter));
    findings.push_back(
        {"database", Verdict::kOk,
         is_private ? fmt::format("a private cluster in {}", data_directory(options).string())
                    : "answers",
         ""});
    examine(connection, options, is_private, findings);
  } catch (const Error& error) {
    findings.push_back(
        {"database", Verdict::kWrong, error.what(), "see to it that the server runs, and why not"});
  }
  return findings;
}

}  // namespace

int doctor_command(const CommonOptions& options, const Console& console) {
  const std::vector<Finding> findings = findings_about(options);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("findings").begin_array();
    for (const Finding& finding : findings) {
      json.begin_object().key("subject").string(finding.subject);
      json.key("verdict").string(to_string(finding.verdict));
      json.key("says").string(finding.says).key("todo").string(finding.todo).end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return exit_code_of(findings);
  }
  text::Table table({{"subject"}, {""}, {"what is so"}});
  for (const Finding& finding : findings) {
    table.add({finding.subject, std::string(to_string(finding.verdict)), finding.says});
    if (!finding.todo.empty()) table.add({"", "", "→ " + finding.todo});
  }
  console.result(table.to_string());
  return exit_code_of(findings);
}

}  // namespace reckoner::app
