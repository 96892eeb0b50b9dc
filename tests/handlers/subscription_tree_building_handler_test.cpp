// Usage belongs to the customer: it is billed under one subscription at a time.

#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::handlers {

namespace {

using test::charged;
using testing::ElementsAre;

using TreeBuildingTest = test::BillingTest;

TEST_F(TreeBuildingTest, TwoSubscriptionsThatMeasureOneMeterAtATimePark) {
  world.customer("acme");
  world.import(accounts::ImportKind::kSubscriptions,
               "key,customer,plan,starts-on\na1,acme,Professional,2026-10-01\n");
  world.subscribe_twice("acme", "SMB", "2026-10-20");
  world.bandwidth("acme", "2536", "2026-10-25T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(
      world.parked(),
      ElementsAre("acme: period 2026-10: subscriptions 1 and 2 both measure meter 'storage' "
                  "at the same time"));
}

TEST_F(TreeBuildingTest, OneAfterTheOtherIsAPlanChange) {
  world.customer("acme");
  world.import(accounts::ImportKind::kSubscriptions,
               "key,customer,plan,starts-on,ends-on\na1,acme,SMB,2026-10-01,2026-10-20\n"
               "a2,acme,Professional,2026-10-20,\n");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 61.29", "2026-10 subscription 193.55"));
}

}  // namespace

}  // namespace reckoner::handlers
