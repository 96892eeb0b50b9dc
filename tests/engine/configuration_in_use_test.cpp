// A version that what is in the database could not be billed under does not become active.

#include "engine/configuration_in_use.hpp"

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using test::edited;
using test::error_of;

constexpr std::string_view kPricing = "pricing/stratoslive.xml";

class ConfigurationInUse : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.subscribe("acme", "SMB", "2026-10-01");
    world.bandwidth("acme", "10", "2026-10-05T10:00:00Z");
  }
  std::string apply(std::string_view member, std::string_view from, std::string_view to) {
    return error_of([&] { world.apply(edited(world.files(), std::string(member), from, to)); });
  }
};

TEST_F(ConfigurationInUse, APlanWithSubscribersStays) {
  EXPECT_EQ(apply(kPricing, R"(<plan name="SMB")", R"(<plan name="Small")"),
            "plan 'SMB' has subscribers, such as customer 'acme', and this configuration does not "
            "have it");
  EXPECT_EQ(apply(kPricing, R"(<plan name="Enterprise")", R"(<plan name="Corporate")"), "");
}

TEST_F(ConfigurationInUse, AMeterWithUsageStays) {
  config::Files renamed =
      edited(world.files(), "meters.xml", R"(name="bandwidth")", R"(name="traffic")");
  renamed = edited(renamed, std::string(kPricing), R"(meter="bandwidth")", R"(meter="traffic")");
  EXPECT_EQ(error_of([&] { world.apply(renamed); }),
            "meter 'bandwidth' has usage, and this configuration does not have it: keep it, with "
            "the attribute ends-at where it shall count nothing more");
}

TEST_F(ConfigurationInUse, AMeterWithUsageThatEndedDoesNotBeginAgain) {
  const config::Files before = world.files();
  world.apply(edited(before, "meters.xml", R"(name="bandwidth")",
                     R"(name="bandwidth" ends-at="2026-11-01T00:00:00Z")"));
  const std::string error = error_of([&] { world.apply(before); });
  EXPECT_NE(error.find("meter 'bandwidth' has usage and has ended; it cannot begin again"),
            std::string::npos)
      << error;
}

TEST_F(ConfigurationInUse, AMeterWithUsageKeepsItsMeaning) {
  const std::string error =
      apply("meters.xml", R"(event-type="bandwidth")", R"(event-type="traffic")");
  EXPECT_NE(
      error.find("meter 'bandwidth' has usage; its event-type, value and counting cannot change"),
      std::string::npos)
      << error;
}

TEST_F(ConfigurationInUse, AMeterKeepsWhatIsStoredOfItsEvents) {
  const auto becomes = [&](std::string_view from, std::string_view to) {
    const std::string member = "meters.xml";
    const std::string head = R"(<meter name="cartridge" event-type="cartridge" )";
    world.apply(edited(world.files(), member,
                       head + R"(aggregation="sum" value="hours" unit="hour"/>)",
                       head + std::string(from)));
    world.cartridge("acme", "10", "2026-10-05T10:00:00Z");
    const std::string error = apply(member, head + std::string(from), head + std::string(to));
    return error;
  };
  EXPECT_EQ(
      becomes(R"(aggregation="latest" value="hours" unit="hour" group-by="a"/>)",
              R"(aggregation="percentile" percentile="50" value="hours" unit="h" group-by="a"/>)"),
      "");
  const auto refused = [&](std::string_view from, std::string_view to) {
    return apply("meters.xml", from, to).find("cannot change") != std::string::npos;
  };
  const std::string now =
      R"(aggregation="percentile" percentile="50" value="hours" unit="h" group-by="a"/>)";
  EXPECT_TRUE(refused(now, R"(aggregation="unique-count" value="hours" unit="h" group-by="a"/>)"));
  EXPECT_TRUE(refused(now, R"(aggregation="percentile" value="$.hours" unit="h" group-by="a"/>)"));
  EXPECT_TRUE(refused(
      now,
      R"(aggregation="percentile" value="hours" unit="h"><filter path="x" exists="yes"/></meter>)"));
  EXPECT_TRUE(refused(
      now,
      R"(aggregation="percentile" value="hours" unit="h"><dimension name="a" path="$.b"/></meter>)"));
  EXPECT_TRUE(refused(now, R"(aggregation="latest" value="hours" unit="h"/>)"))
      << "the level would stand in two series";
  EXPECT_FALSE(refused(now, R"(aggregation="sum" value="hours" unit="h" group-by="a, b"/>)"));
}

TEST_F(ConfigurationInUse, GoingBackIsCheckedAsWell) {
  const VersionId first =
      world.versions().active(*world.pool().take(std::chrono::seconds(5))).value();
  world.apply(test::with_plans(test::flat_plan("Extra", "5.00")));
  world.subscribe("acme", "Extra", "2026-10-01");
  store::Connection connection = world.connect();
  EXPECT_EQ(
      error_of([&] { world.versions().activate(connection, first, "test", "", world.now()); }),
      "plan 'Extra' has subscribers, such as customer 'acme', and this configuration does not have "
      "it");
}

}  // namespace

}  // namespace reckoner::engine
