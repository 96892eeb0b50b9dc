#include <gmock/gmock.h>

#include "engine/run.hpp"
#include "metering/cut.hpp"
#include "metering/metering_metrics.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {
namespace {

using testing::HasSubstr;

/// A world whose runs ask whether somebody closes cuts.
class CutLagTest : public test::BillingTest {
 protected:
  CutLagTest()
      : runner_(
            world.pool(), world.versions(), [this] { return world.now(); },
            {metering::close_cut_within, metering::merge_totals, metering::require_cut_within}) {
    world.set_clock("2026-10-05T12:00:00Z");
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-10-01");
    world.bandwidth("acme", "1", "2026-10-05T11:00:00Z");
  }
  std::optional<RunId> start() {
    return runner_.start({.engine = kMonthlyEngine, .fires_at = world.now()});
  }

  Runner runner_;
};

TEST_F(CutLagTest, NoRunStartsWhileUsageHasWaitedTooLong) {
  world.set_clock("2026-10-05T13:00:01Z");
  EXPECT_THAT(test::error_of([&] { start(); }),
              HasSubstr("usage has waited PT1H1S for a cut (batch 1 of story"));
  EXPECT_EQ(world.number("select count(*) from engine_run"), 0);
  EXPECT_EQ(world.number("select count(*) from cut"), 0) << "the run's own cut would hide it";
  store::Connection connection = world.connect();
  metering::close_cut(connection, world.now());
  EXPECT_TRUE(start().has_value());
}

TEST_F(CutLagTest, TheBoundIsASetting) {
  world.apply(test::with_setting(world.files(), "billing.metering.cutLagMax", "PT2H"));
  world.set_clock("2026-10-05T14:00:00Z");
  EXPECT_TRUE(start().has_value());
}

}  // namespace
}  // namespace reckoner::engine
