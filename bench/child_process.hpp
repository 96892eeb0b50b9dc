#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::bench {

/// A program that runs beside this one. Ended by SIGTERM, and by SIGKILL after ten seconds, when
/// destroyed; by SIGTERM when this process dies.
class ChildProcess {
 public:
  /// What it writes goes to the file `output`. Throws Error when it cannot be started.
  ChildProcess(const std::vector<std::string>& command, std::filesystem::path output);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  /// SIGKILL, and waits until it has gone.
  void kill();
  /// SIGTERM, and waits; SIGKILL after ten seconds.
  void terminate();
  std::string output() const;
  /// The rest of the first line of its output that holds `mark`, behind the mark. Throws Error when
  /// it ends before, or after `patience`.
  std::string wait_for(std::string_view mark, std::chrono::seconds patience);

 private:
  bool wait(bool block);

  std::filesystem::path output_;
  pid_t pid_ = -1;
  bool gone_ = false;
};

/// CPU seconds a process has used, with those of its children that have ended; 0 without such a
/// process.
double cpu_seconds(pid_t pid);

}  // namespace reckoner::bench
