#pragma once

#include <atomic>

namespace reckoner::app {

/// Becomes true at the first SIGTERM or SIGINT after install_signal_handlers(): the work in hand is
/// finished, the rest left. A second one ends the process at once.
const std::atomic<bool>& stop_requested();
void install_signal_handlers();

}  // namespace reckoner::app
