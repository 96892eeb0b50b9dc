#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/id.hpp"
#include "money/decimal.hpp"
#include "time/time.hpp"

namespace reckoner::store {

/// Bytes for a bytea column. Refers to memory of the caller.
struct Bytes {
  explicit Bytes(std::string_view bytes) : value(bytes) {}
  explicit Bytes(std::span<const std::uint8_t> bytes)
      : value(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}
  std::string_view value;
};

/// 16 bytes for a uuid column.
struct Uuid {
  std::array<std::uint8_t, 16> bytes;
};

/// Whole numbers that are numbers: neither bool nor a character.
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

/// append_text(out, value): the value in PostgreSQL's text format, as a parameter carries it.
/// Instants and dates are unambiguous whatever the session's settings.

/// Throws Error for a text with a zero byte, which PostgreSQL cannot hold.
void append_text(std::string& out, std::string_view text);
void append_text(std::string& out, Bytes bytes);
void append_text(std::string& out, const Uuid& uuid);
void append_text(std::string& out, const money::Decimal& decimal);
void append_text(std::string& out, time::Instant instant);
void append_text(std::string& out, time::Date date);

template <std::same_as<bool> Bool>
void append_text(std::string& out, Bool value) {
  out += value ? 't' : 'f';
}

template <WholeNumber Number>
void append_text(std::string& out, Number value) {
  RK_CHECK(std::in_range<std::int64_t>(value));
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

template <class Tag>
void append_text(std::string& out, Id<Tag> id) {
  append_text(out, id.value);
}

}  // namespace reckoner::store
