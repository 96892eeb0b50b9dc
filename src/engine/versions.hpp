#pragma once

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

/// The configuration versions of a database: immutable, hashed, one of them active. Thread-safe.
class Versions {
 public:
  Versions(Catalogue catalogue, std::optional<std::filesystem::path> plugin_directory);

  const Catalogue& catalogue() const { return catalogue_; }

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
  /// A number to compute with a version that is not stored, to see what it would do: below zero,
  /// for load() of this process alone, and never to be written anywhere.
  VersionId preview(std::shared_ptr<const CompiledVersion> version);
  /// Built on first use and kept: versions never change.
  std::shared_ptr<const CompiledVersion> load(store::Connection& connection, VersionId version);
  /// Latest first.
  std::vector<Activation> history(store::Connection& connection) const;

 private:
  const Catalogue catalogue_;
  const std::optional<std::filesystem::path> plugin_directory_;
  std::mutex mutex_;
  std::map<VersionId, std::shared_ptr<const CompiledVersion>> compiled_;  // guarded by mutex_
};

}  // namespace reckoner::engine
