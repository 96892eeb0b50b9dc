#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reckoner::metering {

/// The fields of a line of Apache's combined log, as they stand there; quoted fields without their
/// quotes and with their escapes. Views into the line.
struct AccessLine {
  std::string_view client;
  std::string_view user;
  std::string_view time;  ///< 17/May/2015:10:05:03 +0000
  std::string_view request;
  std::string_view status;
  std::string_view bytes;  ///< digits, or '-'
  std::string_view referer;
  std::string_view agent;
  bool is_closed = true;  ///< false: the last quote is missing
};

/// None when the line is not of that form; of the times and numbers only the brackets and digits
/// are looked at.
std::optional<AccessLine> parse_access_line(std::string_view line);

/// An access log's time in RFC 3339: 2015-05-17T10:05:03+00:00. Throws Error when it is not of that
/// form.
std::string access_time_in_rfc3339(std::string_view time);

}  // namespace reckoner::metering
