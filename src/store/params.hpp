#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/text_format.hpp"

namespace reckoner::store {

template <class Value>
inline constexpr bool kIsId = false;
template <class Tag>
inline constexpr bool kIsId<Id<Tag>> = true;

/// The values of a statement's $1, $2, …, in order: `connection.query(kStatement, {customer_id,
/// "acme", amount})`. A value is a whole number, bool, text, Decimal, Instant, Date, Bytes, Uuid or
/// Id; an optional of those, nullopt meaning NULL; or a vector or span of any of them, which
/// becomes a PostgreSQL array, so that one statement serves a whole batch (`unnest($1::bigint[],
/// $2::text[])`). Values are copied.
class Params {
 public:
  Params() = default;

  template <class... Values>
  Params(const Values&... values) {  // NOLINT(google-explicit-constructor)
    values_.reserve(sizeof...(values));
    (add(values), ...);
  }

  template <class Value>
  void add(const Value& value) {
    std::string text;
    append_text(text, value);
    values_.emplace_back(std::move(text));
  }
  template <class Value>
  void add(const std::optional<Value>& value) {
    value ? add(*value) : add(std::nullopt);
  }
  void add(std::nullopt_t) { values_.emplace_back(std::nullopt); }
  template <class Value>
  void add(const std::vector<Value>& values) {
    add(std::span<const Value>(values));
  }
  template <class Value>
  void add(std::span<Value> values) {
    std::string array = "{";
    for (const auto& value : values) {
      if (array.size() > 1) array += ',';
      append_element(array, value);
    }
    array += '}';
    values_.emplace_back(std::move(array));
  }

  /// In PostgreSQL's text format; nullopt is NULL.
  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  /// Texts are quoted, always: so that none can be taken for NULL, for blanks or for punctuation.
  template <class Value>
  static void append_element(std::string& array, const Value& value) {
    if constexpr (kIsPlain<Value>) {
      append_text(array, value);
    } else {
      append_quoted(array, value);
    }
  }
  /// What is written in digits, signs and letters alone.
  template <class Value>
  static constexpr bool kIsPlain =
      std::integral<Value> || std::same_as<Value, money::Decimal> ||
      std::same_as<Value, time::Instant> || std::same_as<Value, time::Date> || kIsId<Value>;
  template <class Value>
  static void append_quoted(std::string& array, const Value& value) {
    std::string text;
    append_text(text, value);
    array += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  template <class Value>
  static void append_element(std::string& array, const std::optional<Value>& value) {
    if (value) {
      append_element(array, *value);
    } else {
      array += "NULL";
    }
  }

  std::vector<std::optional<std::string>> values_;
};

}  // namespace reckoner::store
