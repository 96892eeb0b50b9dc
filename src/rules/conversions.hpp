#pragma once

#include <string_view>

#include "rules/value.hpp"

namespace reckoner::rules {

/// The date, time, date and time or duration that the text is; null for all others.
Value temporal_from(std::string_view text);
/// The duration of either kind that the text is, or null.
Value duration_from(std::string_view text);

}  // namespace reckoner::rules
