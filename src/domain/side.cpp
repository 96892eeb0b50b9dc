#include "domain/side.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::domain {

std::string_view to_string(Side side) {
  return side == Side::kAdvance ? "advance" : "arrears";
}

Side parse_side(std::string_view text) {
  if (text == "advance") return Side::kAdvance;
  if (text == "arrears") return Side::kArrears;
  throw Error(fmt::format("unknown side '{}'", text));
}

}  // namespace reckoner::domain
