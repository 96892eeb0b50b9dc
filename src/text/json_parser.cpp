#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/error.hpp"
#include "text/json.hpp"
#include "text/json_fast.hpp"
#include "text/utf8.hpp"

namespace reckoner::text {
namespace {

/// Steps through the text and leaves in `*reached` how far the parser has read.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = char;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  friend bool operator==(const Cursor& a, const Cursor& b) { return a.at_ == b.at_; }

 private:
  const char* at_;
  const char** reached_;
};

/// "line:column" of the last of `count` characters; columns count code points.
std::string place_of(std::string_view text, std::size_t count) {
  const std::string_view before = text.substr(0, count == 0 ? 0 : count - 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("{}:{}", lines + 1, width(before.substr(line_start)) + 1);
}

/// The part of the library's message that helps a reader, without the text it quotes.
std::string syntax_reason(std::string_view message) {
  if (message.find("number overflow") != std::string_view::npos) return "number out of range";
  const std::size_t dash = message.find(" - ");
  if (dash != std::string_view::npos) message.remove_prefix(dash + 3);
  const std::string_view reason = message.substr(0, message.find("; last read"));
  const std::size_t expected = message.rfind("; expected ");
  if (expected == std::string_view::npos || expected < reason.size()) return std::string(reason);
  return std::string(reason).append(message.substr(expected));
}

/// Builds the tree from the events of the parser.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Json root;

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json::boolean(value)); }
  bool number_integer(number_integer_t value) override {
    return add(Json::number(std::to_string(value)));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(Json::number(std::to_string(value)));
  }
  bool number_float(number_float_t, const string_t& literal) override {
    std::string text = literal;  // the point is the one of the C locale in force
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return std::string_view("0123456789+-eE").find(c) == std::string_view::npos; },
        '.');
    return add(Json::number(std::move(text)));
  }
  bool string(string_t& value) override { return add(Json::string(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool key(string_t& name) override {
    if (!levels_.back().names.insert(name).second) {
      throw Error(fmt::format("member '{}' is there twice", printable(name)));
    }
    levels_.back().members.push_back({std::move(name), Json()});
    return true;
  }
  bool end_object() override {
    Json object = Json::object(std::move(levels_.back().members));
    levels_.pop_back();
    return add(std::move(object));
  }
  bool end_array() override {
    Json array = Json::array(std::move(levels_.back().items));
    levels_.pop_back();
    return add(std::move(array));
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::json::exception& problem) override {
    throw Error(syntax_reason(problem.what()));
  }

 private:
  struct Level {
    std::vector<Json> items;
    std::vector<Json::Member> members;
    std::unordered_set<std::string> names;
  };

  bool open() {
    if (levels_.size() == kJsonDepthMax) {
      throw Error(fmt::format("nested deeper than {} levels", kJsonDepthMax));
    }
    levels_.emplace_back();
    return true;
  }

  bool add(Json value) {
    if (levels_.empty()) {
      root = std::move(value);
    } else if (!levels_.back().members.empty()) {
      levels_.back().members.back().value = std::move(value);
    } else {
      levels_.back().items.push_back(std::move(value));
    }
    return true;
  }

  std::vector<Level> levels_;
};

}  // namespace

Json parse_json(std::string_view text) {
  // The library takes a NUL for the end of the text and would not look behind it.
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) throw Error("NUL character").in(place_of(text, nul + 1));
  if (auto json = parse_json_fast(text)) return std::move(*json);
  TreeBuilder builder;
  const char* const begin = text.data();
  const char* reached = begin;
  try {
    nlohmann::json::sax_parse(Cursor(begin, &reached), Cursor(begin + text.size(), &reached),
                              &builder);
  } catch (Error& error) {
    error.in(place_of(text, static_cast<std::size_t>(reached - begin)));
    throw;
  }
  return std::move(builder.root);
}

}  // namespace reckoner::text
