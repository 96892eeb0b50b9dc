#include "text/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "text/json_number.hpp"
#include "text/utf8.hpp"

namespace reckoner::text {
namespace {

template <class Value>
const Value& expect(const Value* value, Json::Kind wanted, Json::Kind found) {
  if (value != nullptr) return *value;
  throw Error(fmt::format("expected {}, found {}", to_string(wanted), to_string(found)));
}

void write_canonical(const Json& json, JsonWriter& out) {
  switch (json.kind()) {
    case Json::Kind::kNumber:
      out.number(canonical_number(json.as_number()));
      return;
    case Json::Kind::kArray:
      out.begin_array();
      for (const Json& item : json.as_array()) write_canonical(item, out);
      out.end_array();
      return;
    case Json::Kind::kObject: {
      std::vector<const Json::Member*> members;
      for (const Json::Member& member : json.as_object()) members.push_back(&member);
      std::sort(members.begin(), members.end(),
                [](const auto* a, const auto* b) { return a->name < b->name; });
      out.begin_object();
      for (const Json::Member* member : members) {
        write_canonical(member->value, out.key(member->name));
      }
      out.end_object();
      return;
    }
    default:
      out.json(json);
  }
}

/// A member whose name an earlier one has; nullptr when there is none.
const Json::Member* find_twice(const std::vector<Json::Member>& members) {
  constexpr std::size_t kFew = 16;  // comparing these is faster than hashing them
  if (members.size() <= kFew) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].name == members[j].name) return &members[i];
      }
    }
    return nullptr;
  }
  std::unordered_set<std::string_view> names;
  for (const Json::Member& member : members) {
    if (!names.insert(member.name).second) return &member;
  }
  return nullptr;
}

}  // namespace

Json Json::boolean(bool value) {
  Json json;
  json.value_ = value;
  return json;
}

Json Json::number(std::string literal) {
  const auto parts = split_json_number(literal);
  if (!parts) throw Error(fmt::format("'{}' is not a JSON number", printable(literal)));
  if (!parts->exponent_fits) throw Error("number out of range");
  Json json;
  json.value_ = Number{std::move(literal)};
  return json;
}

Json Json::string(std::string value) {
  check_utf8(value);
  Json json;
  json.value_ = std::move(value);
  return json;
}

Json Json::array(std::vector<Json> items) {
  Json json;
  json.value_ = std::move(items);
  return json;
}

Json Json::object(std::vector<Member> members) {
  for (const Member& member : members) check_utf8(member.name);
  if (const Member* twice = find_twice(members)) {
    throw Error(fmt::format("member '{}' is there twice", printable(twice->name)));
  }
  Json json;
  json.value_ = std::move(members);
  return json;
}

bool Json::as_boolean() const {
  return expect(std::get_if<bool>(&value_), Kind::kBoolean, kind());
}
const std::string& Json::as_number() const {
  return expect(std::get_if<Number>(&value_), Kind::kNumber, kind()).literal;
}
const std::string& Json::as_string() const {
  return expect(std::get_if<std::string>(&value_), Kind::kString, kind());
}
const std::vector<Json>& Json::as_array() const {
  return expect(std::get_if<std::vector<Json>>(&value_), Kind::kArray, kind());
}
const std::vector<Json::Member>& Json::as_object() const {
  return expect(std::get_if<std::vector<Member>>(&value_), Kind::kObject, kind());
}

std::vector<Json> Json::take_array() {
  as_array();
  return std::move(std::get<std::vector<Json>>(value_));
}
std::vector<Json::Member> Json::take_object() {
  as_object();
  return std::move(std::get<std::vector<Member>>(value_));
}

const Json* Json::find(std::string_view name) const {
  const auto* members = std::get_if<std::vector<Member>>(&value_);
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == members->end() ? nullptr : &found->value;
}

const Json& Json::at(std::string_view name) const {
  as_object();
  if (const Json* value = find(name)) return *value;
  throw Error(fmt::format("there is no member '{}'", name));
}

bool operator==(const Json& a, const Json& b) {
  return a.value_ == b.value_;
}

std::string_view to_string(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kBoolean:
      return "a boolean";
    case Json::Kind::kNumber:
      return "a number";
    case Json::Kind::kString:
      return "a string";
    case Json::Kind::kArray:
      return "an array";
    case Json::Kind::kObject:
      return "an object";
  }
  RK_CHECK(false);
}

std::string canonical(const Json& json) {
  JsonWriter out;
  write_canonical(json, out);
  return out.finish();
}

}  // namespace reckoner::text
