#pragma once

#include <string>

#include "engine/corrections.hpp"

namespace reckoner::app {

/// "LINE" or "LINE=AMOUNT", of a credit note. Throws UsageError.
engine::CreditedLine parse_credited_line(const std::string& text);

}  // namespace reckoner::app
