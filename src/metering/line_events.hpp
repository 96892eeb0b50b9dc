#pragma once

// Inside of metering: what the readers of all formats share.

#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "metering/mapping.hpp"
#include "metering/reader.hpp"
#include "text/json.hpp"

namespace reckoner::metering {

/// One line of a text without its line end.
struct Line {
  std::size_t number = 0;  ///< from 1
  std::string text;
  bool is_ended = true;  ///< false: the text ends without line end
};

/// Reads the next line; false at the end.
bool next_line(std::istream& in, Line& line);

/// Goes to the beginning, or behind a byte order mark that stands there.
void skip_mark(std::istream& in);

/// Throws Error where the mapping lacks a subject, time or type.
void require_subject_time_type(const Mapping& mapping);

/// All names of columns, members or fields that the mapping takes values from.
std::vector<std::string> names_used(const Mapping& mapping);

/// Hands the events of a file on in pieces, and gathers what is wrong with its lines.
class LineEvents {
 public:
  /// The value of a column, member or field of the line at hand; none where it has no such thing.
  using Lookup = std::function<std::optional<text::Json>(std::string_view name)>;

  /// All must outlive this. The mapping has subject, time and type, or add() is not called for it.
  LineEvents(const EventStream& file, const Mapping& mapping, const Pieces& pieces);

  /// Adds the event that the mapping makes of a line. `identity` is what identifies it when the
  /// mapping has no id. What is wrong is gathered.
  void add(std::size_t line, std::string_view identity, const Lookup& lookup);
  void add(UsageEvent event);
  void refuse(std::size_t line, std::string_view reason);

  /// Hands the last piece on, or throws UnreadableLines.
  void finish();

 private:
  UsageEvent event_of(std::string_view identity, const Lookup& lookup);
  std::string id_of_line(std::string_view identity);
  void hand_on();

  const EventStream& file_;
  const Mapping& mapping_;
  const Pieces& pieces_;
  std::vector<UsageEvent> events_;
  std::vector<std::string> messages_;
  std::size_t refused_ = 0;

  struct FirstBytes {
    std::size_t operator()(const Sha256& hash) const;
  };
  std::unordered_map<Sha256, std::size_t, FirstBytes> seen_;  ///< hash of a line → times
};

// The readers of the formats (Mapping, docs/ingest.md). Each starts at the beginning of the file.

/// CSV with a header. Mapping: subject, time and type are needed; names are columns. All data
/// members are strings.
void read_csv(const EventStream& file, const Mapping& mapping, const Pieces& pieces);

/// One JSON object a line. Where it has a member `specversion` it is a CloudEvent in structured
/// JSON, which the mapping does not touch. For others subject, time and type are needed; names are
/// dotted paths; data members keep their kind, and one that a line lacks is not there.
void read_json_lines(const EventStream& file, const Mapping& mapping, const Pieces& pieces);

/// JSON documents one behind the other, each an object as in read_json_lines, over any number of
/// lines, or an array of such objects.
void read_json_documents(const EventStream& file, const Mapping& mapping, const Pieces& pieces);

/// Apache's combined log. Mapping: the type is needed; names are the fields client, user, time,
/// request, status, bytes, referer and agent; where the mapping does not say otherwise
/// subject=client, time=time, and bytes=bytes when it names no data members. `bytes` is a number,
/// '-' is 0; the others are strings. The last quote of a line may be missing, as where a server
/// cuts long agents off, but not at an end of the file without line end: there the line is not
/// complete.
void read_access_log(const EventStream& file, const Mapping& mapping, const Pieces& pieces);

/// Adds the event, or what is wrong, of a JSON object that begins on a line.
void add_json_event(std::string_view object, std::size_t line, const Mapping& mapping,
                    LineEvents& events);

}  // namespace reckoner::metering
