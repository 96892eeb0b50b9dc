#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/run.hpp"
#include "engine/versions.hpp"
#include "store/embedded.hpp"
#include "store/pool.hpp"
#include "store/repeat.hpp"
#include "time/clock.hpp"

namespace reckoner::app {

/// What every command understands.
struct CommonOptions {
  std::string database;  ///< connection string; empty: the private cluster in the data directory
  std::string data_dir;  ///< empty: store::default_data_directory()
  std::string
      config;  ///< directory with billing-config.xml; empty: looked for, see config_directory()
  std::string plugins;                 ///< directory of plug-in libraries; empty: none
  bool allow_unsafe_database = false;  ///< with fsync or full_page_writes off
  bool json = false;
  bool quiet = false;
};

/// `--config`, or ./config, or the config directory beside the program's source tree. Throws
/// StartError when there is none.
std::filesystem::path config_directory(const CommonOptions& options);
std::filesystem::path data_directory(const CommonOptions& options);
std::optional<std::filesystem::path> plugin_directory(const CommonOptions& options);

/// The operating system's name of who runs the program, for histories.
std::string user_name();

/// The wall clock, in microseconds.
time::Instant system_now();

/// How to connect to the database as the program works on it: with the writer's role where that can
/// be had, or as the tables' owner does. `cluster` is the private one, where there is one, which is
/// started again when it is found dead; it must outlive what is connected so.
store::ConnectionOptions connection_options_of(const CommonOptions& options,
                                               std::optional<store::EmbeddedCluster>& cluster,
                                               store::Role role);

/// The database and what works on it, wired. Opening it starts the private cluster where no
/// --database is given, brings the schema up to date, and applies the configuration directory when
/// the database is new. Throws StartError when any of that cannot be done, and for a server that
/// loses in a power cut what it has committed, unless the options allow it.
class System {
 public:
  explicit System(const CommonOptions& options, time::Clock clock = system_now);

  store::Pool& pool() { return *pool_; }
  /// For one customer at a time, in the reader's role, to which policies show that customer's rows
  /// alone; where no such role can be had, the same as pool().
  store::Pool& tenant_pool();
  engine::Versions& versions() { return versions_; }
  engine::Runner& runner() { return runner_; }
  const time::Clock& clock() const { return clock_; }
  /// Of the private cluster, or of what this machine keeps beside --database.
  const std::filesystem::path& directory() const { return directory_; }
  /// Of the private cluster; none where there is another database.
  std::optional<std::filesystem::path> cluster_directory() const {
    return cluster_ ? std::optional(cluster_->directory()) : std::nullopt;
  }
  /// Where mails are left when no SMTP server is configured.
  const std::filesystem::path& mail_directory() const { return mail_directory_; }

  /// A connection from the pool; waits a few seconds.
  store::Pool::Lease connection();
  /// Runs `work(store::Connection&)`, which makes one transaction of its own, and gives what it
  /// gives. It takes effect once, whatever becomes of its connections (store::in_repeats,
  /// store::Twice::kWouldDoubleIt); `work` may run several times for that.
  template <class Work>
  auto change(Work&& work) {
    return store::in_repeats(*pool_, kConnectionWait, store::Twice::kWouldDoubleIt,
                             std::forward<Work>(work));
  }
  /// What makes less sure than one would think that what is committed stays
  /// (store::doubts_about).
  const std::vector<std::string>& doubts() const { return doubts_; }
  /// One of one's own whose statements may last as long as they need.
  store::Connection patient_connection() const;
  /// The same in the role of the tables' owner: the private cluster's, or the user of --database.
  store::Connection owner_connection() const;
  /// Where archives are written unless told otherwise.
  const std::filesystem::path& archive_directory() const { return archive_directory_; }
  /// The files a configuration is applied from; none where there is no such directory.
  const std::optional<std::filesystem::path>& configuration_directory() const {
    return configuration_directory_;
  }
  /// The active version, and its settings under this process's environment.
  std::shared_ptr<const engine::CompiledVersion> active();
  config::Settings settings();

 private:
  static constexpr std::chrono::seconds kConnectionWait{10};

  std::unique_ptr<store::Pool> isolated_pool();
  void apply_first_configuration(const CommonOptions& options);
  /// Where the database is from before meters were noted.
  void settle_meters_of_before(store::Connection& connection, VersionId active);

  const time::Clock clock_;
  const CommonOptions options_;
  std::optional<store::EmbeddedCluster> cluster_;
  const store::ConnectionOptions owner_;
  const std::vector<std::string> doubts_;
  const store::ConnectionOptions writer_;
  std::unique_ptr<store::Pool> pool_;
  std::once_flag tenant_pool_is_settled_;
  std::unique_ptr<store::Pool> tenant_pool_;  ///< none: not asked for, or policies do not hold
  engine::Versions versions_;
  engine::Runner runner_;
  std::filesystem::path directory_;
  std::filesystem::path mail_directory_;
  std::filesystem::path archive_directory_;
  std::optional<std::filesystem::path> configuration_directory_;
};

}  // namespace reckoner::app
