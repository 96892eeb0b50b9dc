#include "engine/versions.hpp"

#include <fmt/format.h>

#include <algorithm>

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
constexpr store::Statement kHistory{"configuration history", R"(
  select a.version_id, v.sha256, a.activated_at, a.activated_by, a.comment
    from config_activation a join config_version v using (version_id)
   order by a.activation_id desc)"};

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

Versions::Versions(Catalogue catalogue, std::optional<std::filesystem::path> plugin_directory)
    : catalogue_(std::move(catalogue)), plugin_directory_(std::move(plugin_directory)) {}

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
  connection.execute(kActivate, {version, now, author, comment});
  return {version, true};
}

Versions::Applied Versions::activate(store::Connection& connection, VersionId version,
                                     std::string_view author, std::string_view comment,
                                     time::Instant now) {
  const auto compiled = load(connection, version);
  lock_versions(connection);
  const auto current = active(connection);
  if (current == version) return {version, false};
  if (current) check_in_use(connection, *load(connection, *current), *compiled, now);
  connection.execute(kActivate, {version, now, author, comment});
  return {version, true};
}

VersionId Versions::preview(std::shared_ptr<const CompiledVersion> version) {
  const std::scoped_lock lock(mutex_);
  std::int64_t number = -1;
  while (compiled_.contains({number})) --number;
  compiled_.emplace(VersionId{number}, std::move(version));
  return {number};
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

std::vector<Activation> Versions::history(store::Connection& connection) const {
  std::vector<Activation> history;
  for (const store::Row& row : connection.query(kHistory)) {
    history.push_back({.version = {row.int64("version_id")},
                       .sha256 = to_hex(row.bytes("sha256")),
                       .activated_at = row.instant("activated_at"),
                       .activated_by = row.text("activated_by"),
                       .comment = row.text("comment")});
  }
  return history;
}

}  // namespace reckoner::engine
