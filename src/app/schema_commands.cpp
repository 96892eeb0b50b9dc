#include "app/schema_commands.hpp"

#include <fmt/format.h>

#include "store/distribution.hpp"
#include "store/schema.hpp"
#include "text/json.hpp"

namespace reckoner::app {

namespace {

void show_as_json(const Console& console, std::string_view schema,
                  const std::optional<store::Distribution>& distribution) {
  text::JsonWriter json;
  json.begin_object().key("schema").string(schema);
  if (distribution) {
    json.key("nodes").number(distribution->nodes).key("placed").begin_array();
    for (const std::string& table : distribution->placed) json.string(table);
    json.end_array();
  }
  json.end_object();
  console.result(json);
}

int migrate_command(System& system, const Console& console, const MigrateArguments& arguments) {
  // Opening the database has migrated it.
  std::optional<store::Distribution> distribution;
  if (arguments.distribute) {
    store::Connection owner = system.owner_connection();
    distribution = store::distribute(owner, arguments.shards);
  }
  const std::string_view schema = store::schema::embedded_files().back().name;
  if (console.json()) {
    show_as_json(console, schema, distribution);
    return 0;
  }
  console.result(fmt::format("the schema is up to date: {}", schema));
  if (distribution) {
    console.result(fmt::format("{} tables were placed now; customers live on {} {}",
                               distribution->placed.size(), distribution->nodes,
                               distribution->nodes == 1 ? "node" : "nodes"));
  }
  return 0;
}

}  // namespace

SchemaCommands::SchemaCommands(CLI::App& app, const Declare& declare) {
  CLI::App* migrate = declare(app, "migrate", "bring the database's schema up to date",
                              [this](System& system, const Console& console) {
                                return migrate_command(system, console, migrate_);
                              });
  CLI::Option* distribute =
      migrate->add_flag("--distribute", migrate_.distribute,
                        "spread the tables by customer over the nodes of a Citus cluster");
  migrate
      ->add_option("--shards", migrate_.shards,
                   "parts into which customers are divided, for ever (default 16)")
      ->needs(distribute)
      ->check(CLI::Range(1, 1024));
}

}  // namespace reckoner::app
