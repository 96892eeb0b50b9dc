#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "text/json.hpp"

namespace reckoner::meters {

/// The way to one place in a JSON value: "$.usage.tokens", "$['a.b']", "$.list[0]", "$.list[-1]"
/// (RFC 9535, of which it takes the queries that name one place), or "usage.tokens", whose names
/// are split at every dot. Immutable.
class JsonPath {
 public:
  /// Throws Error for a text that is no path, and for one that could name several places.
  static JsonPath parse(std::string_view text);

  /// What stands there, with JSON's null where that is written; nullptr when there is nothing.
  const text::Json* find(const text::Json& json) const;

 private:
  using Step = std::variant<std::string, std::int64_t>;  ///< a member, or an item from either end
  std::vector<Step> steps_;
};

}  // namespace reckoner::meters
