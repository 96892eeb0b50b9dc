#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace reckoner::text {

/// Deepest nesting of arrays and objects that parse_json accepts.
inline constexpr std::size_t kJsonDepthMax = 64;
/// Largest decimal exponent of a number, either sign: "1e308" is read, "1e309" is refused.
inline constexpr int kJsonExponentMax = 308;

/// A JSON value (RFC 8259), immutable once made. Numbers keep the text they were written with: no
/// value passes through binary floating point. Asking for another kind than it has throws Error
/// ("expected a string, found a number").
class Json {
 public:
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };
  struct Member;

  Json() = default;  ///< null
  static Json boolean(bool value);
  /// Throws Error when the literal is not a JSON number or its exponent is out of range.
  static Json number(std::string literal);
  /// Throws Error when the text is not UTF-8.
  static Json string(std::string value);
  static Json array(std::vector<Json> items);
  /// Keeps the order of the members. Throws Error when a name occurs twice.
  static Json object(std::vector<Member> members);

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::kNull; }
  bool as_boolean() const;
  /// The literal, such as "1.50" or "1e2".
  const std::string& as_number() const;
  const std::string& as_string() const;
  const std::vector<Json>& as_array() const;
  const std::vector<Member>& as_object() const;
  /// The same, handed over: what is left is an empty array or object.
  std::vector<Json> take_array();
  std::vector<Member> take_object();

  /// The member's value; nullptr when this is no object or has no such member.
  const Json* find(std::string_view name) const;
  /// The value of a member that must be there; throws Error when it is not.
  const Json& at(std::string_view name) const;

  /// Same kinds, same texts, same order: 1.5 and 1.50 differ (canonical() tells equal content).
  friend bool operator==(const Json& a, const Json& b);

 private:
  friend class TrustedJson;
  struct Number {
    std::string literal;
    friend bool operator==(const Number&, const Number&) = default;
  };
  std::variant<std::monostate, bool, Number, std::string, std::vector<Json>, std::vector<Member>>
      value_;
};

struct Json::Member {
  std::string name;
  Json value;
  friend bool operator==(const Member&, const Member&) = default;
};

/// "null", "a boolean", "a number", "a string", "an array", "an object": for messages.
std::string_view to_string(Json::Kind kind);

/// Reads one JSON document, UTF-8, with a byte order mark or without. Stricter than RFC 8259 asks:
/// a member named twice, nesting deeper than kJsonDepthMax and numbers beyond kJsonExponentMax are
/// refused. Error messages start with line and column of the last character read: "3:15: member
/// 'id' is there twice". An integer is kept as written, except that -0 becomes 0.
Json parse_json(std::string_view text);

/// The same bytes for the same content: members sorted by their bytes, no blanks, numbers as plain
/// decimals (1.50 → 1.5, 1e2 → 100, -0 → 0), strings with the shortest escapes. What event digests
/// are taken from.
std::string canonical(const Json& json);

enum class JsonLayout {
  kCompact,   ///< no blanks at all
  kIndented,  ///< a line for each member and item, two blanks a level, no line end at the end
};

/// Writes one JSON document piece by piece. Calls that would not give JSON (a value where a name
/// must stand, an end without its beginning, a second document) are Bugs.
///   JsonWriter json;
///   json.begin_object().key("number").string("R-7").key("lines").number(3).end_object();
///   out << json.finish();
class JsonWriter {
 public:
  explicit JsonWriter(JsonLayout layout = JsonLayout::kCompact) : layout_(layout) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  /// The name of the next member. Names are not compared: do not repeat one.
  JsonWriter& key(std::string_view name);

  /// Throws Error when the text is not UTF-8.
  JsonWriter& string(std::string_view value);
  /// A number as text, written as it is; one that is no JSON number is a Bug.
  JsonWriter& number(std::string_view literal);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool> &&
           !std::same_as<Integer, char>) JsonWriter& number(Integer value) {
    return number(std::string_view(std::to_string(value)));
  }
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// A whole tree, numbers as they were written.
  JsonWriter& json(const Json& value);

  /// Hands over what was written since the last take(): for documents larger than memory should
  /// hold.
  std::string take();
  /// Hands over the rest of a document that is complete.
  std::string finish();

 private:
  struct Level {
    bool object;
    bool empty = true;
  };

  void before_value();
  void new_line();
  JsonWriter& begin(bool object);
  JsonWriter& end(bool object);
  void append_string(std::string_view value);

  JsonLayout layout_;
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
  bool complete_ = false;
};

}  // namespace reckoner::text
