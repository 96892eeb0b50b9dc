#pragma once

// Inside of metering: what the readers of all formats share.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metering/mapping.hpp"
#include "metering/reader.hpp"
#include "text/json.hpp"

namespace reckoner::metering {

/// One line of a text without its line end.
struct Line {
  std::size_t number = 0;  ///< from 1
  std::string_view text;
  bool is_ended = true;  ///< false: the text ends without line end
};

/// Takes the next line off the front of `rest`; false at the end.
bool next_line(std::string_view& rest, Line& line);

/// Drops a byte order mark.
std::string_view without_mark(std::string_view content);

/// Throws Error where the mapping lacks a subject, time or type.
void require_subject_time_type(const Mapping& mapping);

/// All names of columns, members or fields that the mapping takes values from.
std::vector<std::string> names_used(const Mapping& mapping);

/// Gathers the events of a file, and what is wrong with its lines.
class LineEvents {
 public:
  /// The value of a column, member or field of the line at hand; none where it has no such thing.
  using Lookup = std::function<std::optional<text::Json>(std::string_view name)>;

  /// Both must outlive this. The mapping has subject, time and type.
  LineEvents(const EventFile& file, const Mapping& mapping);

  /// Adds the event that the mapping makes of a line. `identity` is what identifies it when the
  /// mapping has no id. What is wrong is gathered.
  void add(std::size_t line, std::string_view identity, const Lookup& lookup);
  void add(UsageEvent event);
  void refuse(std::size_t line, std::string_view reason);

  /// Hands the events over, or throws UnreadableLines.
  std::vector<UsageEvent> finish();

 private:
  UsageEvent event_of(std::string_view identity, const Lookup& lookup);
  std::string id_of_line(std::string_view identity);

  const EventFile& file_;
  const Mapping& mapping_;
  std::vector<UsageEvent> events_;
  std::vector<std::string> messages_;
  std::size_t refused_ = 0;
  std::unordered_map<std::string, std::size_t> seen_;  ///< hash of a line → times
};

}  // namespace reckoner::metering
