#include "engine/versions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/configuration_in_use.hpp"
#include "engine/version_lock.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kFind{"find configuration version",
                                 "select version_id from config_version where sha256 = $1"};
constexpr store::Statement kInsertVersion{"insert configuration version", R"(
  insert into config_version (version_id, sha256, author, comment, created_at)
  select coalesce(max(version_id), 0) + 1, $1, $2, $3, $4 from config_version returning version_id)"};
constexpr store::Statement kInsertFiles{"insert configuration files", R"(
  insert into config_file (version_id, name, kind, content)
  select $1, name, kind, content
    from unnest($2::text[], $3::text[], $4::bytea[]) as f(name, kind, content))"};
constexpr store::Statement kActivate{"activate configuration version", R"(
  insert into config_activation (version_id, activated_at, activated_by, comment)
  values ($1, $2, $3, $4))"};
constexpr store::Statement kActive{"active configuration version", R"(
  select version_id from config_activation order by activation_id desc limit 1)"};
constexpr store::Statement kFiles{"configuration files", R"(
  select name, kind, content from config_file where version_id = $1 order by name)"};
constexpr store::Statement kStored{"stored configuration version", R"(
  select version_id, sha256, author, comment, created_at from config_version
   where version_id = $1)"};
constexpr store::Statement kStoredFiles{"stored configuration files", R"(
  select name, kind, length(content)::bigint as bytes from config_file
   where version_id = $1 order by kind, name)"};
constexpr store::Statement kHistory{"configuration history", R"(
  select a.activation_id, a.version_id, v.sha256, a.activated_at, a.activated_by, a.comment
    from config_activation a join config_version v using (version_id)
   where a.activation_id < $1
   order by a.activation_id desc
   limit $2)"};

Sha256 hash_of_bytes(const std::string& bytes) {
  Sha256 hash;
  RK_CHECK(bytes.size() == hash.size());
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

VersionId insert_version(store::Connection& connection, const config::Files& files,
                         const Sha256& hash, std::string_view author, std::string_view comment,
                         time::Instant now) {
  const VersionId version{
      connection.query(kInsertVersion, {store::Bytes(hash), author, comment, now})
          .only()
          .int64("version_id")};
  std::vector<std::string_view> names;
  std::vector<std::string_view> kinds;
  std::vector<store::Bytes> contents;
  for (const auto& [name, content] : files.content) {
    names.push_back(name);
    kinds.push_back("file");
    contents.emplace_back(content);
  }
  for (const auto& [name, library] : files.libraries) {
    names.push_back(name);
    kinds.push_back("library");
    contents.emplace_back(std::span<const std::uint8_t>(library));
  }
  connection.execute(kInsertFiles, {version, names, kinds, contents});
  return version;
}

}  // namespace

Versions::Versions(Catalogue catalogue, std::optional<std::filesystem::path> plugin_directory,
                   Follow follow)
    : catalogue_(std::move(catalogue)),
      plugin_directory_(std::move(plugin_directory)),
      follow_(std::move(follow)) {}

std::shared_ptr<const CompiledVersion> Versions::compile(config::Files files) const {
  return std::make_shared<const CompiledVersion>(std::move(files), catalogue_, plugin_directory_);
}

Versions::Applied Versions::apply(store::Connection& connection, config::Files files,
                                  std::string_view author, std::string_view comment,
                                  time::Instant now) {
  add_library_hashes(files, plugin_directory_);
  const auto compiled = compile(files);
  lock_versions(connection);
  if (const auto current = active(connection)) {
    check_in_use(connection, *load(connection, *current), *compiled, now);
  }
  const Sha256 hash = config::hash(files);
  const auto known = connection.query(kFind, {store::Bytes(hash)}).at_most_one();
  const VersionId version = known ? VersionId{known->int64("version_id")}
                                  : insert_version(connection, files, hash, author, comment, now);
  if (active(connection) == version) return {version, false};
  make_active(connection, version, *compiled, author, comment, now);
  return {version, true};
}

void Versions::make_active(store::Connection& connection, VersionId version,
                           const CompiledVersion& compiled, std::string_view author,
                           std::string_view comment, time::Instant now) const {
  connection.execute(kActivate, {version, now, author, comment});
  if (follow_) follow_(connection, compiled.configuration(), now);
}

Versions::Applied Versions::activate(store::Connection& connection, VersionId version,
                                     std::string_view author, std::string_view comment,
                                     time::Instant now) {
  const auto compiled = load(connection, version);
  lock_versions(connection);
  const auto current = active(connection);
  if (current == version) return {version, false};
  if (current) check_in_use(connection, *load(connection, *current), *compiled, now);
  make_active(connection, version, *compiled, author, comment, now);
  return {version, true};
}

PreviewedVersion::PreviewedVersion(Versions& versions,
                                   std::shared_ptr<const CompiledVersion> version)
    : versions_(versions), number_{-1} {
  const std::scoped_lock lock(versions_.mutex_);
  while (versions_.compiled_.contains(number_)) --number_.value;
  versions_.compiled_.emplace(number_, std::move(version));
}

PreviewedVersion::~PreviewedVersion() {
  const std::scoped_lock lock(versions_.mutex_);
  versions_.compiled_.erase(number_);
}

std::optional<VersionId> Versions::active(store::Connection& connection) const {
  const auto row = connection.query(kActive).at_most_one();
  if (!row) return std::nullopt;
  return VersionId{row->int64("version_id")};
}

config::Files Versions::files(store::Connection& connection, VersionId version) const {
  config::Files files;
  for (const store::Row& row : connection.query(kFiles, {version})) {
    if (row.text("kind") == "library") {
      files.libraries.emplace(row.text("name"), hash_of_bytes(row.bytes("content")));
    } else {
      files.content.emplace(row.text("name"), row.bytes("content"));
    }
  }
  if (files.content.empty()) {
    throw Error(fmt::format("there is no configuration version {}", version.value));
  }
  return files;
}

std::shared_ptr<const CompiledVersion> Versions::load(store::Connection& connection,
                                                      VersionId version) {
  const std::lock_guard lock(mutex_);
  if (const auto found = compiled_.find(version); found != compiled_.end()) return found->second;
  try {
    auto compiled = compile(files(connection, version));
    compiled_.emplace(version, compiled);
    return compiled;
  } catch (store::DatabaseError&) {
    throw;
  } catch (Error& error) {
    error.in(fmt::format("configuration version {}", version.value));
    throw;
  }
}

std::optional<StoredVersion> Versions::find_stored(store::Connection& connection,
                                                   VersionId version) const {
  const auto row = connection.query(kStored, {version}).at_most_one();
  if (!row) return std::nullopt;
  return StoredVersion{.version = version,
                       .sha256 = to_hex(row->bytes("sha256")),
                       .author = row->text("author"),
                       .comment = row->text("comment"),
                       .created_at = row->instant("created_at")};
}

std::vector<StoredFile> Versions::stored_files(store::Connection& connection,
                                               VersionId version) const {
  std::vector<StoredFile> files;
  for (const store::Row& row : connection.query(kStoredFiles, {version})) {
    files.push_back({row.text("name"), row.text("kind") == "library", row.int64("bytes")});
  }
  return files;
}

std::vector<Activation> Versions::history(store::Connection& connection) const {
  std::vector<Activation> history;
  constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
  for (auto& [number, activation] : history_before(connection, kAll, kAll)) {
    history.push_back(std::move(activation));
  }
  return history;
}

std::vector<std::pair<std::int64_t, Activation>> Versions::history_before(
    store::Connection& connection, std::int64_t activation, std::int64_t count) const {
  std::vector<std::pair<std::int64_t, Activation>> history;
  for (const store::Row& row : connection.query(kHistory, {activation, count})) {
    history.emplace_back(row.int64("activation_id"),
                         Activation{.version = {row.int64("version_id")},
                                    .sha256 = to_hex(row.bytes("sha256")),
                                    .activated_at = row.instant("activated_at"),
                                    .activated_by = row.text("activated_by"),
                                    .comment = row.text("comment")});
  }
  return history;
}

}  // namespace reckoner::engine
