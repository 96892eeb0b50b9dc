#include "store/database_error.hpp"

#include <fmt/format.h>

namespace reckoner::store {

namespace {
std::string one_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return text;
}
}  // namespace

DatabaseError::DatabaseError(Cause cause)
    : Error(fmt::format("{} ({})", one_line(cause.message), cause.sqlstate)),
      cause_(std::move(cause)) {
  in(fmt::format("statement {}", cause_.statement));
}

bool DatabaseError::retryable() const {
  if (cause_.in_doubt) return false;
  const std::string_view state = cause_.sqlstate;
  return cause_.connection_lost || state == "40001" || state == "40P01" || state == "55P03" ||
         state == "57014" || state.starts_with("53") || state.starts_with("57P0") ||
         state.starts_with("08");
}

}  // namespace reckoner::store
