#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/json.hpp"
#include "time/time.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// The body of a request, or an object in it: one JSON object with known members. What is wrong
/// throws Problem 400 that names the member.
class RequestObject {
 public:
  static constexpr std::size_t kTextMax = 1024;

  /// Refuses other members than `known`.
  RequestObject(const Request& request, std::initializer_list<std::string_view> known);
  RequestObject(text::Json object, std::initializer_list<std::string_view> known);

  /// Whether it is there, null included.
  bool has(std::string_view name) const { return object_.find(name) != nullptr; }
  /// Of at most `bytes_max`.
  std::string text(std::string_view name, std::size_t bytes_max = kTextMax) const;
  /// The member "reason": why a person decided so, of at most 4,000 characters.
  std::string reason() const;
  /// None where it is missing or null.
  std::optional<std::string> optional_text(std::string_view name) const;
  std::optional<bool> optional_boolean(std::string_view name) const;
  std::optional<time::Instant> optional_instant(std::string_view name) const;
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t min,
                                               std::int64_t max) const;
  /// What `parse`, which throws Error, reads from a text; none where it is missing or null.
  template <class Parse>
  auto optional_parsed(std::string_view name, Parse parse) const
      -> std::optional<decltype(parse(std::string()))> {
    const auto found = optional_text(name);
    if (!found) return std::nullopt;
    try {
      return parse(*found);
    } catch (const Error& error) {
      throw Problem(400, std::string(name) + ": " + error.what());
    }
  }
  template <class Parse>
  auto parsed(std::string_view name, Parse parse) const {
    auto found = optional_parsed(name, parse);
    if (!found) throw Problem(400, std::string(name) + " is missing");
    return *std::move(found);
  }
  /// The member as it is; nullptr where it is missing or null.
  const text::Json* member(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;

 private:
  text::Json object_;
};

/// The number that a text of digits is; none for any other text, and beyond 64 bits.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace reckoner::web
