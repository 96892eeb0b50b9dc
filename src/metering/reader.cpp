#include "metering/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

Format recognise(std::string_view content) {
  std::string_view rest = without_mark(content);
  Line line;
  while (next_line(rest, line)) {
    const std::size_t first = line.text.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    if (line.text[first] == '{') return Format::kJsonLines;
    return parse_access_line(line.text) ? Format::kAccessLog : Format::kCsv;
  }
  return Format::kCsv;
}

std::vector<UsageEvent> read_events(const EventFile& file, const Mapping& mapping) {
  switch (mapping.format.value_or(recognise(file.content))) {
    case Format::kCsv:
      return read_csv(file, mapping);
    case Format::kJsonLines:
      return read_json_lines(file, mapping);
    case Format::kAccessLog:
      return read_access_log(file, mapping);
  }
  return {};
}

}  // namespace reckoner::metering
