#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "metering/event.hpp"
#include "metering/mapping.hpp"

namespace reckoner::metering {

/// A file of events. Lines end with LF or CRLF. Refers to memory of the caller.
struct EventStream {
  std::string_view name;    ///< for messages only: a renamed copy gives the same events
  std::istream& in;         ///< can be read again from its beginning
  std::string_view source;  ///< the source of events that do not name their own
};

/// Where the events of a file go, piece by piece: a file may be larger than memory.
struct Pieces {
  std::size_t events_max;  ///< in a piece
  /// Gets the next events, and how many bytes of the file are read.
  std::function<void(std::vector<UsageEvent> events, std::int64_t bytes)> take;
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

/// The format the first line that is not empty shows: an access log's line; JSON documents where it
/// begins with '[', or begins with '{' and ends with one of `{ [ , :`, as of an object that goes
/// on; JSON lines where it begins with '{' otherwise; or else CSV. Goes back to the beginning.
Format recognise(std::istream& in);

/// Reads the whole file in the mapping's format, or the one recognised. The events stand in the
/// order of the lines; empty lines are none. An event without an id of its own gets one from the
/// line (of a JSON document: from the object's text) and its ordinal among identical ones:
/// "<SHA-256 of the line, hexadecimal>-<ordinal from 1>", so that a copy, a renamed, re-grown or
/// rotated file gives known lines their known ids; for that, some 70 bytes are kept of each such
/// line. Throws UnreadableLines at the end, and hands on nothing that stands behind the first of
/// them: whoever must not use a part reads twice. Throws Error when the mapping does not fit the
/// file.
void read_events(const EventStream& file, const Mapping& mapping, const Pieces& pieces);

/// The same of a text in memory, all at once.
struct EventFile {
  std::string_view name;
  std::string_view content;
  std::string_view source;
};
std::vector<UsageEvent> read_events(const EventFile& file, const Mapping& mapping);

}  // namespace reckoner::metering
