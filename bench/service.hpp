#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "child_process.hpp"
#include "store/embedded.hpp"

namespace reckoner::bench {

struct ServiceOptions {
  std::filesystem::path program;    ///< reckoner
  std::filesystem::path directory;  ///< an empty one, for everything
  std::size_t customers = 100;
  std::size_t subjects = 1000;  ///< of all customers together
  /// A library put before PostgreSQL's own functions (slow_sync.cpp); none: as users have it.
  std::filesystem::path preload = {};
};

/// CPU seconds so far.
struct CpuUse {
  double daemons = 0.0;
  double postgresql = 0.0;
};

/// The real thing: a private PostgreSQL cluster with full durability, customers with subjects, an
/// API key, and daemons (`reckoner serve`) as processes of their own.
class Service {
 public:
  explicit Service(ServiceOptions options);

  /// Starts one more daemon; gives its place in daemons(). It listens on 127.0.0.1 at `port`, or at
  /// a free one (0).
  std::size_t start_daemon(std::uint16_t port = 0);
  /// SIGKILLs a daemon; another in its place listens at the same port.
  void kill_daemon(std::size_t daemon);
  void restart_daemon(std::size_t daemon);
  /// Ends all daemons in good order.
  void stop_daemons();
  std::uint16_t port(std::size_t daemon) const { return daemons_.at(daemon).port; }
  std::int64_t daemon_pid(std::size_t daemon) const { return daemons_.at(daemon).process->pid(); }

  /// SIGKILLs PostgreSQL, all its processes. A daemon starts it again.
  void kill_postgresql();
  store::EmbeddedCluster& cluster() { return cluster_; }
  const std::string& key() const { return key_; }
  /// From 0 to ServiceOptions::subjects.
  static std::string subject(std::size_t number);

  /// Of the daemons that run now and of PostgreSQL's processes.
  CpuUse cpu() const;
  std::string server_setting(std::string_view name) const;
  /// Writes everything to the tables, so that what comes next begins alike each time.
  void checkpoint() const;
  /// Runs a command of the program and gives its output. Throws Error when it ends otherwise than
  /// with 0.
  std::string run(const std::vector<std::string>& arguments) const;

 private:
  struct Daemon {
    std::unique_ptr<ChildProcess> process;
    std::uint16_t port = 0;
  };
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;
  void preload() const;
  void import_customers() const;
  void launch(Daemon& daemon, std::uint16_t port);

  const ServiceOptions options_;
  const std::filesystem::path data_;
  store::EmbeddedCluster cluster_;
  std::string key_;
  std::vector<Daemon> daemons_;
  int launched_ = 0;
};

}  // namespace reckoner::bench
