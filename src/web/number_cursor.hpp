#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "web/pages.hpp"

namespace reckoner::web {

/// A page of a list that is ordered by a number, the largest first.
struct NumberPage {
  std::size_t limit = 50;
  std::optional<std::int64_t> below;  ///< only smaller numbers; none: from the beginning

  /// Of the parameters `limit` and `cursor`; throws Problem 400 as page_request does.
  static NumberPage of(const Request& request);
  /// Everything, as files have it: their first 100,000 rows.
  static NumberPage all() { return {.limit = 100'000, .below = std::nullopt}; }

  /// One more tells whether there is another page.
  std::int64_t rows_to_read() const { return static_cast<std::int64_t>(limit) + 1; }

  /// Takes what does not belong to the page out and gives the cursor of the next one.
  template <class Item, class NumberOf>
  std::optional<std::string> cut(std::vector<Item>& items, NumberOf number_of) const {
    if (items.size() <= limit) return std::nullopt;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
    return cursor_of({std::to_string(number_of(items.back()))});
  }
};

}  // namespace reckoner::web
