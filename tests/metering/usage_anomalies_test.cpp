#include "metering/usage_anomalies.hpp"

#include <gmock/gmock.h>

#include "metering/cut.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::metering {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// acme used 100 MB in each working hour of nine weeks up to Sunday, 25 October 2026, on the clocks
/// of New York.
class UsageAnomaliesTest : public testing::Test {
 protected:
  UsageAnomaliesTest() {
    world.set_clock("2026-08-01T00:00:00Z");
    world.customer("acme", "America/New_York");
    world.set_clock("2026-10-26T04:00:00Z");
  }

  /// Usage of the hours of those days by SQL: a call for each would take long.
  void use(const std::string& first, const std::string& last, const std::string& megabytes,
           const std::string& condition = "true") {
    world.bandwidth("acme", "0", "2026-08-01T00:00:00Z");
    store::Connection connection = world.connect();
    close_cut(connection, world.now());
    const std::string sql = R"(
      insert into usage_total (customer_id, bucket, meter, subject, dimensions, cut, event_count,
                               value_sum, value_min, value_max)
      select t.customer_id, h, t.meter, t.subject, t.dimensions, t.cut, 1, )" +
                            megabytes + R"(, 1, 1
        from (select * from usage_total order by bucket limit 1) t,
             generate_series(timestamptz ')" +
                            first + " America/New_York', '" + last +
                            R"( America/New_York', '1 hour') h
       where )" + condition;
    connection.run_script({"test.use", sql});
  }
  std::vector<UsageAnomaly> found(int days = 14) {
    store::Connection connection = world.connect();
    const auto version = world.versions().active(connection).value();
    const auto compiled = world.versions().load(connection, version);
    store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
    return find_usage_anomalies(
        connection, compiled->configuration().meters, meter_lives(connection),
        {.customer = {world.number("select customer_id from customer_key where key = 'acme'")},
         .zone = time::Zone::named("America/New_York"),
         .until = world.now(),
         .days = days});
  }

  test::BillingWorld world;
};

const std::string kWorkingHour =
    "extract(hour from h at time zone 'America/New_York') between 8 and 17 and "
    "extract(isodow from h at time zone 'America/New_York') < 6";

TEST_F(UsageAnomaliesTest, NothingIsOutOfSeason) {
  use("2026-08-24", "2026-10-25 23:00", "100", kWorkingHour);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(UsageAnomaliesTest, ANightOfWorkIsFoundByItsHoursAndWords) {
  use("2026-08-24", "2026-10-25 23:00", "100", kWorkingHour);
  use("2026-10-21 01:00", "2026-10-21 03:00", "500");
  const auto anomalies = found();
  ASSERT_THAT(anomalies, SizeIs(2));
  EXPECT_TRUE(anomalies[1].by_day);
  EXPECT_FALSE(anomalies[0].by_day);
  EXPECT_EQ(time::to_string(anomalies[0].stretch.starts_at), "2026-10-21T05:00:00Z");
  EXPECT_EQ(time::to_string(anomalies[0].stretch.ends_at), "2026-10-21T08:00:00Z");
  EXPECT_THAT(
      anomalies[0].text,
      testing::HasSubstr("Wed 2026-10-21, 01:00 to 04:00: 1,500 byte, where nothing is usual"));
  EXPECT_THAT(anomalies[1].text,
              testing::HasSubstr("Wed 2026-10-21: 2,500 byte, 2.5 times the usual "
                                 "1,000 byte"));
}

TEST_F(UsageAnomaliesTest, AClockChangeIsNone) {
  use("2026-08-24", "2026-11-08 23:00", "100");
  world.set_clock("2026-11-09T05:00:00Z");
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(UsageAnomaliesTest, AYoungCustomerIsNotJudged) {
  use("2026-10-05", "2026-10-25 23:00", "100", kWorkingHour);
  use("2026-10-21 01:00", "2026-10-21 03:00", "500");
  EXPECT_THAT(found(), IsEmpty());
}

}  // namespace
}  // namespace reckoner::metering
