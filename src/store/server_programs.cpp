#include "store/server_programs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "base/error.hpp"

namespace reckoner::store {

namespace fs = std::filesystem;

namespace {

constexpr int kOldestMajor = 15;

bool has_all_programs(const fs::path& folder) {
  for (const char* program : {"initdb", "pg_ctl", "postgres"}) {
    if (access((folder / program).c_str(), X_OK) != 0) return false;
  }
  return true;
}

std::optional<int> leading_number(std::string_view text) {
  int number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() ? std::optional(number) : std::nullopt;
}

ServerUser user_of(const passwd& entry) {
  return {.uid = entry.pw_uid, .gid = entry.pw_gid, .name = entry.pw_name};
}

ServerUser user_with_id(uid_t uid, gid_t gid) {
  const passwd* entry = getpwuid(uid);
  return entry == nullptr ? ServerUser{uid, gid, std::to_string(uid)} : user_of(*entry);
}

/// postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)
std::optional<int> version_of(const fs::path& folder) {
  const ServerUser user = choose_server_user({});
  const std::string said = run_program({folder / "postgres", "--version"}, user, "/").output;
  const auto number = said.find(") ");
  return number == std::string::npos ? std::nullopt
                                     : leading_number(std::string_view(said).substr(number + 2));
}

/// What the child could not do, sent to the parent through a pipe that exec closes.
struct ChildFailure {
  int step;
  int error;
};
enum ChildStep { kDropPrivileges, kEnterDirectory, kExecute };

[[noreturn]] void give_up(int pipe, ChildStep step) {
  const ChildFailure failure{step, errno};
  [[maybe_unused]] const auto written = write(pipe, &failure, sizeof failure);
  _exit(127);
}

/// In the child, between fork and exec: only what a forked child of a threaded program may call.
[[noreturn]] void become_program(char* const* arguments, char* const* environment,
                                 const ServerUser& user, const char* cwd, int output, int failure) {
  setsid();
  umask(077);
  dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  dup2(failure, 3);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  closefrom(4);
  if (geteuid() == 0 && user.uid != 0 &&
      (setgroups(1, &user.gid) != 0 || setgid(user.gid) != 0 || setuid(user.uid) != 0)) {
    give_up(3, kDropPrivileges);
  }
  if (chdir(cwd) != 0) give_up(3, kEnterDirectory);
  execve(arguments[0], arguments, environment);
  give_up(3, kExecute);
}

/// A pipe above the numbers that become_program assigns.
std::array<int, 2> make_pipe() {
  std::array<int, 2> low;
  if (pipe2(low.data(), O_CLOEXEC) != 0) {
    throw StartError(fmt::format("no pipe: {}", std::strerror(errno)));
  }
  std::array<int, 2> ends;
  for (std::size_t i = 0; i < 2; ++i) {
    ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 10);
    close(low[i]);
  }
  return ends;
}

std::string read_all(int file) {
  std::string all;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t count = read(file, piece.data(), piece.size());
    if (count > 0) all.append(piece.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return all;
  }
}

}  // namespace

std::optional<ServerPrograms> find_server_programs(std::optional<int> major) {
  std::optional<ServerPrograms> best;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const auto version = leading_number(entry.path().filename().string());
    const fs::path folder = entry.path() / "bin";
    if (!version || *version < kOldestMajor || (major && *version != *major)) continue;
    if ((!best || best->major < *version) && has_all_programs(folder)) best = {folder, *version};
  }
  if (best) return best;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const fs::path folder(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
    if (!folder.is_absolute() || !has_all_programs(folder)) continue;
    const auto version = version_of(folder);
    if (version && *version >= kOldestMajor && (!major || *version == *major)) {
      return ServerPrograms{folder, *version};
    }
  }
  return std::nullopt;
}

ServerUser choose_server_user(const fs::path& data_directory) {
  struct stat status {};
  const bool exists = !data_directory.empty() && stat(data_directory.c_str(), &status) == 0;
  if (geteuid() != 0) {
    if (exists && status.st_uid != geteuid()) {
      throw StartError(fmt::format("data directory {} belongs to {}: run as that user or as root",
                                   data_directory.string(), user_with_id(status.st_uid, 0).name));
    }
    return user_with_id(geteuid(), getegid());
  }
  if (exists && status.st_uid != 0) return user_with_id(status.st_uid, status.st_gid);
  for (const char* name : {"reckoner", "postgres", "nobody"}) {
    const passwd* entry = getpwnam(name);
    if (entry != nullptr && entry->pw_uid != 0) return user_of(*entry);
  }
  throw StartError(
      "no user for the database server: PostgreSQL does not run as root, and the users "
      "reckoner, postgres and nobody do not exist");
}

ProgramResult run_program(const std::vector<std::string>& command, const ServerUser& user,
                          const fs::path& cwd) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<std::string> variables{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC",
                                     fmt::format("HOME={}", cwd.string())};
  std::vector<char*> environment;
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  const auto output = make_pipe();
  const auto failed = make_pipe();
  const pid_t child = fork();
  if (child == 0) {
    become_program(arguments.data(), environment.data(), user, cwd.c_str(), output[1], failed[1]);
  }
  const int fork_error = errno;
  close(output[1]);
  close(failed[1]);
  if (child < 0) {
    close(output[0]);
    close(failed[0]);
    throw StartError(fmt::format("cannot start {}: {}", command[0], std::strerror(fork_error)));
  }
  ProgramResult result{.exit_code = 0, .output = read_all(output[0])};
  ChildFailure failure{};
  const bool not_started = read(failed[0], &failure, sizeof failure) == sizeof failure;
  close(output[0]);
  close(failed[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (not_started) {
    const std::string reason = std::strerror(failure.error);
    switch (failure.step) {
      case kDropPrivileges:
        throw StartError(fmt::format("cannot become user {}: {}", user.name, reason));
      case kEnterDirectory:
        throw StartError(
            fmt::format("user {}, as whom the database server runs, cannot enter {}: {}", user.name,
                        cwd.string(), reason));
      default:
        throw StartError(fmt::format("cannot run {}: {}", command[0], reason));
    }
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::vector<pid_t> server_processes(const fs::path& cluster) {
  std::vector<pid_t> processes;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const auto pid = leading_number(entry.path().filename().string());
    if (!pid || fs::read_symlink(entry.path() / "cwd", ignored) != cluster) continue;
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm") >> std::ws, name);
    if (name == "postgres") processes.push_back(*pid);
  }
  return processes;
}

}  // namespace reckoner::store
