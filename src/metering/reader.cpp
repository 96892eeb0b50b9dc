#include "metering/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <sstream>

#include "metering/access_log.hpp"
#include "metering/line_events.hpp"

namespace reckoner::metering {

namespace {
std::string joined(const std::vector<std::string>& messages, std::size_t total) {
  std::string text = fmt::format("{}", fmt::join(messages, "\n"));
  if (total > messages.size()) {
    text += fmt::format("\n... {} lines in all cannot be read", total);
  }
  return text;
}
}  // namespace

UnreadableLines::UnreadableLines(std::vector<std::string> messages, std::size_t total)
    : Error(joined(messages, total)), messages_(std::move(messages)), total_(total) {}

Format recognise(std::istream& in) {
  skip_mark(in);
  Format format = Format::kCsv;
  for (Line line; next_line(in, line);) {
    const std::size_t first = line.text.find_first_not_of(" \t");
    if (first == std::string::npos) continue;
    const char last = line.text[line.text.find_last_not_of(" \t")];
    if (line.text[first] == '[') {
      format = Format::kJson;
    } else if (line.text[first] == '{') {
      format = std::string_view("{[,:").find(last) == std::string_view::npos ? Format::kJsonLines
                                                                             : Format::kJson;
    } else if (parse_access_line(line.text)) {
      format = Format::kAccessLog;
    }
    break;
  }
  in.clear();
  in.seekg(0);
  return format;
}

void read_events(const EventStream& file, const Mapping& mapping, const Pieces& pieces) {
  switch (mapping.format ? *mapping.format : recognise(file.in)) {
    case Format::kCsv:
      return read_csv(file, mapping, pieces);
    case Format::kJsonLines:
      return read_json_lines(file, mapping, pieces);
    case Format::kJson:
      return read_json_documents(file, mapping, pieces);
    case Format::kAccessLog:
      return read_access_log(file, mapping, pieces);
  }
}

std::vector<UsageEvent> read_events(const EventFile& file, const Mapping& mapping) {
  std::istringstream in{std::string(file.content)};
  std::vector<UsageEvent> all;
  read_events({file.name, in, file.source}, mapping,
              {std::numeric_limits<std::size_t>::max(),
               [&](std::vector<UsageEvent> events, std::int64_t) { all = std::move(events); }});
  return all;
}

}  // namespace reckoner::metering
