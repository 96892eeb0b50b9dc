#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "metering/cloud_event.hpp"
#include "metering/line_events.hpp"
#include "metering/reader.hpp"
#include "meters/meter_reader.hpp"

namespace reckoner::metering {

namespace {
constexpr int kEnd = std::char_traits<char>::eof();
/// Longest value: a bracket that is never closed does not read a whole file into memory.
constexpr std::size_t kValueBytesMax = 16U << 20U;

/// Divides a text into JSON values, without looking into them: documents one behind the other, and
/// the items of those that are arrays.
class JsonValues {
 public:
  explicit JsonValues(std::istream& in) : in_(*in.rdbuf()) {}

  /// The line where the last value begins, or where the text is broken.
  std::size_t line() const { return line_of_value_; }

  /// Reads the next value into `text`; false at the end. Throws Error where there is none, after
  /// which no more can be read.
  bool next(std::string& text) {
    for (;;) {
      skip_blanks();
      if (!in_array_) {
        if (peek() == kEnd) return false;
        if (peek() != '[') return read_value(text);
        take();
        in_array_ = is_first_ = true;
      } else if (peek() == ']') {
        take();
        in_array_ = false;
      } else {
        if (!std::exchange(is_first_, false)) {
          expect_comma();
          skip_blanks();
        }
        return read_value(text);
      }
    }
  }

 private:
  int peek() const { return in_.sgetc(); }

  int take() {
    const int c = in_.sbumpc();
    if (c == '\n') ++line_;
    return c;
  }

  static bool is_blank(int c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  void skip_blanks() {
    while (is_blank(peek())) take();
    line_of_value_ = line_;
  }

  void expect_comma() {
    if (peek() != ',') fail("',' or ']' is missing");
    take();
  }

  [[noreturn]] void fail(std::string_view reason) {
    line_of_value_ = line_;
    throw Error(fmt::format("{}; nothing behind it was read", reason));
  }

  bool read_value(std::string& text) {
    line_of_value_ = line_;
    text.clear();
    std::size_t depth = 0;
    bool in_string = false;
    for (;;) {
      const int c = peek();
      if (c == kEnd) {
        if (depth > 0 || in_string || text.empty()) {
          throw Error("a value that is not complete; nothing behind it was read");
        }
        return true;
      }
      if (!in_string && depth == 0 && !text.empty() && ends_scalar(c)) return true;
      if (text.empty() && (c == ',' || c == ']' || c == '}')) fail("a value is missing");
      if (text.size() == kValueBytesMax) {
        throw Error(fmt::format("a value of more than {} bytes; nothing behind it was read",
                                kValueBytesMax));
      }
      text += static_cast<char>(take());
      if (in_string) {
        if (c == '\\' && peek() != kEnd) text += static_cast<char>(take());
        if (c == '"') in_string = false;
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        if (--depth == 0) return true;
      }
    }
  }

  static bool ends_scalar(int c) {
    return is_blank(c) || c == ',' || c == ']' || c == '}' || c == '{' || c == '[';
  }

  std::streambuf& in_;
  std::size_t line_ = 1;
  std::size_t line_of_value_ = 1;
  bool in_array_ = false;
  bool is_first_ = false;  ///< of the array's items
};

/// Adds what a JSON reader says of a text that begins on `line`: its messages start with line and
/// column within the text.
void refuse_json(std::string_view message, std::size_t line, LineEvents& events) {
  std::size_t within = 0;
  const auto [end, error] =
      std::from_chars(message.data(), message.data() + message.size(), within);
  if (error == std::errc() && within > 0 && *end == ':') {
    message.remove_prefix(static_cast<std::size_t>(end - message.data()) + 1);
    return events.refuse(line + within - 1, fmt::format("column {}", message));
  }
  events.refuse(line, message);
}
}  // namespace

void add_json_event(std::string_view object, std::size_t line, const Mapping& mapping,
                    LineEvents& events) {
  text::Json json;
  try {
    json = text::parse_json(object);
  } catch (const Error& error) {
    return refuse_json(error.what(), line, events);
  }
  if (json.kind() != text::Json::Kind::kObject) {
    return events.refuse(line, fmt::format("{} is no event", text::to_string(json.kind())));
  }
  if (json.find("specversion") != nullptr) {
    UsageEvent event;
    try {
      event = from_cloud_event(std::move(json));
    } catch (const Error& error) {
      return events.refuse(line, error.what());
    }
    return events.add(std::move(event));
  }
  require_subject_time_type(mapping);
  events.add(line, object, [&](std::string_view path) -> std::optional<text::Json> {
    const text::Json* member = meters::find_path(json, path);
    if (member == nullptr) return std::nullopt;
    return *member;
  });
}

void read_json_documents(const EventStream& file, const Mapping& mapping, const Pieces& pieces) {
  LineEvents events(file, mapping, pieces);
  skip_mark(file.in);
  JsonValues values(file.in);
  std::string value;
  const auto next = [&] {
    try {
      return values.next(value);
    } catch (const Error& error) {
      events.refuse(values.line(), error.what());
      return false;
    }
  };
  while (next()) add_json_event(value, values.line(), mapping, events);
  events.finish();
}

}  // namespace reckoner::metering
