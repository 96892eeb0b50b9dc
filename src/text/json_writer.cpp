#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "text/json.hpp"
#include "text/json_number.hpp"
#include "text/utf8.hpp"

namespace reckoner::text {

void JsonWriter::new_line() {
  if (layout_ == JsonLayout::kIndented) out_.append("\n").append(2 * levels_.size(), ' ');
}

void JsonWriter::before_value() {
  RK_CHECK(!complete_);
  if (levels_.empty()) return;
  Level& level = levels_.back();
  RK_CHECK(level.object == after_key_);
  if (!level.object) {
    if (!level.empty) out_ += ',';
    new_line();
    level.empty = false;
  }
  after_key_ = false;
}

JsonWriter& JsonWriter::begin(bool object) {
  before_value();
  out_ += object ? '{' : '[';
  levels_.push_back({object});
  return *this;
}

JsonWriter& JsonWriter::end(bool object) {
  RK_CHECK(!levels_.empty() && levels_.back().object == object && !after_key_);
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) new_line();
  out_ += object ? '}' : ']';
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::begin_object() {
  return begin(true);
}
JsonWriter& JsonWriter::end_object() {
  return end(true);
}
JsonWriter& JsonWriter::begin_array() {
  return begin(false);
}
JsonWriter& JsonWriter::end_array() {
  return end(false);
}

JsonWriter& JsonWriter::key(std::string_view name) {
  RK_CHECK(!levels_.empty() && levels_.back().object && !after_key_);
  if (!levels_.back().empty) out_ += ',';
  levels_.back().empty = false;
  new_line();
  append_string(name);
  out_ += layout_ == JsonLayout::kIndented ? ": " : ":";
  after_key_ = true;
  return *this;
}

void JsonWriter::append_string(std::string_view value) {
  check_utf8(value);
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kEscapes = "\"\\bfnrt";
  out_ += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out_.append(value, written, i - written);
    written = i + 1;
    const std::size_t escape = kEscaped.find(c);
    if (escape != std::string_view::npos) {
      out_.append("\\").append(1, kEscapes[escape]);
    } else {
      out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    }
  }
  out_.append(value, written).append(1, '"');
}

JsonWriter& JsonWriter::string(std::string_view value) {
  before_value();
  append_string(value);
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::number(std::string_view literal) {
  RK_CHECK(split_json_number(literal).has_value());
  before_value();
  out_ += literal;
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  before_value();
  out_ += value ? "true" : "false";
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::null() {
  before_value();
  out_ += "null";
  complete_ = levels_.empty();
  return *this;
}

JsonWriter& JsonWriter::json(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::kNull:
      return null();
    case Json::Kind::kBoolean:
      return boolean(value.as_boolean());
    case Json::Kind::kNumber:
      return number(value.as_number());
    case Json::Kind::kString:
      return string(value.as_string());
    case Json::Kind::kArray:
      begin_array();
      for (const Json& item : value.as_array()) json(item);
      return end_array();
    case Json::Kind::kObject:
      begin_object();
      for (const Json::Member& member : value.as_object()) key(member.name).json(member.value);
      return end_object();
  }
  RK_CHECK(false);
}

std::string JsonWriter::take() {
  return std::exchange(out_, {});
}

std::string JsonWriter::finish() {
  RK_CHECK(complete_);
  return take();
}

}  // namespace reckoner::text
