#include "money/grouped.hpp"

#include <algorithm>

namespace reckoner::money {

std::string grouped(std::string_view figure) {
  constexpr std::size_t kGroup = 3;
  std::string text(figure);
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  std::size_t end = std::min(text.find('.'), text.size());
  while (end > first + kGroup) {
    end -= kGroup;
    text.insert(end, 1, ',');
  }
  return text;
}

}  // namespace reckoner::money
