#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/chain.hpp"
#include "store/connection.hpp"

namespace reckoner::engine {

/// A row of the history: when a version was made the active one.
struct Activation {
  VersionId version;
  std::string sha256;  ///< hexadecimal
  time::Instant activated_at;
  std::string activated_by;
  std::string comment;
};

/// A version as it is stored, without its files.
struct StoredVersion {
  VersionId version;
  std::string sha256;  ///< hexadecimal
  std::string author;
  std::string comment;
  time::Instant created_at;
};

/// A file of a stored version, without its text.
struct StoredFile {
  std::string name;
  bool library = false;    ///< a plug-in library, of which the hash is stored
  std::int64_t bytes = 0;  ///< of its text
};

/// The configuration versions of a database: immutable, hashed, one of them active. Thread-safe.
class Versions {
 public:
  /// What follows in the transaction that has made another version active, for folders that stand
  /// beside the engine.
  using Follow =
      std::function<void(store::Connection&, const config::Configuration&, time::Instant)>;

  Versions(Catalogue catalogue, std::optional<std::filesystem::path> plugin_directory,
           Follow follow = {});

  const Catalogue& catalogue() const { return catalogue_; }
  const std::optional<std::filesystem::path>& plugin_directory() const { return plugin_directory_; }

  /// Checks and builds a version from files without touching a database; throws as CompiledVersion
  /// does.
  std::shared_ptr<const CompiledVersion> compile(config::Files files) const;

  /// Makes `files` the active version, storing it when no version has its hash. Inside the caller's
  /// transaction. Does nothing when it is active already. The files are compiled first, so what
  /// cannot run cannot become active.
  /// Throws Error for a version that what is there could not be billed under
  /// (configuration_in_use.hpp).
  struct Applied {
    VersionId version;
    bool changed;
  };
  Applied apply(store::Connection& connection, config::Files files, std::string_view author,
                std::string_view comment, time::Instant now);
  /// Makes an earlier version active again; throws Error when there is none of that number or it
  /// does not compile any more.
  Applied activate(store::Connection& connection, VersionId version, std::string_view author,
                   std::string_view comment, time::Instant now);

  /// None while the database is new.
  std::optional<VersionId> active(store::Connection& connection) const;
  /// The files of a version, as stored; throws Error when there is none of that number.
  config::Files files(store::Connection& connection, VersionId version) const;
  std::optional<StoredVersion> find_stored(store::Connection& connection, VersionId version) const;
  /// By name; empty when there is no such version.
  std::vector<StoredFile> stored_files(store::Connection& connection, VersionId version) const;
  /// Built on first use and kept: versions never change.
  std::shared_ptr<const CompiledVersion> load(store::Connection& connection, VersionId version);
  /// Latest first.
  std::vector<Activation> history(store::Connection& connection) const;
  /// The latest of those before `activation` (the number of a row), with their numbers.
  std::vector<std::pair<std::int64_t, Activation>> history_before(store::Connection& connection,
                                                                  std::int64_t activation,
                                                                  std::int64_t count) const;

 private:
  friend class PreviewedVersion;
  void make_active(store::Connection& connection, VersionId version,
                   const CompiledVersion& compiled, std::string_view author,
                   std::string_view comment, time::Instant now) const;

  const Catalogue catalogue_;
  const std::optional<std::filesystem::path> plugin_directory_;
  const Follow follow_;
  std::mutex mutex_;
  std::map<VersionId, std::shared_ptr<const CompiledVersion>> compiled_;  // guarded by mutex_
};

/// A number to compute with a version that is not stored, to see what it would do: below zero, for
/// Versions::load of this process alone while this object lives, and never to be written anywhere.
class PreviewedVersion {
 public:
  /// `versions` outlives it.
  PreviewedVersion(Versions& versions, std::shared_ptr<const CompiledVersion> version);
  ~PreviewedVersion();
  PreviewedVersion(const PreviewedVersion&) = delete;
  PreviewedVersion& operator=(const PreviewedVersion&) = delete;

  VersionId number() const { return number_; }

 private:
  Versions& versions_;
  VersionId number_;
};

}  // namespace reckoner::engine
