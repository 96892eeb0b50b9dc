#include "base/stoppable_wait.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace reckoner {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

TEST(StoppableWait, WaitsItsTimeWhereNobodyStopsIt) {
  const std::stop_source source;
  const auto begun = Steady::now();
  EXPECT_TRUE(waited_unstopped(source.get_token(), 30ms));
  EXPECT_GE(Steady::now() - begun, 30ms);
}

TEST(StoppableWait, IsABeatUntilAStopIsAskedFor) {
  int beats = 0;
  {
    std::jthread beat([&](const std::stop_token& stop) {
      while (waited_unstopped(stop, 5ms)) ++beats;
    });
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_GT(beats, 0);
}

TEST(StoppableWait, IsWokenFromALongPause) {
  const auto begun = Steady::now();
  bool unstopped = true;
  {
    std::jthread waits(
        [&](const std::stop_token& stop) { unstopped = waited_unstopped(stop, 1h); });
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_FALSE(unstopped);
  EXPECT_LT(Steady::now() - begun, 1min);
}

}  // namespace
}  // namespace reckoner
