#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace reckoner::store {

/// The database roles of Reckoner. None but the bootstrap superuser is one.
enum class Role {
  kOwner,      ///< reckoner_owner: owns the database, runs the migrations
  kWriter,     ///< reckoner_writer: the daemon and the commands
  kReader,     ///< reckoner_reader: the web, for one tenant at a time
  kSuperuser,  ///< postgres: makes roles and databases, nothing else
};

/// "reckoner_writer" and so on.
std::string_view role_name(Role role);

enum class Durability {
  kFull,
  /// Loses everything when the machine stops (fsync off). For tests.
  kForTests,
};

struct EmbeddedOptions {
  Durability durability = Durability::kFull;
  /// How long a start, which may include recovery, or the end of somebody else's may take.
  std::chrono::seconds patience{60};
};

/// /var/lib/reckoner for root, else $XDG_DATA_HOME/reckoner, else ~/.local/share/reckoner. Throws
/// StartError when the environment names no home.
std::filesystem::path default_data_directory();

/// A private PostgreSQL cluster in a data directory, for a program that was given no --database. It
/// listens on a unix socket in a directory of mode 0700 and on nothing else; whoever may enter that
/// directory (its owner and root) is trusted. Commands share a running cluster: each holds a shared
/// advisory lock as long as it uses it, and the last one to leave stops the server. A cluster left
/// running by a killed command is adopted by the next. Starting and stopping are decided under a
/// lock on a file of the data directory. Layout: `cluster/` (PostgreSQL's), `reckoner.lock`,
/// `start.log`, and the socket where its path is short enough for one; otherwise that is
/// /tmp/reckoner-<hash of the directory>/. Its settings are given on the server's command line and
/// win over postgresql.conf. All functions but the moves may be called from several threads.
class EmbeddedCluster {
 public:
  /// Makes the cluster when there is none, starts it when it does not run. Throws StartError, one
  /// line, when PostgreSQL is not installed or of another version, or the directory cannot be used.
  static EmbeddedCluster open(const std::filesystem::path& directory,
                              const EmbeddedOptions& options = {});
  /// Leaves the cluster, and stops it if nobody else uses it, ending whatever is still connected.
  /// Errors are logged.
  ~EmbeddedCluster();
  EmbeddedCluster(EmbeddedCluster&&) noexcept;
  EmbeddedCluster& operator=(EmbeddedCluster&&) = delete;

  /// The connection string to the database `reckoner` (for the superuser: `postgres`).
  std::string conninfo(Role role) const;

  /// Starts the server again if it has died, and takes the advisory lock again if a crash took it;
  /// else does nothing, at no cost. For Pool's `before_connect`. Throws StartError.
  void ensure_running();

  /// The canonical data directory.
  const std::filesystem::path& directory() const;
  /// The server's process id.
  std::int64_t server_pid() const;

 private:
  class Server;
  explicit EmbeddedCluster(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace reckoner::store
