// A price change in money before it is applied, and prices of billed periods changed on purpose.

#include "engine/reprice.hpp"

#include <gmock/gmock.h>

#include "accounts/advance_sides.hpp"
#include "engine/configuration_change.hpp"
#include "engine/price_effect.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::charged;
using test::error_of;
using test::flat_plan;
using test::with_plans;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RepriceTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.apply(with_plans(flat_plan("Basic", "31.00")));
    world.customer("acme");
    world.subscribe("acme", "Basic", "2026-09-01");
    world.customer("globex");
    world.subscribe("globex", "SMB", "2026-09-01");
  }
  PriceEffect effect(const config::Files& files, const std::optional<RepriceRange>& range) {
    auto connection = world.connect();
    const auto over = range ? EffectOver::kIssued : EffectOver::kOpen;
    return effect_of(connection, world.versions(),
                     {world.versions().compile(files), over, range.value_or(RepriceRange{}), {}},
                     world.now());
  }
  std::int64_t reprice_since(const config::Files& files, std::string_view from) {
    const VersionId version = world.apply(files);
    auto connection = world.connect();
    store::Transaction transaction(connection);
    const auto sides = reprice(connection, *world.versions().load(connection, version),
                               {time::parse_date(from), std::nullopt}, version,
                               "repriced by test: wrong list", world.now());
    transaction.commit();
    return sides;
  }
};

TEST_F(RepriceTest, TheEffectOnOpenPeriodsIsToldByCustomerAndCharge) {
  world.run("2026-10-01T02:00:00Z");
  world.set_clock("2026-10-10T00:00:00Z");
  const PriceEffect told = effect(with_plans(flat_plan("Basic", "40.00")), std::nullopt);
  EXPECT_EQ(told.customers, 2);
  ASSERT_THAT(told.changed, SizeIs(1));
  EXPECT_EQ(told.changed[0].customer, "acme");
  EXPECT_EQ(told.changed[0].now.to_string(), "31.00");
  EXPECT_EQ(told.changed[0].then.to_string(), "40.00");
  ASSERT_THAT(told.charges, SizeIs(1));
  EXPECT_EQ(told.charges[0].plan, "Basic");
  EXPECT_EQ(told.charges[0].charge, "fee");
  EXPECT_THAT(effect(world.files(), std::nullopt).changed, IsEmpty());
}

TEST_F(RepriceTest, BilledPeriodsKeepTheirPriceUnlessRepriced) {
  world.run("2026-10-01T02:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  const config::Files dearer = with_plans(flat_plan("Basic", "40.00"));
  const PriceEffect told = effect(dearer, RepriceRange{time::parse_date("2026-10-01"), {}});
  ASSERT_THAT(told.changed, SizeIs(1));
  EXPECT_EQ((told.changed[0].then - told.changed[0].now).to_string(), "9.00");
  EXPECT_EQ(reprice_since(dearer, "2026-10-01"), 2);
  world.run("2026-11-02T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 true-up fee 9.00"));
  EXPECT_EQ(world.documents("globex").size(), 2U);  // its price did not change
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-11 fee 40.00"));
}

TEST_F(RepriceTest, AVersionWithoutAPlanOfThosePeriodsIsRefused) {
  world.run("2026-10-01T02:00:00Z");
  world.subscribe("acme", "Basic", "2026-09-01", "2026-10-01");
  EXPECT_EQ(error_of([&] { reprice_since(test::shipped_configuration(), "2026-09-01"); }),
            "periods of plan 'Basic' in USD would be priced again, and this configuration does not "
            "have it");
  world.apply(with_plans(flat_plan("Basic", "31.00")));
}

// The version that was taken back had a number, which the next one gets.
TEST_F(RepriceTest, AChangeThatFailsLeavesNothingBehind) {
  world.run("2026-10-01T02:00:00Z");
  world.subscribe("acme", "Basic", "2026-09-01", "2026-10-01");
  const RepriceRange range{time::parse_date("2026-09-01"), std::nullopt};
  const auto apply = [&](config::Files files, std::optional<RepriceRange> reprice) {
    auto connection = world.connect();
    store::Transaction transaction(connection);
    apply_change(connection, world.versions(),
                 {.files = std::move(files), .author = "test", .comment = "", .reprice = reprice},
                 world.now());
    transaction.commit();
  };
  EXPECT_NE(error_of([&] { apply(test::shipped_configuration(), range); }), "");
  const config::Files mended = with_plans(flat_plan("Basic", "42.00"));
  apply(mended, std::nullopt);
  auto connection = world.connect();
  const auto active = world.versions().active(connection).value();
  EXPECT_EQ(world.versions().load(connection, active)->files().content, mended.content);
}

class MovedFeeTest : public test::BillingTest {
 protected:
  static config::Files plan(std::string_view side) {
    return with_plans(
        std::string(R"(<plan name="Basic"><recurring name="fee" fee="31.00" side=")") +
        std::string(side) + R"("/></plan>)");
  }
  void apply(std::string_view side) {
    world.apply(plan(side));
    auto connection = world.connect();
    store::Transaction transaction(connection);
    const auto active = world.versions().active(connection).value();
    accounts::add_advance_sides(connection,
                                world.versions().load(connection, active)->configuration());
    transaction.commit();
  }
  void SetUp() override { world.customer("acme"); }
};

TEST_F(MovedFeeTest, FromArrearsToAdvanceIsBilledOnceForEachPeriod) {
  apply("arrears");
  world.subscribe("acme", "Basic", "2026-09-01");
  world.run("2026-10-01T02:00:00Z");
  world.set_clock("2026-10-10T00:00:00Z");
  apply("advance");
  world.run("2026-10-11T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 fee 31.00"));
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-11 fee 31.00"));
  EXPECT_EQ(world.balance("acme"), "93.00");
}

TEST_F(MovedFeeTest, FromAdvanceToArrearsIsBilledOnceForEachPeriod) {
  apply("advance");
  world.set_clock("2026-10-01T00:00:00Z");
  world.subscribe("acme", "Basic", "2026-10-01");
  world.run("2026-10-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 fee 31.00"));
  world.set_clock("2026-10-10T00:00:00Z");
  apply("arrears");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.balance("acme"), "31.00");
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-11 fee 31.00"));
  EXPECT_EQ(world.balance("acme"), "62.00");
}

TEST_F(MovedFeeTest, BackToAnEarlierConfigurationBillsInAdvanceAgain) {
  apply("advance");
  apply("arrears");
  world.set_clock("2026-10-01T00:00:00Z");
  world.subscribe("acme", "Basic", "2026-10-01");
  apply("advance");
  world.run("2026-10-02T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("acme")), ElementsAre("2026-10 fee 31.00"));
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(world.balance("acme"), "62.00");
}

}  // namespace

}  // namespace reckoner::engine
