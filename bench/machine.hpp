#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace reckoner::bench {

/// What the figures were taken on.
struct Machine {
  std::string processor;
  unsigned processors = 0;  ///< that this process may use
  std::int64_t memory_mb = 0;
  std::string system;         ///< kernel and its release
  double load_average = 0.0;  ///< of the last minute: who else was at work
};

Machine this_machine();

/// The most memory this process has had since the start, or since reset_peak_memory(), in MiB
/// (VmHWM).
double peak_memory_mb();
/// Of another process.
double peak_memory_mb(std::int64_t pid);
/// Begins the peak anew, at what the process has now.
void reset_peak_memory();

/// Seconds since it was made or restarted.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begun_).count(); }
  /// The seconds so far; counts from zero again.
  double restart();

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begun_ = Clock::now();
};

/// A new directory in `parent`, removed with all it holds when destroyed. A database server of
/// another user may enter it.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::filesystem::path& parent);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace reckoner::bench
