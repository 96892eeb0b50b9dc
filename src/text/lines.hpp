#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reckoner::text {

/// What stands between line feeds: none in an empty text, and none behind a line feed at its end.
std::vector<std::string> split_lines(std::string_view text);

}  // namespace reckoner::text
