#include "metering/meter_life.hpp"

#include "metering/metering_database.hpp"
#include "store/transaction.hpp"

namespace reckoner::metering {
namespace {

class MeterLifeTest : public MeteringTest {
 protected:
  domain::Meter meter(std::string name) const {
    domain::Meter made;
    made.name = std::move(name);
    made.event_type = "call";
    made.aggregation = domain::Aggregation::kCount;
    return made;
  }

  MeterLife settle(const std::vector<domain::Meter>& in_force, std::string_view of) {
    now_ += std::chrono::hours(1);
    store::Transaction transaction(connection);
    settle_meters(connection, in_force, now_);
    transaction.commit();
    return meter_lives(connection).at(std::string(of));
  }

  void batch(std::string id) {
    give_once();
    take({event(std::move(id), "1")});
  }

  time::Instant now_ = time::parse_instant("2026-11-01T00:00:00Z");

 private:
  void give_once() {
    if (!given_) give("acme", 1);
    given_ = true;
  }
  bool given_ = false;
};

TEST_F(MeterLifeTest, MetersOfADatabaseThatNotedNoneCountFromTheFirstBatch) {
  batch("a");
  EXPECT_FALSE(meters_settled(connection));
  EXPECT_EQ(settle({meter("calls")}, "calls").since_batch, 0);
  EXPECT_TRUE(meters_settled(connection));
}

TEST_F(MeterLifeTest, ANewMeterCountsBehindTheLastBatch) {
  settle({meter("calls")}, "calls");
  batch("a");
  batch("b");
  const MeterLife life = settle({meter("calls"), meter("more")}, "more");
  EXPECT_EQ(life.since_batch, number("select max(batch_id) from ingest_batch"));
  EXPECT_EQ(life.created_at, now_);
  EXPECT_EQ(meter_lives(connection).at("calls").since_batch, 0);
}

TEST_F(MeterLifeTest, OnlyAChangedMeterIsUpdated) {
  const MeterLife made = settle({meter("calls")}, "calls");
  EXPECT_EQ(settle({meter("calls")}, "calls").updated_at, made.updated_at);
  domain::Meter titled = meter("calls");
  titled.title = "Calls";
  EXPECT_EQ(settle({titled}, "calls").updated_at, now_);
  EXPECT_EQ(meter_lives(connection).at("calls").created_at, made.created_at);
}

TEST_F(MeterLifeTest, AMeterThatEndedOrIsGoneCountsNoLaterBatch) {
  settle({meter("ended"), meter("gone")}, "gone");
  batch("a");
  const std::int64_t last = number("select max(batch_id) from ingest_batch");
  domain::Meter ended = meter("ended");
  ended.ends_at = now_;
  EXPECT_EQ(settle({ended}, "ended").until_batch, last);
  const time::Instant ended_at = now_;
  batch("b");
  EXPECT_EQ(settle({ended}, "gone").until_batch, last);
  EXPECT_EQ(meter_lives(connection).at("ended").ended_at, ended_at);
  EXPECT_EQ(meter_lives(connection).at("ended").until_batch, last);
}

TEST_F(MeterLifeTest, AMeterThatComesBackBeginsAnew) {
  settle({meter("calls"), meter("other")}, "calls");
  settle({meter("other")}, "other");
  batch("a");
  const MeterLife again = settle({meter("calls"), meter("other")}, "calls");
  EXPECT_EQ(again.since_batch, number("select max(batch_id) from ingest_batch"));
  EXPECT_EQ(again.ended_at, std::nullopt);
  EXPECT_EQ(again.until_batch, std::nullopt);
}

TEST_F(MeterLifeTest, MetersWaitForTransactionsThatStoreEvents) {
  store::Connection other = connect();
  store::Transaction storing(connection);
  lock_meters_shared(connection);
  connection.execute({"open batch",
                      "insert into ingest_batch (source, received_at, received, counted, "
                      "duplicate, quarantined) values ('test', $1, 0, 0, 0, 0)"},
                     {received_at});
  other.run_script({"limit", "set lock_timeout = '100ms'"});
  store::Transaction changing(other);
  EXPECT_THROW(settle_meters(other, {meter("calls")}, now_), store::DatabaseError);
  changing.rollback();
  storing.commit();
  store::Transaction again(other);
  EXPECT_NO_THROW(settle_meters(other, {meter("calls")}, now_));
}

}  // namespace
}  // namespace reckoner::metering
