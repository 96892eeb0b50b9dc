#include "app/commands_doctor.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "engine/doctor.hpp"
#include "handlers/catalogue.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using engine::Finding;
using engine::Verdict;

constexpr store::Statement kClock{"the server's clock", "select clock_timestamp() as now"};

/// Whether the active configuration, its plug-ins included, works in this program.
Finding examine_configuration(store::Connection& connection, engine::Versions& versions) {
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
    const engine::Clocks clocks{connection.query(kClock).only().instant("now"), system_now()};
    const std::optional<engine::Disk> disk =
        is_private ? engine::disk_of(data_directory(options)) : std::nullopt;
    engine::Versions versions(handlers::catalogue(), plugin_directory(options));
    for (Finding& finding : engine::examine_database(connection, versions, disk, clocks, [&] {
           return examine_configuration(connection, versions);
         })) {
      findings.push_back(std::move(finding));
    }
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
      json.key("verdict").string(engine::to_string(finding.verdict));
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
