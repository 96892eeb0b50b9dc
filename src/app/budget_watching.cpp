#include "app/budget_watching.hpp"

#include <algorithm>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"

namespace reckoner::app {

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kNap{50};
constexpr std::chrono::milliseconds kLongestPause{60'000};

}  // namespace

void watch_budgets(engine::BudgetWatch watch, const std::atomic<bool>& stop,
                   std::chrono::milliseconds pause) {
  std::chrono::milliseconds wait = pause;
  while (!stop) {
    try {
      watch.look(stop);
      if (wait > pause) log::info("budgets are looked at again");
      wait = pause;
    } catch (const std::exception& error) {
      if (wait == pause) log::error("budgets cannot be looked at: {}", error.what());
      wait = std::min(wait * 2, kLongestPause);
    }
    const auto until = Steady::now() + wait;
    while (!stop && Steady::now() < until) std::this_thread::sleep_for(kNap);
  }
}

}  // namespace reckoner::app
