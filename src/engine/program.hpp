#pragma once

#include <string_view>

namespace reckoner::engine {

/// What a document notes as the program that issued it.
inline constexpr std::string_view kProgram = "reckoner " RECKONER_VERSION;

}  // namespace reckoner::engine
