#pragma once

#include <cstdint>

namespace reckoner::metering {
inline constexpr std::int64_t kMetersLock = 7263502;
}  // namespace reckoner::metering
