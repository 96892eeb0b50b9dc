#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace reckoner::time {

/// A yearly clock change: "M10.5.0/3" is the last Sunday of October at 3 o'clock.
struct YearlyChange {
  std::chrono::month month;
  unsigned week;  ///< 1 to 5; 5 is the last
  std::chrono::weekday weekday;
  std::chrono::seconds since_midnight;  ///< may be negative, or longer than a day

  /// The wall-clock reading at which the change happens, on the clock before the change.
  std::chrono::local_seconds in(std::chrono::year year) const;
};

/// How a zone with summer time goes on after the last change its file lists: the file's last line,
/// such as "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX TZ, with the extensions of RFC 8536 section 3.3.1).
struct PosixRule {
  std::chrono::seconds standard_offset;  ///< local time less UTC
  std::chrono::seconds summer_offset;
  YearlyChange summer_begins;
  YearlyChange summer_ends;

  /// None for a zone that changes its clocks no more. Throws Error for a text that is no such rule.
  static std::optional<PosixRule> parse(std::string_view text);
};

}  // namespace reckoner::time
