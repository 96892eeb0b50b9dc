#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "text/json.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// The part of a long list that a request asks for, in the list's order.
struct PageRequest {
  std::size_t limit = 50;  ///< items of a page, at least 1
  /// What the list is ordered by, of the last item before the page; none: from the beginning.
  std::optional<std::vector<std::string>> behind;
};

inline constexpr std::size_t kPageMax = 500;

/// Of the parameters `limit` and `cursor`. Throws Problem 400 for a limit that is none of 1 to
/// kPageMax, and for a cursor that is none of `parts` texts as cursor_of() makes them: what they
/// say is for the caller to check.
PageRequest page_request(const Request& request, std::size_t parts);

/// An opaque text for the last item of a page: what the list is ordered by.
std::string cursor_of(const std::vector<std::string>& parts);

/// The member "next".
void write_next(text::JsonWriter& json, const std::optional<std::string>& cursor);

}  // namespace reckoner::web
