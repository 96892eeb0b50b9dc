#include "metering/line_events.hpp"
#include "metering/reader.hpp"

namespace reckoner::metering {

void read_json_lines(const EventStream& file, const Mapping& mapping, const Pieces& pieces) {
  LineEvents events(file, mapping, pieces);
  skip_mark(file.in);
  for (Line line; next_line(file.in, line);) {
    if (!line.text.empty()) add_json_event(line.text, line.number, mapping, events);
  }
  events.finish();
}

}  // namespace reckoner::metering
