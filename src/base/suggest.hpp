#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner {

/// The candidate nearest to `word` by edit distance, when it is near enough to be a slip of the pen
/// (distance at most a third of the longer word, at least 1); empty when none is.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'X'?" or, when nothing is near, "" — to be put behind "unknown …" messages.
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace reckoner
