#include "metering/quarantine.hpp"

#include <gmock/gmock.h>

#include "metering/cloud_event.hpp"
#include "metering/conservation.hpp"
#include "metering/intake.hpp"
#include "metering_database.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::metering {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class QuarantineTest : public MeteringTest {
 protected:
  Replayed replay(const QuarantineFilter& filter = {}) {
    return replay_quarantine(connection, meters::MeterReader(meters), filter, later);
  }
  void poison(const std::string& position, const std::string& bytes) {
    store::Transaction transaction(connection);
    const PoisonMessage message{
        .source = "kafka:usage", .position = position, .bytes = bytes, .reason = "not JSON"};
    store_poison(connection, std::span(&message, 1), received_at);
    connection.execute({"poison batch", R"(
      with batch as (insert into ingest_batch (source, received_at, received, counted, duplicate,
                                               quarantined)
                     values ('kafka', $1, 1, 0, 0, 1) returning batch_id)
      insert into ingest_tally select batch_id, 'default', $1, 1, 0, 0, 1 from batch)"},
                       {received_at});
    transaction.commit();
  }
  std::string states() {
    return text(
        "select coalesce(string_agg(event_id || ' ' || state || ' ' || deliveries, ', ' "
        "order by event_id, first_at), '') from quarantine");
  }
  /// The names of the checks that do not hold.
  std::vector<std::string> broken() {
    std::vector<std::string> names;
    for (const ConservationCheck& check : conservation_checks()) {
      const auto outcome = check.run(connection, {});
      if (!outcome.holds()) names.push_back(outcome.name + ": " + outcome.wrong.front());
    }
    return names;
  }

  const time::Instant later = time::parse_instant("2026-11-03T08:00:00Z");
};

TEST_F(QuarantineTest, AReplayCountsWhatCanBeCountedByNow) {
  UsageEvent unusable = event("e3", "1");
  unusable.data = text::Json::object({{"bytes", text::Json::string("many")}});
  take({event("e1", "10"), event("e2", "5", "globex"), unusable});
  EXPECT_EQ(states(), "e1 open 1, e2 open 1, e3 open 1");
  give("acme", 1);
  const Replayed done = replay();
  EXPECT_EQ(done.tried, 3);
  EXPECT_EQ(done.counted, 1);
  EXPECT_EQ(done.refused, 2);
  ASSERT_EQ(done.stayed.size(), 2);
  EXPECT_EQ(states(), "e1 replayed 1, e2 open 2, e3 open 2") << "one delivery more";
  EXPECT_EQ(quantity(1), "10");
  EXPECT_THAT(list_quarantine(connection, {.source = "gateway", .reason = "GLOBEX"}, 10),
              ElementsAre(testing::Field(&QuarantinedEvent::id, "e2")));
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(QuarantineTest, AReplayMayBeRestricted) {
  take({event("e1", "10"), event("e2", "5")});
  give("acme", 1);
  EXPECT_EQ(replay({.id = "e2"}).tried, 1);
  EXPECT_EQ(replay({.source = "elsewhere"}).tried, 0);
  EXPECT_EQ(states(), "e1 open 1, e2 replayed 1");
  EXPECT_EQ(replay().tried, 1) << "what left is not tried again";
  EXPECT_EQ(quantity(1), "15");
}

TEST_F(QuarantineTest, AReplayOfMoreThanAPageCountsEachOnce) {
  std::vector<UsageEvent> events;
  for (int i = 0; i < 2'345; ++i) events.push_back(event(std::to_string(i), "1"));
  take(events);
  give("acme", 1);
  std::vector<std::int64_t> told;
  const Replayed done = replay_quarantine(connection, meters::MeterReader(meters), {}, later,
                                          [&](std::int64_t tried) { told.push_back(tried); });
  EXPECT_EQ(done.counted, 2'345);
  EXPECT_THAT(told, ElementsAre(1'000, 2'000, 2'345));
  EXPECT_EQ(quantity(1), "2345");
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(QuarantineTest, PoisonIsListedShownAndReadAgain) {
  give("acme", 1);
  const std::string good = to_cloud_event(event("p1", "7"));
  poison("usage/3/1", "\x01\xff no event");
  poison("usage/3/2", good);
  poison("usage/3/3", "[" + to_cloud_event(event("p3", "1")) + "," +
                          to_cloud_event(event("p4", "2", "nobody")) + "]");
  poison("usage/3/3", "[]");
  const auto rows = list_quarantine(connection, {.id = "usage/3/1"}, 10);
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.front().bytes, "\x01\xff no event");
  EXPECT_EQ(rows.front().content, "");
  EXPECT_THAT(broken(), IsEmpty());
  const Replayed done = replay();
  EXPECT_EQ(done.tried, 4);
  EXPECT_EQ(done.counted, 2) << "the messages; an event of one stays under its own name";
  EXPECT_EQ(done.unreadable, 2);
  EXPECT_EQ(quantity(1), "8");
  EXPECT_EQ(text("select string_agg(event_id || ' ' || state, ', ' order by event_id, state) "
                 "from quarantine"),
            "p4 open, usage/3/1 open, usage/3/2 replayed, usage/3/3 open, usage/3/3 replayed");
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(replay().tried, 3);
  EXPECT_EQ(quantity(1), "8");
  EXPECT_THAT(broken(), IsEmpty());
}

TEST_F(QuarantineTest, WhatIsDroppedIsNamedAndComesBackWhenDeliveredAgain) {
  take({event("e1", "10"), event("e1", "10"), event("e2", "5")});
  const auto drop = [&](const QuarantineFilter& filter, std::string_view why) {
    return drop_quarantined(connection, filter, "ada", why, later);
  };
  EXPECT_EQ(test::error_of([&] { drop({}, "  "); }), "dropping needs a reason");
  EXPECT_EQ(drop({.source = "gateway", .id = "e1"}, "a test"), 1);
  EXPECT_EQ(drop({.source = "gateway", .id = "e1"}, "again"), 0) << "it is not open any more";
  EXPECT_EQ(text("select concat_ws('|', state, settled_by, settled_why, settled_at at time zone "
                 "'UTC') from quarantine where event_id = 'e1'"),
            "dropped|ada|a test|2026-11-03 08:00:00");
  EXPECT_THAT(list_quarantine(connection, 10), testing::SizeIs(1));
  const auto deliveries = conservation_checks().front().run(connection, {});
  EXPECT_THAT(deliveries.remarks,
              ElementsAre("namespace default: 3 received = 0 counted + 0 duplicate + 1 quarantined "
                          "+ 2 dropped"));
  EXPECT_THAT(broken(), IsEmpty());
  take({event("e1", "10")});
  EXPECT_EQ(states(), "e1 open 3, e2 open 1");
  EXPECT_THAT(broken(), IsEmpty());
  give("acme", 1);
  EXPECT_EQ(replay().counted, 2);
  EXPECT_THAT(broken(), IsEmpty());
}

}  // namespace
}  // namespace reckoner::metering
