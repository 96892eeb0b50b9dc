#include "invoicing/number_pattern.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {
constexpr std::string_view kYear = "{year}";
constexpr std::string_view kSequence = "{seq";
}  // namespace

bool counts_by_year(std::string_view pattern) {
  return pattern.find(kYear) != pattern.npos;
}

std::string format_number(std::string_view pattern, int year, std::int64_t seq) {
  std::string number;
  while (!pattern.empty()) {
    if (pattern.starts_with(kYear)) {
      number += fmt::format("{:04}", year);
      pattern.remove_prefix(kYear.size());
    } else if (pattern.starts_with(kSequence)) {
      const std::size_t end = pattern.find('}');
      RK_CHECK(end != pattern.npos);
      const std::string_view width = pattern.substr(kSequence.size(), end - kSequence.size());
      const int digits = width.empty() ? 1 : std::stoi(std::string(width.substr(1)));
      number += fmt::format("{:0{}}", seq, digits);
      pattern.remove_prefix(end + 1);
    } else {
      number += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return number;
}

}  // namespace reckoner::invoicing
