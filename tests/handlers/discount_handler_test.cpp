// Percentage discounts are lines of the statement: by the days they hold, on what is left.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::handlers {

namespace {

using test::charged;
using testing::ElementsAre;

class DiscountTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-10-01");
  }
  void discount(std::string_view key, std::string_view percentage, std::string_view from,
                std::string_view until = "") {
    world.import(accounts::ImportKind::kDiscounts,
                 fmt::format("key,customer,percentage,starts-on,ends-on\n{},acme,{},{},{}\n", key,
                             percentage, from, until));
  }
};

TEST_F(DiscountTest, TenPercentOfAHundredIsTen) {
  discount("d1", "10", "2026-10-01");
  world.bandwidth("acme", "2000", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 13.92",
                          "2026-10 discount-1 -51.39"));
}

TEST_F(DiscountTest, HoldsByTheDays) {
  discount("d1", "50", "2026-10-17", "2026-11-01");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 discount-1 -120.97"));
}

TEST_F(DiscountTest, TheSecondIsTakenOffWhatTheFirstLeft) {
  discount("d1", "50", "2026-10-01");
  discount("d2", "10", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 discount-1 -250.00",
                          "2026-10 discount-2 -25.00"));
}

TEST_F(DiscountTest, OutsideItsDatesItIsNotThere) {
  discount("d1", "10", "2026-11-01", "2026-12-01");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 subscription 500.00"));
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-11 subscription 500.00", "2026-11 discount-1 -50.00"));
}

TEST_F(DiscountTest, LateUsageIsDiscountedToo) {
  discount("d1", "10", "2026-10-01");
  world.bandwidth("acme", "1536", "2026-10-05T10:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  world.bandwidth("acme", "100", "2026-10-06T10:00:00Z");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth 3.00", "2026-10 true-up discount-1 -0.30",
                          "2026-11 subscription 500.00", "2026-11 discount-1 -50.00"));
}

}  // namespace

}  // namespace reckoner::handlers
