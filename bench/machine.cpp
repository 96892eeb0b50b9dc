#include "machine.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <fstream>
#include <string_view>

#include "base/error.hpp"

namespace reckoner::bench {

namespace {

/// What stands behind the first colon of the first line that begins with `name`; "" without one.
std::string field(const std::string& file, std::string_view name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t value = line.find_first_not_of(" \t", line.find(':') + 1);
    return value == line.npos ? "" : line.substr(value);
  }
  return "";
}

unsigned usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  RK_CHECK(sched_getaffinity(0, sizeof set, &set) == 0);
  return static_cast<unsigned>(CPU_COUNT(&set));
}

}  // namespace

Machine this_machine() {
  utsname system{};
  RK_CHECK(uname(&system) == 0);
  struct sysinfo memory {};
  RK_CHECK(sysinfo(&memory) == 0);
  double load = 0.0;
  getloadavg(&load, 1);
  return {.processor = field("/proc/cpuinfo", "model name"),
          .processors = usable_processors(),
          .memory_mb = static_cast<std::int64_t>(memory.totalram * memory.mem_unit / 1'048'576),
          .system = fmt::format("{} {}", system.sysname, system.release),
          .load_average = load};
}

double peak_memory_mb() {
  return std::stod(field("/proc/self/status", "VmHWM")) / 1024.0;  // in kB
}

double peak_memory_mb(std::int64_t pid) {
  return std::stod(field(fmt::format("/proc/{}/status", pid), "VmHWM")) / 1024.0;
}

void reset_peak_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

double Stopwatch::restart() {
  const double so_far = seconds();
  begun_ = Clock::now();
  return so_far;
}

TemporaryDirectory::TemporaryDirectory(const std::filesystem::path& parent) {
  std::filesystem::create_directories(parent);
  std::string name = parent / "reckoner-bench-XXXXXX";
  if (mkdtemp(name.data()) == nullptr || chmod(name.c_str(), 0711) != 0) {
    throw Error(fmt::format("cannot make a directory in {}", parent.string()));
  }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace reckoner::bench
