#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "metering/event.hpp"
#include "metering/mapping.hpp"

namespace reckoner::metering {

/// A file of events, all of it in memory. Refers to the caller's texts.
struct EventFile {
  std::string_view name;     ///< for messages only: a renamed copy gives the same events
  std::string_view content;  ///< lines end with LF or CRLF
  std::string_view source;   ///< the source of events that do not name their own
};

/// Most messages that are kept of one file.
inline constexpr std::size_t kLineMessagesMax = 1000;

/// Some lines cannot be read. Nothing of the file is used.
class UnreadableLines : public Error {
 public:
  UnreadableLines(std::vector<std::string> messages, std::size_t total);

  /// "access.log:17: the time is missing", in the order of the file; at most kLineMessagesMax.
  const std::vector<std::string>& messages() const { return messages_; }
  /// Lines that cannot be read.
  std::size_t total() const { return total_; }

 private:
  std::vector<std::string> messages_;
  std::size_t total_;
};

/// The format the first line that is not empty shows: a JSON object, an access log's line, or else
/// CSV.
Format recognise(std::string_view content);

/// Reads the whole file in the mapping's format, or the one recognised. The events stand in the
/// order of the lines; empty lines are none. An event without an id of its own gets one from the
/// line and its ordinal among identical lines:
/// "<SHA-256 of the line, hexadecimal>-<ordinal from 1>", so that a copy, a renamed, re-grown or
/// rotated file gives known lines their known ids. Throws UnreadableLines, or Error when the
/// mapping does not fit the file.
std::vector<UsageEvent> read_events(const EventFile& file, const Mapping& mapping);

/// CSV with a header. Mapping: subject, time and type are needed; names are columns. All data
/// members are strings.
std::vector<UsageEvent> read_csv(const EventFile& file, const Mapping& mapping);

/// One JSON object a line. Where it has a member `specversion` it is a CloudEvent in structured
/// JSON, which the mapping does not touch. For others subject, time and type are needed; names are
/// dotted paths; data members keep their kind, and one that a line lacks is not there.
std::vector<UsageEvent> read_json_lines(const EventFile& file, const Mapping& mapping);

/// Apache's combined log. Mapping: the type is needed; names are the fields client, user, time,
/// request, status, bytes, referer and agent; where the mapping does not say otherwise
/// subject=client, time=time, and bytes=bytes when it names no data members. `bytes` is a number,
/// '-' is 0; the others are strings. The last quote of a line may be missing, as where a server
/// cuts long agents off, but not at an end of the file without line end: there the line is not
/// complete.
std::vector<UsageEvent> read_access_log(const EventFile& file, const Mapping& mapping);

}  // namespace reckoner::metering
