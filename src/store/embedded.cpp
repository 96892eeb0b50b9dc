#include "store/embedded.hpp"

#include <fmt/format.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "store/connection.hpp"
#include "store/data_directory.hpp"
#include "store/server_programs.hpp"

namespace reckoner::store {

namespace fs = std::filesystem;

namespace {

/// The advisory lock of the users of a cluster, in its database `postgres`. Never to change.
constexpr std::string_view kUserLock = "5277210814000001";
constexpr std::size_t kLogFilesMax = 10;
constexpr std::chrono::milliseconds kPause{20};

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A value of a libpq connection string.
std::string quote(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

/// The server's settings, for its command line: they win over postgresql.conf, and root writes no
/// file where the server's user could put a link in its place. pg_ctl hands them to a shell: no
/// value may need quoting.
std::string settings(const fs::path& data_directory, const fs::path& socket,
                     Durability durability) {
  // The server works in the folder `cluster` of the data directory, whose own path may hold
  // anything.
  const std::string socket_seen_by_server = socket == data_directory ? ".." : socket.string();
  std::string text;
  const auto set = [&](std::string_view name, std::string_view value) {
    text += fmt::format("-c {}={} ", name, value);
  };
  set("listen_addresses", "");
  set("port", "5432");
  set("unix_socket_directories", socket_seen_by_server);
  set("unix_socket_permissions", "0700");
  set("max_connections", "100");
  set("shared_buffers", "256MB");
  set("max_wal_size", "4GB");
  set("wal_compression", "lz4");
  set("checkpoint_timeout", "15min");
  set("jit", "off");
  set("timezone", "UTC");
  set("log_timezone", "UTC");
  set("lc_messages", "C");
  set("logging_collector", "on");
  set("log_directory", "log");
  set("log_filename", "postgresql-%Y-%m-%d_%H%M%S.log");
  set("log_rotation_age", "0");
  set("log_rotation_size", "10MB");
  set("synchronous_commit", "on");
  const std::string_view safe = durability == Durability::kFull ? "on" : "off";
  set("fsync", safe);
  set("full_page_writes", safe);
  return text;
}

/// The line of a program's output, or of a server's log, that says what went wrong.
std::string_view telling_line(std::string_view output) {
  for (const std::string_view mark : {"PANIC: ", "FATAL: ", "error: ", "could not "}) {
    const auto found = output.find(mark);
    if (found == std::string_view::npos) continue;
    const auto start = output.find_last_of('\n', found) + 1;
    const auto from =
        mark == "could not " ? start : output.find_first_not_of(' ', found + mark.size());
    return output.substr(from, output.find('\n', found) - from);
  }
  while (output.ends_with('\n')) output.remove_suffix(1);
  return output.substr(output.find_last_of('\n') + 1);
}

std::vector<fs::path> log_files(const fs::path& cluster) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(cluster / "log", ignored)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("postgresql-") && name.ends_with(".log")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::map<fs::path, std::uintmax_t> log_sizes(const fs::path& cluster) {
  std::map<fs::path, std::uintmax_t> sizes;
  std::error_code ignored;
  for (const fs::path& file : log_files(cluster)) sizes[file] = fs::file_size(file, ignored);
  return sizes;
}

void remove_old_logs(const fs::path& cluster) {
  const auto files = log_files(cluster);
  std::error_code ignored;
  for (std::size_t i = 0; i + kLogFilesMax < files.size(); ++i) fs::remove(files[i], ignored);
}

const char* utf8_locale() {
  const locale_t locale = newlocale(LC_ALL_MASK, "C.UTF-8", nullptr);
  if (locale == nullptr) return "C";
  freelocale(locale);
  return "C.UTF-8";
}

}  // namespace

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kOwner:
      return "reckoner_owner";
    case Role::kWriter:
      return "reckoner_writer";
    case Role::kReader:
      return "reckoner_reader";
    case Role::kSuperuser:
      return "postgres";
  }
  throw Bug("bug: no such role");
}

class EmbeddedCluster::Server {
 public:
  Server(const fs::path& directory, const EmbeddedOptions& options)
      : options_(options),
        user_(choose_server_user(directory)),
        directory_(prepare_data_directory(directory, user_)),
        cluster_(directory_ / "cluster"),
        socket_(socket_directory(directory_)) {}

  void ensure_running() {
    const std::lock_guard guard(mutex_);
    if (user_lock_ && user_lock_->is_alive()) return;
    const DirectoryLock lock(directory_, options_.patience);
    user_lock_.reset();
    if (!fs::exists(cluster_)) create();
    const ServerPrograms programs = programs_for_cluster();
    Connection connection = connect_or_start(programs);
    provide_roles_and_database(connection);
    connection.query(
        {"hold_cluster", fmt::format("select pg_advisory_lock_shared({})", kUserLock)});
    user_lock_ = std::make_unique<Connection>(std::move(connection));
  }

  void leave() {
    const std::lock_guard guard(mutex_);
    const DirectoryLock lock(directory_, options_.patience);
    const auto deadline = std::chrono::steady_clock::now() + options_.patience;
    for (;; std::this_thread::sleep_for(kPause)) {
      try {
        if (!user_lock_ || !user_lock_->is_alive()) {
          user_lock_.reset();
          if (server_processes(cluster_).empty()) return;
          user_lock_ = std::make_unique<Connection>(superuser());
        }
        const bool last = try_last(*user_lock_);
        // Given back before the connection is closed: the server ends a session some time after
        // that, and whoever leaves next would take it for a user.
        if (!last) give_back(*user_lock_);
        user_lock_.reset();
        if (last) stop();
        return;
      } catch (const DatabaseError& error) {
        // The server is ending or recovering from a crash: it must not be left to itself.
        if (!error.connection_lost() || std::chrono::steady_clock::now() > deadline) throw;
        user_lock_.reset();
      }
    }
  }

  std::string conninfo(Role role) const {
    return fmt::format("host={} hostaddr='' port=5432 user={} dbname={}", quote(socket_.string()),
                       role_name(role), role == Role::kSuperuser ? "postgres" : "reckoner");
  }

  const fs::path& directory() const { return directory_; }

  std::int64_t pid() const {
    std::int64_t pid = 0;
    std::ifstream(cluster_ / "postmaster.pid") >> pid;
    return pid;
  }

 private:
  ConnectionOptions superuser() const {
    return {.conninfo = conninfo(Role::kSuperuser), .application_name = "reckoner cluster user"};
  }

  /// Whether nobody else holds the lock; one's own shared lock is not in the way.
  static bool try_last(Connection& connection) {
    return connection
        .query({"last_in_cluster", fmt::format("select pg_try_advisory_lock({})", kUserLock)})
        .only()
        .boolean(0);
  }

  static void give_back(Connection& connection) {
    connection.query(
        {"leave_cluster", fmt::format("select pg_advisory_unlock_shared({})", kUserLock)});
  }

  /// initdb works beside the final place, so that a kill leaves nothing that looks like a cluster.
  void create() {
    const auto programs = find_server_programs();
    if (!programs) not_installed("PostgreSQL 15 or later");
    const fs::path partial = directory_ / "cluster.partial";
    std::error_code error;
    fs::remove_all(partial, error);
    std::vector<std::string> command{programs->folder / "initdb",
                                     "-D",
                                     partial,
                                     "-U",
                                     "postgres",
                                     "-E",
                                     "UTF8",
                                     fmt::format("--locale={}", utf8_locale()),
                                     "--lc-collate=C",  // the order of code points, by memcmp
                                     "--auth-local=trust",
                                     "--auth-host=reject",
                                     "--no-instructions"};
    if (options_.durability == Durability::kForTests) command.push_back("--no-sync");
    const ProgramResult made = run_program(command, user_, directory_);
    if (made.exit_code != 0) {
      throw StartError(fmt::format("cannot create the database in {}: {}", directory_.string(),
                                   telling_line(made.output)));
    }
    fs::rename(partial, cluster_, error);
    if (error) {
      throw StartError(fmt::format("cannot create the database in {}: {}", directory_.string(),
                                   error.message()));
    }
  }

  [[noreturn]] void not_installed(std::string_view what) const {
    throw StartError(
        fmt::format("{} (initdb, pg_ctl, postgres) is not installed: run "
                    "scripts/install-deps, or name a database with --database",
                    what));
  }

  /// A cluster can be run only by the major version that made it.
  ServerPrograms programs_for_cluster() const {
    int major = 0;
    if (!(std::ifstream(cluster_ / "PG_VERSION") >> major)) {
      throw StartError(fmt::format("data directory {} holds no PostgreSQL cluster that can be read",
                                   directory_.string()));
    }
    const auto programs = find_server_programs(major);
    if (!programs) {
      not_installed(fmt::format("data directory {} was made by PostgreSQL {}, which",
                                directory_.string(), major));
    }
    return *programs;
  }

  /// A connection to the running server, or to the one that is started when none is left.
  Connection connect_or_start(const ServerPrograms& programs) {
    const auto deadline = std::chrono::steady_clock::now() + options_.patience;
    for (bool started = false;; std::this_thread::sleep_for(kPause)) {
      try {
        return Connection(superuser());
      } catch (const DatabaseError& error) {
        const auto processes = server_processes(cluster_);
        if (std::chrono::steady_clock::now() > deadline || (started && processes.empty())) {
          throw StartError(fmt::format("the database server of {} does not answer: {}",
                                       directory_.string(), error.reason()));
        }
        // Otherwise one is starting, stopping or, its postmaster killed, ending.
        if (!processes.empty()) continue;
      }
      start(programs);
      started = true;
    }
  }

  void start(const ServerPrograms& programs) {
    prepare_socket_directory(socket_, user_);
    // Nobody works in the cluster: a process id left in these by a kill is a stranger's by now, or
    // a dead one's.
    std::error_code ignored;
    fs::remove(cluster_ / "postmaster.pid", ignored);
    fs::remove(socket_ / ".s.PGSQL.5432.lock", ignored);
    fs::remove(directory_ / "start.log", ignored);
    remove_old_logs(cluster_);
    const std::map<fs::path, std::uintmax_t> before = log_sizes(cluster_);
    const ProgramResult started =
        run_program({programs.folder / "pg_ctl", "start", "-w", "-s", "-t",
                     std::to_string(options_.patience.count()), "-D", "cluster", "-l", "start.log",
                     "-o", settings(directory_, socket_, options_.durability)},
                    user_, directory_);
    if (started.exit_code == 0) return;
    std::string said = read_file(directory_ / "start.log");
    for (const fs::path& file : log_files(cluster_)) {
      const std::string log = read_file(file);
      const auto known = before.find(file);
      if (known == before.end()) said += log;
      if (known != before.end() && known->second < log.size()) said += log.substr(known->second);
    }
    if (said.empty()) said = started.output;
    throw StartError(fmt::format("cannot start the database in {}: {}", directory_.string(),
                                 telling_line(said)));
  }

  void stop() const {
    const ProgramResult stopping = run_program({programs_for_cluster().folder / "pg_ctl", "stop",
                                                "-m", "fast", "-W", "-s", "-D", "cluster"},
                                               user_, directory_);
    // pg_ctl's own waiting would look for a file that a killed postmaster leaves behind.
    const auto deadline = std::chrono::steady_clock::now() + options_.patience;
    while (!server_processes(cluster_).empty()) {
      if (std::chrono::steady_clock::now() > deadline) {
        throw Error(fmt::format(
            "cannot stop the database in {}: {}", directory_.string(),
            stopping.exit_code == 0 ? "it takes too long" : telling_line(stopping.output)));
      }
      std::this_thread::sleep_for(kPause);
    }
    std::error_code ignored;
    if (socket_ != directory_) fs::remove(socket_, ignored);
  }

  /// What a kill during the first use has left out is made good by the next.
  static void provide_roles_and_database(Connection& connection) {
    for (const Role role : {Role::kOwner, Role::kWriter, Role::kReader}) {
      const std::string name(role_name(role));
      const bool exists =
          !connection.query({"find_role", "select 1 from pg_roles where rolname = $1"}, {name})
               .empty();
      if (!exists)
        connection.run_script({"create_role", fmt::format("create role {} login", name)});
    }
    // Policies of customers' rows are for the reader alone (store/isolation.hpp).
    for (const Row& row : connection.query(
             {"roles_that_write",
              "select rolname from pg_roles where rolname = any($1::text[]) and not rolbypassrls"},
             {std::vector<std::string_view>{role_name(Role::kOwner), role_name(Role::kWriter)}})) {
      connection.run_script(
          {"let_role_write", fmt::format("alter role {} bypassrls", row.text("rolname"))});
    }
    const bool exists =
        !connection.query({"find_database", "select 1 from pg_database where datname = 'reckoner'"})
             .empty();
    if (!exists) {
      connection.run_script({"create_database", "create database reckoner owner reckoner_owner"});
    }
  }

  const EmbeddedOptions options_;
  const ServerUser user_;
  const fs::path directory_;
  const fs::path cluster_;
  const fs::path socket_;
  std::mutex mutex_;
  std::unique_ptr<Connection> user_lock_;  // guarded by mutex_; holds the advisory lock
};

EmbeddedCluster::EmbeddedCluster(std::unique_ptr<Server> server) : server_(std::move(server)) {}
EmbeddedCluster::EmbeddedCluster(EmbeddedCluster&&) noexcept = default;

EmbeddedCluster::~EmbeddedCluster() {
  if (!server_) return;
  try {
    server_->leave();
  } catch (const std::exception& error) {
    log::warning("leaving the private database: {}", error.what());
  }
}

EmbeddedCluster EmbeddedCluster::open(const fs::path& directory, const EmbeddedOptions& options) {
  auto server = std::make_unique<Server>(directory, options);
  server->ensure_running();
  return EmbeddedCluster(std::move(server));
}

std::string EmbeddedCluster::conninfo(Role role) const {
  return server_->conninfo(role);
}
void EmbeddedCluster::ensure_running() {
  server_->ensure_running();
}
const fs::path& EmbeddedCluster::directory() const {
  return server_->directory();
}
std::int64_t EmbeddedCluster::server_pid() const {
  return server_->pid();
}

}  // namespace reckoner::store
