#pragma once

#include <atomic>
#include <chrono>

#include "engine/budget_watch.hpp"

namespace reckoner::app {

/// Looks at budgets about every second until `stop` becomes true. What goes wrong is logged once,
/// and tried again at growing intervals of a minute at most.
void watch_budgets(engine::BudgetWatch watch, const std::atomic<bool>& stop,
                   std::chrono::milliseconds pause = std::chrono::seconds(1));

}  // namespace reckoner::app
