#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

#include "app/system.hpp"
#include "base/error.hpp"

// Linked before the library of app, this clock stands in place of src/app/wall_clock.cpp.
// RECKONER_CLOCK names a file, which is read at each call, so that a test sets the clock of a
// running program: "+3600" or "-3600" is so many seconds beside the system's clock,
// "2026-11-01T02:00:00Z" a clock that stands. Without the variable it is the system's. What cannot
// be read ends the program: a test whose clock does nothing would prove nothing.
namespace reckoner::app {

namespace {

time::Instant shown_by(const std::string& text) {
  const auto now = std::chrono::floor<time::Instant::duration>(std::chrono::system_clock::now());
  if (!text.starts_with('+') && !text.starts_with('-')) return time::parse_instant(text);
  std::int64_t seconds = 0;
  const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(begin, end, seconds);
  if (read.ec != std::errc() || read.ptr != end) throw Error("this is no number of seconds");
  return now + std::chrono::seconds(seconds);
}

}  // namespace

time::Instant system_now() {
  static const char* const path = std::getenv("RECKONER_CLOCK");
  if (path == nullptr) {
    return std::chrono::floor<time::Instant::duration>(std::chrono::system_clock::now());
  }
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  try {
    return shown_by(text);
  } catch (const Error& error) {
    fmt::print(stderr, "RECKONER_CLOCK={} holds '{}': {}\n", path, text, error.what());
    std::_Exit(2);
  }
}

}  // namespace reckoner::app
