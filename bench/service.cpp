#include "service.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/error.hpp"
#include "store/connection.hpp"
#include "store/server_programs.hpp"
#include "text/json.hpp"

namespace reckoner::bench {

namespace fs = std::filesystem;

namespace {
constexpr std::chrono::seconds kStartPatience{60};
constexpr std::string_view kListening = "http: listening on 127.0.0.1:";
}  // namespace

Service::Service(ServiceOptions options)
    : options_(std::move(options)),
      data_(options_.directory / "data"),
      cluster_(store::EmbeddedCluster::open(data_)) {
  if (!options_.preload.empty()) {
    preload();
    cluster_.ensure_running();
  }
  import_customers();
  const auto made =
      text::parse_json(run({"key", "create", "bench", "--scopes", "ingest,query", "--json"}));
  key_ = made.at("secret").as_string();
}

std::string Service::subject(std::size_t number) {
  return fmt::format("subject-{:05}", number);
}

std::vector<std::string> Service::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{options_.program, "--data-dir", data_, "--config",
                                   RECKONER_SOURCE_DIR "/config"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

std::string Service::run(const std::vector<std::string>& arguments) const {
  const store::ServerUser self{geteuid(), getegid(), ""};
  const auto done = store::run_program(command(arguments), self, options_.directory);
  if (done.exit_code != 0) {
    throw Error(fmt::format("reckoner {}: exit {}: {}", fmt::join(arguments, " "), done.exit_code,
                            done.output));
  }
  return done.output;
}

void Service::preload() const {
  const fs::path library = options_.directory / "preload.so";
  fs::copy_file(options_.preload, library);
  chmod(library.c_str(), 0755);  // for the user of the server
  const auto programs = store::find_server_programs();
  const auto user = store::choose_server_user(data_);
  const auto restarted =
      store::run_program({"/usr/bin/env", fmt::format("LD_PRELOAD={}", library.string()),
                          programs.value().folder / "pg_ctl", "restart", "-m", "fast", "-w", "-s",
                          "-D", "cluster", "-l", "start.log"},
                         user, data_);
  if (restarted.exit_code != 0) throw Error(restarted.output);
}

void Service::import_customers() const {
  const fs::path path = options_.directory / "customers.csv";
  std::ofstream file(path);
  file << "key,name,email,time-zone,anchor-day,subjects\n";
  for (std::size_t i = 0; i < options_.customers; ++i) {
    file << fmt::format("customer-{0:05},Customer {0},,UTC,1,", i);
    for (std::size_t s = i; s < options_.subjects; s += options_.customers) {
      file << (s == i ? "" : ";") << subject(s);
    }
    file << '\n';
  }
  if (!file.flush()) throw Error(fmt::format("cannot write {}", path.string()));
  run({"import", "customers", path});
}

void Service::launch(Daemon& daemon, std::uint16_t port) {
  daemon.process = std::make_unique<ChildProcess>(
      command({"serve", "--listen", fmt::format("127.0.0.1:{}", port)}),
      options_.directory / fmt::format("serve-{}.log", ++launched_));
  daemon.port =
      static_cast<std::uint16_t>(std::stoul(daemon.process->wait_for(kListening, kStartPatience)));
}

std::size_t Service::start_daemon(std::uint16_t port) {
  launch(daemons_.emplace_back(), port);
  return daemons_.size() - 1;
}

void Service::kill_daemon(std::size_t daemon) {
  daemons_.at(daemon).process->kill();
}

void Service::restart_daemon(std::size_t daemon) {
  launch(daemons_.at(daemon), daemons_.at(daemon).port);
}

void Service::stop_daemons() {
  for (Daemon& daemon : daemons_) daemon.process->terminate();
}

void Service::kill_postgresql() {
  const fs::path cluster = data_ / "cluster";
  // The postmaster first, so that it starts nothing new.
  ::kill(static_cast<pid_t>(cluster_.server_pid()), SIGKILL);
  for (const pid_t pid : store::server_processes(cluster)) ::kill(pid, SIGKILL);
}

CpuUse Service::cpu() const {
  CpuUse use;
  for (const Daemon& daemon : daemons_) use.daemons += cpu_seconds(daemon.process->pid());
  for (const pid_t pid : store::server_processes(data_ / "cluster")) {
    use.postgresql += cpu_seconds(pid);
  }
  return use;
}

std::string Service::server_setting(std::string_view name) const {
  store::Connection connection({.conninfo = cluster_.conninfo(store::Role::kWriter)});
  return connection.query({"server setting", "select current_setting($1)"}, {name}).only().text(0);
}

void Service::checkpoint() const {
  store::Connection superuser({.conninfo = cluster_.conninfo(store::Role::kSuperuser)});
  superuser.run_script({"checkpoint", "checkpoint"});
}

}  // namespace reckoner::bench
