#pragma once

#include <functional>

#include "time/time.hpp"

namespace reckoner::time {

/// The one source of "now". Read in scheduler, web and app only; below them an instant is a
/// parameter. Tests pass their own.
using Clock = std::function<Instant()>;

}  // namespace reckoner::time
