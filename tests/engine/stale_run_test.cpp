// A run that somebody began and left, and others that billed meanwhile: knowledge never goes back.

#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::charged;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class StaleRunTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-10-01");
    world.bandwidth("acme", "1536", "2026-10-05T10:00:00Z");
    world.run("2026-11-01T02:00:00Z");
  }
  /// Plans a run by hand, which nobody works on.
  RunId begin() {
    return world.runner()
        .start({.engine = kMonthlyEngine, .fires_at = world.now(), .true_ups = true})
        .value();
  }
};

TEST_F(StaleRunTest, DoesNotTakeBackWhatALaterRunHasBilled) {
  world.set_clock("2026-11-02T10:00:00Z");
  world.bandwidth("acme", "10", "2026-10-20T10:00:00Z");
  const RunId stale = begin();
  world.bandwidth("acme", "1000", "2026-10-21T10:00:00Z");
  world.run_by_hand({.true_ups = true});
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 true-up bandwidth 30.30"));

  world.import(accounts::ImportKind::kDiscounts,
               "key,customer,percentage,starts-on\nd1,acme,10,2026-10-01\n");
  world.work(stale);
  EXPECT_THAT(world.documents("acme"), SizeIs(2)) << "the stale run knows less and says nothing";
  world.run_by_hand({.true_ups = true});
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up discount-1 -53.03"))
      << "the reopening was left for a run that may act on it";
}

TEST_F(StaleRunTest, ThatWasCancelledBillsNothingMore) {
  world.set_clock("2026-11-02T10:00:00Z");
  world.bandwidth("acme", "10", "2026-10-20T10:00:00Z");
  const RunId run = begin();
  EXPECT_EQ(world.runner().cancel(run).state, "cancelled");
  EXPECT_EQ(world.work(run).state, "cancelled");
  EXPECT_THAT(world.documents("acme"), SizeIs(1));
  EXPECT_THAT(world.runner().unfinished(kMonthlyEngine), IsEmpty());
  world.run_by_hand({.true_ups = true});
  EXPECT_THAT(world.documents("acme"), SizeIs(2));
}

TEST_F(StaleRunTest, OverOtherPeriodsFreesNoParkedCustomer) {
  world.customer("globex");
  world.subscribe("globex", "Professional", "2026-10-01");
  world.subscribe_twice("globex", "SMB", "2026-10-01");
  world.set_clock("2026-11-03T10:00:00Z");
  world.run_by_hand();
  EXPECT_THAT(world.parked(), SizeIs(1));
  world.run_by_hand({.period_label = "2025-01", .retry_parked = true});
  EXPECT_THAT(world.parked(), SizeIs(1));
}

}  // namespace

}  // namespace reckoner::engine
