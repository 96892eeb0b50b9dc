#include "config/placed_mistake.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "config/file_kind.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

/// Bytes of a text.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':' || (c & 0x80) != 0;
}

std::size_t start_of_line(std::string_view text, int line) {
  std::size_t at = 0;
  for (int passed = 1; passed < line; ++passed) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size();
    at = end + 1;
  }
  return at;
}

std::size_t end_of_line(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

/// The tags that begin on the line, to the end of the last of them; the line where there are none.
Range stretch_of(std::string_view text, std::size_t line_start) {
  const std::size_t line_end = end_of_line(text, line_start);
  const std::size_t last_tag = text.substr(line_start, line_end - line_start).rfind('<');
  if (last_tag == std::string_view::npos) return {line_start, line_end};
  char quote = 0;
  std::size_t at = line_start + last_tag;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      break;
    }
  }
  return {line_start, std::max(line_end, std::min(at + 1, text.size()))};
}

/// `word` where no longer name holds it.
std::optional<Range> find_word(std::string_view text, Range within, std::string_view word) {
  for (std::size_t at = text.find(word, within.begin);
       at != std::string_view::npos && at + word.size() <= within.end;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool joined_before =
        at > within.begin && is_name_character(text[at - 1]) && is_name_character(word.front());
    const bool joined_behind =
        end < within.end && is_name_character(text[end]) && is_name_character(word.back());
    if (!joined_before && !joined_behind) return Range{at, end};
  }
  return std::nullopt;
}

/// An attribute as it stands.
struct Attribute {
  Range whole;  ///< name="value"
  std::string_view value;
};

std::vector<Attribute> find_attributes(std::string_view text, Range within, std::string_view name) {
  std::vector<Attribute> attributes;
  for (auto found = find_word(text, within, name); found;
       found = find_word(text, {found->end, within.end}, name)) {
    std::size_t at = found->end;
    const auto skip_blanks = [&] {
      at = std::min(text.find_first_not_of(" \t\r\n", at), within.end);
    };
    skip_blanks();
    if (at >= within.end || text[at] != '=') continue;
    ++at;
    skip_blanks();
    if (at >= within.end) continue;
    const std::size_t close = text.find(text[at], at + 1);
    if (close == std::string_view::npos || close >= within.end) continue;
    attributes.push_back({{found->begin, close + 1}, text.substr(at + 1, close - at - 1)});
  }
  return attributes;
}

/// What the message quotes: 'so'.
std::vector<std::string_view> quoted(std::string_view message) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t open = message.find('\'');
    const std::size_t close = open == std::string_view::npos ? open : message.find('\'', open + 1);
    if (close == std::string_view::npos) return words;
    if (close > open + 1) words.push_back(message.substr(open + 1, close - open - 1));
    message.remove_prefix(close + 1);
  }
}

Range whole_line(std::string_view text, std::size_t start) {
  const std::size_t end = end_of_line(text, start);
  const std::string_view line = text.substr(start, end - start);
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {start, end};
  return {start + first, start + line.find_last_not_of(" \t\r") + 1};
}

/// Of several of that name, as of tags on one line, the one whose value the message quotes.
std::optional<Range> place_of_attribute(std::string_view text, Range stretch,
                                        const std::vector<std::string_view>& words) {
  const std::vector<Attribute> attributes = find_attributes(text, stretch, words.front());
  if (attributes.empty()) return std::nullopt;
  for (const Attribute& attribute : attributes) {
    if (std::find(words.begin() + 1, words.end(), attribute.value) != words.end()) {
      return attribute.whole;
    }
  }
  return attributes.front().whole;
}

Range place_in(std::string_view text, std::size_t line_start, std::string_view message) {
  const Range stretch = stretch_of(text, line_start);
  // Suggestions come last, and what they name may stand there rightly.
  std::vector<std::string_view> words = quoted(message.substr(0, message.find("; did you mean")));
  if (message.find("attribute '") != std::string_view::npos && !words.empty()) {
    if (const auto found = place_of_attribute(text, stretch, words)) return *found;
  }
  // "charge 'm' measures meter 'x', which does not exist": what is wrong comes last.
  std::reverse(words.begin(), words.end());
  for (const std::string_view word : words) {
    if (const auto found = find_word(text, stretch, word)) return *found;
  }
  return whole_line(text, line_start);
}

void mark(std::string_view text, PlacedMistake& mistake) {
  const std::size_t line_start = start_of_line(text, mistake.line);
  const Range range = place_in(text, line_start, mistake.message);
  mistake.line +=
      static_cast<int>(std::count(text.begin() + static_cast<std::ptrdiff_t>(line_start),
                                  text.begin() + static_cast<std::ptrdiff_t>(range.begin), '\n'));
  const std::size_t start = start_of_line(text, mistake.line);
  const std::size_t end =
      std::max(range.begin, std::min(range.end, end_of_line(text, range.begin)));
  const auto column_of = [&](std::size_t at) {
    const std::string_view before = text.substr(start, at - start);
    // What is no UTF-8 has no characters to count.
    return 1 +
           static_cast<int>(text::find_invalid_utf8(before) ? before.size() : text::width(before));
  };
  mistake.column = column_of(range.begin);
  mistake.end_column = column_of(end);
}

/// The member that the message begins with, and how long its name is.
std::string member_of(std::string_view message, const Files& files) {
  std::string member;
  for (const auto& [name, content] : files.content) {
    if (message.starts_with(name) && message.substr(name.size()).starts_with(':') &&
        name.size() > member.size()) {
      member = name;
    }
  }
  if (!member.empty()) return member;
  const std::string_view head = message.substr(0, message.find(':'));
  return kind_of_file(head) ? std::string(head) : "";
}

PlacedMistake placed(std::string_view message, const Files& files) {
  PlacedMistake mistake;
  mistake.file = member_of(message, files);
  if (mistake.file.empty()) {
    mistake.message = message;
    return mistake;
  }
  message.remove_prefix(mistake.file.size() + 1);
  const auto [end, problem] =
      std::from_chars(message.data(), message.data() + message.size(), mistake.line);
  if (problem == std::errc() && end != message.data() + message.size() && *end == ':') {
    message.remove_prefix(static_cast<std::size_t>(end - message.data()) + 1);
  } else {
    mistake.line = 0;
  }
  while (message.starts_with(' ')) message.remove_prefix(1);
  mistake.message = message;
  const auto content = files.content.find(mistake.file);
  if (mistake.line > 0 && content != files.content.end()) mark(content->second, mistake);
  return mistake;
}

}  // namespace

std::string PlacedMistake::place() const {
  if (line == 0) return file;
  return column == 0 ? fmt::format("{}:{}", file, line)
                     : fmt::format("{}:{}:{}", file, line, column);
}

std::vector<PlacedMistake> placed_mistakes(const Error& error, const Files& files) {
  std::vector<PlacedMistake> mistakes;
  std::set<std::string> seen;
  for (const std::string& message : messages_of(error)) {
    if (seen.insert(message).second) mistakes.push_back(placed(message, files));
  }
  return mistakes;
}

}  // namespace reckoner::config
