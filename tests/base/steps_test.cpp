#include "base/steps.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace reckoner::steps {
namespace {

using namespace std::chrono_literals;

TEST(Steps, TimeBelongsToTheInnermostStep) {
  const Recording recording;
  {
    const Step batch("batch");
    std::this_thread::sleep_for(2ms);
    {
      const Step commit("commit");
      std::this_thread::sleep_for(20ms);
    }
    const Step commit("commit");
    std::this_thread::sleep_for(2ms);
  }
  const auto spent = recording.spent();
  ASSERT_EQ(spent.size(), 1U);
  ASSERT_EQ(spent[0].size(), 2U);
  EXPECT_EQ(spent[0][0].step, "batch");
  EXPECT_EQ(spent[0][0].times, 1);
  EXPECT_GE(spent[0][0].wall, 2ms);
  EXPECT_LT(spent[0][0].wall, spent[0][1].wall);
  EXPECT_EQ(spent[0][1].step, "commit");
  EXPECT_EQ(spent[0][1].times, 2);
  EXPECT_GE(spent[0][1].wall, 22ms);
  EXPECT_LT(spent[0][1].processor, 20ms) << "sleeping is no work";
}

TEST(Steps, EachThreadIsMeasuredApartAndOnlyWhileRecording) {
  { const Step before("nobody looks"); }
  {
    const Recording recording;
    std::jthread([] { const Step step("one"); }).join();
    std::jthread([] { const Step step("two"); }).join();
    EXPECT_EQ(recording.spent().size(), 2U);
  }
  { const Step after("nobody looks"); }
  const Recording recording;
  EXPECT_TRUE(recording.spent().empty());
}

}  // namespace
}  // namespace reckoner::steps
