#include <fmt/format.h>

#include <charconv>

#include "config/file_changes.hpp"
#include "config/file_kind.hpp"
#include "store/transaction.hpp"
#include "web/configuration_draft.hpp"
#include "web/configuration_json.hpp"
#include "web/etag.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

/// A read in one snapshot.
class Reading {
 public:
  explicit Reading(const ConfigurationApi& api)
      : lease_(take_connection(api.pool)),
        snapshot_(*lease_, store::TransactionKind::kSnapshotReadOnly) {}
  store::Connection& connection() { return *lease_; }

 private:
  store::Pool::Lease lease_;
  store::Transaction snapshot_;
};

[[noreturn]] void fail_unknown(const std::string& version) {
  throw Problem(404, fmt::format("there is no configuration version '{}'", version));
}

engine::StoredVersion version_named(const ConfigurationApi& api, store::Connection& connection,
                                    const std::string& text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) fail_unknown(text);
  const auto version = api.versions.find_stored(connection, {number});
  if (!version) fail_unknown(text);
  return *version;
}

engine::StoredVersion version_of(const ConfigurationApi& api, store::Connection& connection,
                                 const Request& request) {
  return version_named(api, connection, request.path_values.at("version"));
}

void write_activation(text::JsonWriter& json, const engine::Activation& activation) {
  json.key("version").number(activation.version.value);
  json.key("sha256").string(activation.sha256);
  json.key("activated_at").string(time::to_string(activation.activated_at));
  json.key("activated_by").string(activation.activated_by);
  json.key("comment").string(activation.comment);
}

void write_files(text::JsonWriter& json, const std::vector<engine::StoredFile>& files) {
  json.key("files").begin_array();
  for (const engine::StoredFile& file : files) {
    json.begin_object().key("name").string(file.name).key("kind");
    const auto kind = config::kind_of_file(file.name);
    json.string(file.library || !kind ? "library" : config::to_string(*kind)).key("size");
    file.library ? json.null() : json.number(file.bytes);
    json.end_object();
  }
  json.end_array();
}

struct OnDisk {
  std::string state;
  std::vector<config::FileChange> changes;
  std::string problem;
};

OnDisk compare_with_disk(const ConfigurationApi& api, const config::Files& active) {
  if (!api.directory) return {"unreadable", {}, "there is no directory with a configuration"};
  try {
    config::Files files = config::read_directory(*api.directory);
    files.libraries = active.libraries;
    auto changes = config::changes_between(active, files);
    return {changes.empty() ? "same" : "different", std::move(changes), ""};
  } catch (const Error& error) {
    return {"unreadable", {}, error.what()};
  }
}

void write_disk(text::JsonWriter& json, const OnDisk& disk) {
  json.key("disk").begin_object().key("state").string(disk.state).key("changes").begin_array();
  for (const config::FileChange& change : disk.changes) {
    json.begin_object();
    write_change_counts(json, change);
    json.end_object();
  }
  json.end_array().key("problem");
  disk.problem.empty() ? json.null() : json.string(disk.problem);
  json.end_object();
}

Response show_active(const ConfigurationApi& api, const Request&) {
  Reading reading(api);
  const auto history = api.versions.history_before(reading.connection(), kLatest, 1);
  if (history.empty()) throw Problem(503, "there is no configuration yet");
  const engine::Activation& activation = history.front().second;
  const config::Files files = api.versions.files(reading.connection(), activation.version);
  text::JsonWriter json;
  json.begin_object();
  write_activation(json, activation);
  write_files(json, api.versions.stored_files(reading.connection(), activation.version));
  write_disk(json, compare_with_disk(api, files));
  json.end_object();
  Response response = json_response(json);
  response.headers.emplace_back("ETag", etag_of_version(activation.version));
  return response;
}

std::int64_t cursor_of(const Request& request) {
  const auto text = request.parameter("cursor");
  if (!text) return kLatest;
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (problem != std::errc() || end != text->data() + text->size()) {
    throw Problem(400, "cursor is not one that a page gave");
  }
  return number;
}

Response list_versions(const ConfigurationApi& api, const Request& request) {
  const std::int64_t limit = number_parameter(request, "limit", 1, 500, 50);
  Reading reading(api);
  auto history = api.versions.history_before(reading.connection(), cursor_of(request), limit + 1);
  const bool more = static_cast<std::int64_t>(history.size()) > limit;
  if (more) history.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const auto& [number, activation] : history) {
    json.begin_object();
    write_activation(json, activation);
    json.end_object();
  }
  json.end_array().key("next");
  more ? json.string(std::to_string(history.back().first)) : json.null();
  json.end_object();
  return json_response(json);
}

Response show_version(const ConfigurationApi& api, const Request& request) {
  Reading reading(api);
  const engine::StoredVersion version = version_of(api, reading.connection(), request);
  text::JsonWriter json;
  json.begin_object().key("version").number(version.version.value);
  json.key("sha256").string(version.sha256).key("author").string(version.author);
  json.key("created_at").string(time::to_string(version.created_at));
  json.key("comment").string(version.comment);
  json.key("active").boolean(api.versions.active(reading.connection()) == version.version);
  write_files(json, api.versions.stored_files(reading.connection(), version.version));
  json.end_object();
  return json_response(json);
}

Response show_file(const ConfigurationApi& api, const Request& request) {
  Reading reading(api);
  const engine::StoredVersion version = version_of(api, reading.connection(), request);
  const std::string& name = request.path_values.at("file");
  const config::Files files = api.versions.files(reading.connection(), version.version);
  const auto file = files.content.find(name);
  const auto kind = config::kind_of_file(name);
  if (file == files.content.end() || !kind) {
    throw Problem(
        404, fmt::format("configuration version {} has no file '{}'", version.version.value, name));
  }
  text::JsonWriter json;
  json.begin_object().key("version").number(version.version.value);
  json.key("name").string(name).key("kind").string(config::to_string(*kind));
  json.key("text").string(file->second).end_object();
  return with_etag(request, json_response(json), etag_of(file->second));
}

Response show_difference(const ConfigurationApi& api, const Request& request) {
  const std::size_t context = context_of(request);
  const auto from = request.parameter("from");
  if (!from) throw Problem(400, "from is missing: the number of a version");
  Reading reading(api);
  store::Connection& connection = reading.connection();
  const VersionId before = version_named(api, connection, *from).version;
  const auto to = request.parameter("to");
  const VersionId after = to ? version_named(api, connection, *to).version
                             : active_configuration(connection, api.versions).number;
  return difference_response(before, after,
                             config::changes_between(api.versions.files(connection, before),
                                                     api.versions.files(connection, after)),
                             context);
}

}  // namespace

std::vector<Route> configuration_version_routes(const ConfigurationApi& api) {
  const auto route = [&api](std::string pattern, auto endpoint) {
    return Route{"GET", std::move(pattern), Right::kConsole,
                 [api, endpoint](const Request& request) { return endpoint(api, request); }};
  };
  return {
      route("/api/v1/configuration", show_active),
      route("/api/v1/configuration/versions", list_versions),
      route("/api/v1/configuration/versions/{version}", show_version),
      route("/api/v1/configuration/versions/{version}/files/{file}", show_file),
      route("/api/v1/configuration/difference", show_difference),
  };
}

std::vector<Route> configuration_routes(const ConfigurationApi& api) {
  std::vector<Route> routes;
  for (const auto& part :
       {configuration_version_routes(api), configuration_draft_routes(api),
        configuration_impact_routes(api), configuration_change_routes(api), decision_routes(api)}) {
    routes.insert(routes.end(), part.begin(), part.end());
  }
  return routes;
}

}  // namespace reckoner::web
