#include "app/commands_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "accounts/api_keys.hpp"
#include "app/commands.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

void write_key(text::JsonWriter& json, const accounts::ApiKey& key) {
  json.key("id").number(key.key_id).key("name").string(key.name);
  json.key("prefix").string(key.prefix).key("scopes").begin_array();
  for (const std::string& scope : key.scopes) json.string(scope);
  json.end_array().key("namespace").string(key.namespace_name).key("customer");
  key.customer ? json.string(key.customer_key) : json.null();
  json.key("created_at").string(time::to_string(key.created_at));
  json.key("created_by").string(key.created_by).key("expires_at");
  key.expires_at ? json.string(time::to_string(*key.expires_at)) : json.null();
  json.key("revoked_at");
  key.revoked_at ? json.string(time::to_string(*key.revoked_at)) : json.null();
  json.key("revoked_by").string(key.revoked_by);
}

}  // namespace

int create_key_command(System& system, const Console& console, const KeyArguments& arguments) {
  std::optional<time::Instant> expires_at;
  if (!arguments.expires.empty()) {
    expires_at = parse_as_of(arguments.expires, time::Zone::named("UTC"));
  }
  const accounts::NewApiKey made = system.change([&](store::Connection& connection) {
    return accounts::create_api_key(connection,
                                    {.name = arguments.name,
                                     .scopes = words_of(arguments.scopes),
                                     .customer = arguments.customer,
                                     .namespace_name = arguments.namespace_name,
                                     .expires_at = expires_at},
                                    {user_name()}, system.clock()());
  });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("secret").string(made.secret);
    write_key(json, made.key);
    json.end_object();
    console.result(json);
    return 0;
  }
  console.note(fmt::format("key {} '{}': {} in namespace {}. Shown only now:", made.key.key_id,
                           made.key.name, fmt::join(made.key.scopes, ", "),
                           made.key.namespace_name));
  console.result(made.secret);
  return 0;
}

int list_keys_command(System& system, const Console& console) {
  auto connection = system.connection();
  const auto keys = accounts::list_api_keys(*connection);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("keys").begin_array();
    for (const accounts::ApiKey& key : keys) {
      json.begin_object();
      write_key(json, key);
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"key", text::Align::kRight},
                     {"name"},
                     {"begins with"},
                     {"scopes"},
                     {"namespace"},
                     {"customer"},
                     {"made"},
                     {"expires"},
                     {"revoked"}});
  for (const accounts::ApiKey& key : keys) {
    table.add({std::to_string(key.key_id), key.name, key.prefix,
               fmt::format("{}", fmt::join(key.scopes, ",")), key.namespace_name, key.customer_key,
               time::to_string(key.created_at),
               key.expires_at ? time::to_string(*key.expires_at) : "",
               key.revoked_at ? time::to_string(*key.revoked_at) : ""});
  }
  console.result(table.to_string());
  return 0;
}

int revoke_key_command(System& system, const Console& console, std::int64_t key) {
  const accounts::ApiKey revoked = system.change([&](store::Connection& connection) {
    return accounts::revoke_api_key(connection, key, {user_name()}, system.clock()());
  });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    write_key(json, revoked);
    json.end_object();
    console.result(json);
    return 0;
  }
  console.result(fmt::format("key {} '{}' is revoked; running daemons refuse it within 5 seconds",
                             revoked.key_id, revoked.name));
  return 0;
}

KeyCommands::KeyCommands(CLI::App& app, const Declare& declare) {
  CLI::App* group = app.add_subcommand("key", "keys that let programs call the API");
  group->require_subcommand(1);
  CLI::App* create = declare(*group, "create", "make a key; its secret is shown only now",
                             [this](System& system, const Console& console) {
                               return create_key_command(system, console, key_);
                             });
  create->add_option("name", key_.name, "for people")->required();
  create->add_option("--scopes", key_.scopes,
                     "of ingest, query, see, admin; divided by commas (default ingest,query)");
  create->add_option("--customer", key_.customer,
                     "sees and sends only this customer's events, in its own namespace");
  create->add_option("--namespace", key_.namespace_name,
                     "of the events it sends (default: default)");
  create->add_option("--expires", key_.expires,
                     "an instant or a day (UTC) from which on it is refused (default: never)");
  declare(*group, "list", "all keys, without their secrets", list_keys_command);
  CLI::App* revoke = declare(*group, "revoke", "let a key be refused within 5 seconds",
                             [this](System& system, const Console& console) {
                               return revoke_key_command(system, console, number_);
                             });
  revoke->add_option("key", number_, "its number in the list")->required();
}

}  // namespace reckoner::app
