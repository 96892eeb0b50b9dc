#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "time/time.hpp"

namespace reckoner::scheduler {

/// Compares the wall clock with one that cannot be set.
class ClockWatch {
 public:
  /// How far the wall clock has jumped since the last call, when that is more than a minute;
  /// negative when it was set back.
  std::optional<std::chrono::seconds> jump(time::Instant wall,
                                           std::chrono::steady_clock::time_point steady) {
    const auto last = std::exchange(last_, Reading{wall, steady});
    if (!last) return std::nullopt;
    const auto jump =
        std::chrono::round<std::chrono::seconds>((wall - last->wall) - (steady - last->steady));
    if (std::chrono::abs(jump) <= std::chrono::minutes(1)) return std::nullopt;
    return jump;
  }

 private:
  struct Reading {
    time::Instant wall;
    std::chrono::steady_clock::time_point steady;
  };
  std::optional<Reading> last_;
};

}  // namespace reckoner::scheduler
