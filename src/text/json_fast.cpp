#include "text/json_fast.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "base/error.hpp"

namespace reckoner::text {

/// Makes strings of texts that are known to be UTF-8: simdjson has looked at all of the text.
class TrustedJson {
 public:
  static Json string(std::string_view text) {
    Json json;
    json.value_.emplace<std::string>(text);
    return json;
  }
};

namespace {

namespace simd = simdjson::ondemand;

/// Not usable here; says nothing, because the careful parser will.
struct Unusual {};

/// Longest number read here: what is longer, or has an exponent of three digits, may be out of
/// range.
constexpr std::size_t kNumberMax = 64;
/// Buffers are kept by each thread up to this size.
constexpr std::size_t kKeptBytes = 1 << 20;

template <class Result>
auto take(Result&& result) {
  if (result.error() != simdjson::SUCCESS) throw Unusual{};
  return std::forward<Result>(result).value_unsafe();
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Json number_of(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  if (token.size() > kNumberMax) throw Unusual{};
  if (token == "-0") return Json::number("0");
  const std::size_t exponent = token.find_first_of("eE");
  if (exponent != std::string_view::npos &&
      std::count_if(token.begin() + static_cast<std::ptrdiff_t>(exponent), token.end(), is_digit) >
          2) {
    throw Unusual{};
  }
  return Json::number(std::string(token));
}

Json value_of(simd::value value, std::size_t depth);

Json object_of(simd::object object, std::size_t depth) {
  if (depth > kJsonDepthMax) throw Unusual{};
  std::vector<Json::Member> members;
  members.reserve(8);
  for (auto each : object) {
    simd::field field = take(std::move(each));
    const std::string_view name = take(field.unescaped_key());
    members.push_back({std::string(name), Json()});
    members.back().value = value_of(field.value(), depth + 1);
  }
  return Json::object(std::move(members));
}

Json array_of(simd::array array, std::size_t depth) {
  if (depth > kJsonDepthMax) throw Unusual{};
  std::vector<Json> items;
  for (auto each : array) items.push_back(value_of(take(std::move(each)), depth + 1));
  return Json::array(std::move(items));
}

Json value_of(simd::value value, std::size_t depth) {
  switch (take(value.type())) {
    case simd::json_type::object:
      return object_of(take(value.get_object()), depth);
    case simd::json_type::array:
      return array_of(take(value.get_array()), depth);
    case simd::json_type::string:
      return TrustedJson::string(take(value.get_string()));
    case simd::json_type::number:
      return number_of(value.raw_json_token());
    case simd::json_type::boolean:
      return Json::boolean(take(value.get_bool()));
    case simd::json_type::null:
      if (!take(value.is_null())) throw Unusual{};
      return {};
  }
  throw Unusual{};
}

/// The text with the bytes behind it that the library may read.
class Padded {
 public:
  simdjson::padded_string_view copy(std::string_view text) {
    const std::size_t needed = text.size() + simdjson::SIMDJSON_PADDING;
    if (size_ < needed) {
      bytes_ = std::make_unique<char[]>(needed);
      size_ = needed;
    }
    std::memcpy(bytes_.get(), text.data(), text.size());
    std::memset(bytes_.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    return simdjson::padded_string_view(bytes_.get(), text.size(), size_);
  }
  void trim() {
    if (size_ <= kKeptBytes) return;
    bytes_.reset();
    size_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace

std::optional<Json> parse_json_fast(std::string_view text) {
  thread_local simd::parser parser;
  thread_local Padded padded;
  try {
    simd::document document = take(parser.iterate(padded.copy(text)));
    std::optional<Json> json;
    switch (take(document.type())) {
      case simd::json_type::object:
        json = object_of(take(document.get_object()), 1);
        break;
      case simd::json_type::array:
        json = array_of(take(document.get_array()), 1);
        break;
      default:
        return std::nullopt;
    }
    const bool is_at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    if (!is_at_end) return std::nullopt;
    padded.trim();
    return json;
  } catch (const Unusual&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace reckoner::text
