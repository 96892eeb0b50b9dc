#include "child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/error.hpp"

namespace reckoner::bench {

namespace {
constexpr std::chrono::milliseconds kPause{2};
constexpr std::chrono::seconds kPatience{10};
}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, std::filesystem::path output)
    : output_(std::move(output)) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const int file = open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pid_ = file < 0 || input < 0 ? -1 : fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setpgid(0, 0);
    dup2(input, STDIN_FILENO);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    dprintf(STDERR_FILENO, "cannot start: %s\n", strerror(errno));
    _exit(127);
  }
  const int error = errno;
  close(file);
  close(input);
  if (pid_ < 0) throw Error(fmt::format("cannot start {}: {}", command[0], std::strerror(error)));
}

ChildProcess::~ChildProcess() {
  terminate();
}

bool ChildProcess::wait(bool block) {
  while (!gone_) {
    const pid_t ended = waitpid(pid_, nullptr, block ? 0 : WNOHANG);
    if (ended == 0) return false;
    gone_ = ended == pid_ || errno != EINTR;
  }
  return true;
}

bool ChildProcess::running() {
  return !wait(false);
}

void ChildProcess::kill() {
  if (running()) ::kill(pid_, SIGKILL);
  wait(true);
}

void ChildProcess::terminate() {
  if (running()) ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (running()) {
    if (std::chrono::steady_clock::now() > deadline) return kill();
    std::this_thread::sleep_for(kPause);
  }
}

std::string ChildProcess::output() const {
  std::ifstream file(output_);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ChildProcess::wait_for(std::string_view mark, std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const bool alive = running();
    const std::string text = output();
    if (const auto found = text.find(mark); found != text.npos) {
      const auto end = text.find('\n', found);
      if (end != text.npos) return text.substr(found + mark.size(), end - found - mark.size());
    }
    if (!alive || std::chrono::steady_clock::now() > deadline) {
      throw Error(fmt::format("a process {} before it said '{}':\n{}",
                              alive ? "takes too long" : "has ended", mark, text));
    }
    std::this_thread::sleep_for(kPause);
  }
}

double cpu_seconds(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto name_end = text.rfind(')');
  if (name_end == text.npos) return 0.0;
  std::istringstream fields(text.substr(name_end + 1));
  constexpr int kBeforeTimes = 11;  // from the state to the major faults of children
  std::string ignored;
  for (int i = 0; i < kBeforeTimes; ++i) fields >> ignored;
  std::int64_t user = 0, system = 0, children_user = 0, children_system = 0;
  fields >> user >> system >> children_user >> children_system;
  return static_cast<double>(user + system + children_user + children_system) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace reckoner::bench
