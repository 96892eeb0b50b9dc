#include "metering/ingest.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "metering/cloud_event.hpp"
#include "metering/cut.hpp"
#include "metering/quarantine.hpp"
#include "metering_database.hpp"

namespace reckoner::metering {
namespace {

using testing::HasSubstr;

IngestCounts counts(std::int64_t counted, std::int64_t duplicate, std::int64_t quarantined) {
  return {counted + duplicate + quarantined, counted, duplicate, quarantined};
}

class IngestTest : public MeteringTest {
 protected:
  IngestTest() { give("acme", 1); }

  std::string reason_of_only() {
    const auto events = list_quarantine(connection, 10);
    return events.size() == 1 ? events[0].reason : std::to_string(events.size()) + " events";
  }
};

TEST_F(IngestTest, CountsAndKeepsTheEvent) {
  EXPECT_EQ(take({event("e1", "10"), event("e2", "0.5")}), counts(2, 0, 0));
  EXPECT_EQ(quantity(1), "10.5");
  EXPECT_EQ(number("select count(*) from event_key"), 2);
  EXPECT_EQ(text("select concat_ws('|', r.customer_id, r.namespace, r.source, r.event_id, r.type, "
                 "r.subject, r.occurred_at at time zone 'UTC', r.data, b.source, b.received, "
                 "b.counted, b.duplicate, b.quarantined, b.cut) "
                 "from raw_event r join ingest_batch b using (batch_id) where event_id = 'e1'"),
            "1|default|gateway|e1|transfer|acme|2026-10-05 12:00:00|{\"bytes\":10}|test|2|2|0|0");
  EXPECT_EQ(text("select concat_ws('|', meter, subject, dimensions, bucket at time zone 'UTC', "
                 "event_count, value_sum, value_min, value_max) from usage_delta"),
            "bandwidth|acme||2026-10-05 12:00:00|2|10.5|0.5|10");
}

TEST_F(IngestTest, NoEventsAreNoBatch) {
  EXPECT_EQ(take({}), counts(0, 0, 0));
  EXPECT_EQ(number("select count(*) from ingest_batch"), 0);
}

TEST_F(IngestTest, ARetryWithAnotherTimeIsADuplicate) {
  take({event("e1", "10")});
  EXPECT_EQ(take({event("e1", "10", "acme", "2026-10-06T00:00:00Z")}), counts(0, 1, 0));
  EXPECT_EQ(quantity(1), "10");
}

TEST_F(IngestTest, OtherContentIsQuarantinedAndTheFirstStands) {
  take({event("e1", "10")});
  EXPECT_EQ(take({event("e1", "11")}), counts(0, 0, 1));
  EXPECT_EQ(take({event("e1", "11")}), counts(0, 0, 1));
  EXPECT_EQ(take({event("e1", "12"), event("e1", "12"), event("e1", "10")}), counts(0, 1, 2));
  EXPECT_EQ(quantity(1), "10");
  const auto events = list_quarantine(connection, 10);
  ASSERT_EQ(events.size(), 2U) << "one row for each content";
  for (const QuarantinedEvent& one : events) {
    EXPECT_EQ(one.reason, "the source and id were counted with other content");
    EXPECT_EQ(one.deliveries, 2);
  }
  EXPECT_EQ(list_quarantine(connection, 1).size(), 1U);
}

TEST_F(IngestTest, TheSameEventTwiceInOneBatchCountsOnce) {
  EXPECT_EQ(take({event("e1", "10"), event("e2", "1"), event("e1", "10"), event("e1", "11")}),
            counts(2, 1, 1));
  EXPECT_EQ(quantity(1), "11") << "the first stands";
}

TEST_F(IngestTest, TheFirstThatCanCountTakesTheKey) {
  EXPECT_EQ(take({event("e1", "10", "nobody"), event("e1", "20")}), counts(1, 0, 1));
  EXPECT_EQ(quantity(1), "20");
}

TEST_F(IngestTest, AnUnknownSubjectRepairedByReSendingCountsOnce) {
  EXPECT_EQ(take({event("e1", "10", "globex")}), counts(0, 0, 1));
  EXPECT_EQ(reason_of_only(), "no customer has the subject 'globex' at 2026-10-05T12:00:00Z");
  EXPECT_EQ(number("select count(*) from event_key"), 0);
  give("globex", 2);
  EXPECT_EQ(take({event("e1", "10", "globex")}), counts(1, 0, 0));
  EXPECT_EQ(take({event("e1", "10", "globex")}), counts(0, 1, 0));
  EXPECT_EQ(quantity(2), "10");
  EXPECT_EQ(list_quarantine(connection, 10).size(), 0U);
  EXPECT_EQ(text("select state from quarantine"), "replayed");
}

TEST_F(IngestTest, TheQuarantinedContentIsTheEventAndCanBeReplayed) {
  take({event("e1", "10", "globex")});
  give("globex", 2);
  const auto quarantined = list_quarantine(connection, 1).at(0);
  EXPECT_EQ(quarantined.id, "e1");
  EXPECT_EQ(take({from_cloud_event(text::parse_json(quarantined.content))}), counts(1, 0, 0));
  EXPECT_EQ(quantity(2), "10");
}

TEST_F(IngestTest, ASubjectMovedBetweenTwoDeliveriesCountsOnce) {
  take({event("e1", "10")});
  connection.execute({"move", "update subject set customer_id = 2 where subject = 'acme'"});
  EXPECT_EQ(take({event("e1", "10")}), counts(0, 1, 0));
  EXPECT_EQ(quantity(1), "10");
  EXPECT_EQ(quantity(2), "0");
}

TEST_F(IngestTest, WhatWasCountedIsADuplicateEvenWhenNobodyWouldCountItNow) {
  take({event("e1", "10")});
  connection.execute({"end", "delete from subject"});
  meters.clear();
  EXPECT_EQ(take({event("e1", "10")}), counts(0, 1, 0));
  EXPECT_EQ(list_quarantine(connection, 10).size(), 0U);
}

TEST_F(IngestTest, TheSubjectsOwnerIsTheOneOfTheEventsTime) {
  give("roaming", 1, "2026-10-01T00:00:00Z", "2026-10-05T12:00:00Z");
  give("roaming", 2, "2026-10-05T12:00:00Z", "2026-10-06T00:00:00Z");
  EXPECT_EQ(take({event("a", "1", "roaming", "2026-10-05T11:59:59.999999Z"),
                  event("b", "2", "roaming", "2026-10-05T12:00:00Z"),
                  event("c", "4", "roaming", "2026-10-06T00:00:00Z"),
                  event("d", "8", "roaming", "2026-09-30T23:59:59Z")}),
            counts(2, 0, 2));
  EXPECT_EQ(quantity(1), "1");
  EXPECT_EQ(quantity(2), "2");
}

TEST_F(IngestTest, UnusableValuesAreQuarantinedAndTakeNoKey) {
  UsageEvent hostile = event("e1", "1");
  hostile.data = text::parse_json(R"({"bytes": "1e400"})");
  EXPECT_EQ(take({hostile}), counts(0, 0, 1));
  EXPECT_THAT(reason_of_only(), HasSubstr("'1e400', not a decimal number"));
  EXPECT_EQ(take({event("e1", "1")}), counts(1, 0, 0)) << "the repaired event has the same id";
  UsageEvent unknown = event("e2", "1");
  unknown.type = "teleport";
  received_at += std::chrono::hours(1);
  take({unknown});
  EXPECT_EQ(list_quarantine(connection, 1).at(0).reason, "no meter measures the type 'teleport'");
}

TEST_F(IngestTest, ValuesWhoseSumIsTooLargeAreCountedAllTheSame) {
  const std::string nines(38, '9');
  EXPECT_EQ(take({event("e1", nines), event("e2", nines), event("e3", "0.1")}), counts(3, 0, 0));
  close_cut(connection, received_at);
  EXPECT_EQ(text("select value_sum::text from usage_total"), "1" + std::string(37, '9') + "8.1");
}

TEST_F(IngestTest, HostileTextsAreKeptWhole) {
  UsageEvent hostile = event("\\x27 {\"\t", "1");
  EXPECT_THROW(take({hostile}), Error) << "a control character";
  hostile.id = R"(\N "quoted", {braces} \\ 'single' 🎉 )" + std::string(100'000, 'i');
  hostile.subject = R"(NULL\.)";
  hostile.data = text::parse_json(R"({"bytes": 1, "note": "tab\t nul\u0000 \\ \"q\""})");
  EXPECT_EQ(take({hostile}), counts(0, 0, 1));
  give(hostile.subject, 3);
  EXPECT_EQ(take({hostile}), counts(1, 0, 0));
  EXPECT_EQ(take({hostile}), counts(0, 1, 0));
  EXPECT_EQ(text("select event_id from raw_event"), hostile.id);
  EXPECT_EQ(text("select data from raw_event"), text::canonical(hostile.data));
}

TEST_F(IngestTest, NothingIsStoredWhenTheBatchFails) {
  const auto fail = [](std::int64_t, std::int64_t) { throw Error("stop"); };
  EXPECT_THROW(take(connection, {event("e1", "1")}, fail), Error);
  EXPECT_EQ(number("select (select count(*) from ingest_batch) + (select count(*) from event_key) "
                   "+ (select count(*) from raw_event) + (select count(*) from usage_delta)"),
            0);
  EXPECT_EQ(take({event("e1", "1")}), counts(1, 0, 0));
}

TEST_F(IngestTest, NamespacesDoNotShareKeys) {
  UsageEvent other = event("e1", "5");
  other.namespace_name = "acme-only";
  connection.execute({"give_in",
                      "insert into subject (namespace, subject, starts_at, customer_id) "
                      "values ('acme-only', 'acme', '2000-01-01', 7)"});
  EXPECT_EQ(take({event("e1", "10"), other}), counts(2, 0, 0));
  EXPECT_EQ(quantity(1), "10");
  EXPECT_EQ(quantity(7), "5");
}

TEST_F(IngestTest, EventsOfSeveralChunksComeInOneTransaction) {
  std::vector<UsageEvent> events;
  for (int i = 0; i < 25'000; ++i) events.push_back(event("e" + std::to_string(i % 20'000), "1"));
  std::vector<std::int64_t> seen;
  EXPECT_EQ(take(connection, events,
                 [&](std::int64_t done, std::int64_t total) {
                   EXPECT_EQ(total, 25'000);
                   seen.push_back(done);
                 }),
            counts(20'000, 5'000, 0));
  EXPECT_THAT(seen, testing::ElementsAre(10'000, 20'000, 25'000));
  EXPECT_EQ(quantity(1), "20000");
}

/// Two writers with the same key, the second of whom starts while the first has not committed.
class TwoWritersTest : public IngestTest {
 protected:
  /// What became of the second's events. The first's transaction fails when `first_fails`.
  IngestCounts second_while_first(const std::vector<UsageEvent>& first,
                                  const std::vector<UsageEvent>& second, bool first_fails) {
    store::Connection other = connect();
    IngestCounts result;
    std::thread writer;
    const auto start_second = [&](std::int64_t, std::int64_t) {
      writer = std::thread([&] { result = take(other, second); });
      wait_until_blocked(other.backend_pid());
      if (first_fails) throw Error("stop");
    };
    try {
      take(connection, first, start_second);
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "stop");
    }
    writer.join();
    return result;
  }

 private:
  void wait_until_blocked(std::int32_t pid) {
    store::Connection watcher = connect();
    for (int i = 0; i < 1'000; ++i) {
      if (watcher.query({"blocked", "select cardinality(pg_blocking_pids($1)) > 0"}, {pid})
              .only()
              .boolean(0)) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "the second writer does not wait for the first";
  }
};

TEST_F(TwoWritersTest, TheSecondWaitsAndSeesTheFirstOnesKey) {
  EXPECT_EQ(second_while_first({event("e1", "10"), event("e2", "1")},
                               {event("e1", "10"), event("e2", "2"), event("e3", "4")}, false),
            counts(1, 1, 1));
  EXPECT_EQ(quantity(1), "15");
}

TEST_F(TwoWritersTest, OppositeOrdersDoNotDeadlock) {
  std::vector<UsageEvent> forwards;
  for (int i = 0; i < 12'000; ++i) forwards.push_back(event("e" + std::to_string(i), "1"));
  const std::vector<UsageEvent> backwards(forwards.rbegin(), forwards.rend());
  store::Connection other = connect();
  IngestCounts second;
  std::thread writer([&] { second = take(other, backwards); });
  const IngestCounts first = take(forwards);
  writer.join();
  EXPECT_EQ(first.counted + second.counted, 12'000);
  EXPECT_EQ(first.duplicate + second.duplicate, 12'000);
  EXPECT_EQ(quantity(1), "12000");
}

TEST_F(TwoWritersTest, TheSecondCountsWhenTheFirstFails) {
  EXPECT_EQ(second_while_first({event("e1", "10")}, {event("e1", "10")}, true), counts(1, 0, 0));
  EXPECT_EQ(quantity(1), "10");
}

}  // namespace
}  // namespace reckoner::metering
