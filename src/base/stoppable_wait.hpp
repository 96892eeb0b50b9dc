#pragma once

#include <chrono>
#include <stop_token>

namespace reckoner {

/// Waits `pause` long, or until a stop is asked for; whether none was, so that a thread with a beat
/// is `while (waited_unstopped(stop, kBeat)) …`. Any number of threads may wait by one token.
bool waited_unstopped(const std::stop_token& stop, std::chrono::milliseconds pause);

}  // namespace reckoner
