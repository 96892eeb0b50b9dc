#include "web/number_cursor.hpp"

#include <charconv>

namespace reckoner::web {

NumberPage NumberPage::of(const Request& request) {
  const PageRequest asked = page_request(request, 1);
  NumberPage page{.limit = asked.limit, .below = std::nullopt};
  if (!asked.behind) return page;
  const std::string& text = asked.behind->front();
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Problem(400, "cursor is none that this list gave");
  }
  page.below = number;
  return page;
}

}  // namespace reckoner::web
