#include "metering/intake.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "metering/cut.hpp"
#include "metering/quarantine.hpp"
#include "metering_database.hpp"

namespace reckoner::metering {
namespace {

using testing::HasSubstr;

/// Many callers at once, each answered with what became of its own events.
class IntakeTest : public MeteringTest {
 protected:
  IntakeTest() : pool_({.conninfo = conninfo()}, 8) { give("acme", 1); }

  std::unique_ptr<Intake> open(Intake::Options options = {}) {
    reader_ = std::make_shared<const meters::MeterReader>(meters);
    return std::make_unique<Intake>(
        pool_, [this](store::Connection&) { return reader_; }, [this] { return received_at; },
        options);
  }

  static Submission of(std::vector<UsageEvent> events) {
    return {.source = "test", .events = std::move(events)};
  }

  store::Pool pool_;
  std::shared_ptr<const meters::MeterReader> reader_;
};

TEST_F(IntakeTest, EachCallerIsToldOfItsOwnEvents) {
  const auto intake = open();
  EXPECT_EQ(intake->take(of({event("1", "5"), event("2", "7")})).counts,
            (IngestCounts{2, 2, 0, 0}));
  UsageEvent unusable = event("3", "0");
  unusable.data = text::Json::object({{"bytes", text::Json::string("x")}});
  const Receipt receipt =
      intake->take(of({event("1", "5"), unusable, event("2", "8"), event("4", "1", "nobody"),
                       event("5", "1"), event("5", "1")}));
  EXPECT_EQ(receipt.counts, (IngestCounts{6, 1, 2, 3}));
  ASSERT_EQ(receipt.quarantined.size(), 3U);
  EXPECT_EQ(receipt.quarantined[0].index, 1U);
  EXPECT_THAT(receipt.quarantined[0].reason, HasSubstr("not a decimal number"));
  EXPECT_EQ(receipt.quarantined[1].index, 2U);
  EXPECT_THAT(receipt.quarantined[1].reason, HasSubstr("with other content"));
  EXPECT_EQ(receipt.quarantined[2].index, 3U);
  EXPECT_THAT(receipt.quarantined[2].reason, HasSubstr("no customer has the subject 'nobody'"));
  EXPECT_EQ(quantity(1), "13");
  EXPECT_EQ(number("select sum(received) from ingest_tally"), 8);
  EXPECT_EQ(number("select sum(counted) from ingest_batch"), 3);
}

TEST_F(IntakeTest, ManyThreadsWithTheSameKeysCountEachOnce) {
  const auto intake = open({.transaction_events_max = 50});
  constexpr int kThreads = 16;
  constexpr int kEvents = 300;
  std::atomic<std::int64_t> counted = 0;
  std::atomic<std::int64_t> duplicate = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEvents; i += 3) {
          std::vector<UsageEvent> events;
          for (int k = 0; k < 3; ++k) {
            events.push_back(event(std::to_string((i + k + 7 * t) % kEvents), "1"));
          }
          const IngestCounts counts = intake->take(of(std::move(events))).counts;
          counted += counts.counted;
          duplicate += counts.duplicate;
        }
      });
    }
  }
  EXPECT_EQ(counted, kEvents);
  EXPECT_EQ(duplicate, (kThreads - 1) * kEvents);
  EXPECT_EQ(quantity(1), std::to_string(kEvents));
  EXPECT_EQ(number("select count(*) from raw_event"), kEvents);
  EXPECT_EQ(intake->statistics().counts.received, kThreads * kEvents);
  EXPECT_EQ(intake->statistics().failed, 0);
}

TEST_F(IntakeTest, TheBatchOfAnEventIsFoundByItsKey) {
  const auto intake = open();
  intake->take(of({event("1", "5")}));
  intake->take(of({event("1", "5"), event("2", "5")}));
  EXPECT_EQ(number("select count(*) from event_key k join raw_event e on e.batch_id = k.batch_id"),
            2);
}

TEST_F(IntakeTest, AForeignSubjectIsRefusedAndNothingOfItsSubmissionIsStored) {
  give("other", 2);
  const auto intake = open();
  Submission submission = of({event("1", "5"), event("2", "5", "other")});
  submission.only_customer = CustomerId{1};
  EXPECT_THROW(intake->take(submission), ForeignSubject);
  submission.events[1].subject = "nobody";
  EXPECT_THROW(intake->take(submission), ForeignSubject);
  submission.events.pop_back();
  EXPECT_EQ(intake->take(submission).counts.counted, 1);
  EXPECT_EQ(number("select count(*) from raw_event"), 1);
  EXPECT_EQ(number("select count(*) from quarantine"), 0);
}

TEST_F(IntakeTest, ANamespaceOfItsOwnHasItsOwnKeysAndTheRegisteredSubjects) {
  const auto intake = open();
  std::vector<UsageEvent> events{event("1", "5"), event("1", "5")};
  events[1].namespace_name = "customer:acme";
  EXPECT_EQ(intake->take(of(events)).counts.counted, 2);
  EXPECT_EQ(quantity(1), "10");
  EXPECT_EQ(number("select count(*) from ingest_tally"), 2);
  EXPECT_EQ(number("select count(*) from ingest_batch"), 1);
}

TEST_F(IntakeTest, AChangeOfMetersReachesWhatWasReadBefore) {
  const auto intake = open();
  intake->take(of({event("1", "5")}));
  meters[0].value = "size";
  reader_ = std::make_shared<const meters::MeterReader>(meters);
  EXPECT_EQ(intake->take(of({event("2", "5")})).counts.quarantined, 1);
}

TEST_F(IntakeTest, PoisonAndPositionsAreStoredWithTheEvents) {
  const auto intake = open();
  Submission submission = of({event("1", "5")});
  submission.poison.push_back({.source = "kafka:usage",
                               .position = "usage/3/41",
                               .bytes = std::string("\x00\xff{", 3),
                               .reason = "no JSON"});
  submission.positions.push_back({"usage", 3, 42});
  EXPECT_EQ(intake->take(submission).counts, (IngestCounts{2, 1, 0, 1}));
  submission.positions[0].next_offset = 40;
  EXPECT_EQ(intake->take(submission).counts, (IngestCounts{2, 0, 1, 1}));
  EXPECT_EQ(
      number("select next_offset from kafka_position where topic = 'usage' and partition = 3"), 42);
  EXPECT_EQ(number("select length(bytes) from quarantine"), 3);
  EXPECT_EQ(number("select deliveries from quarantine"), 2);
}

TEST_F(IntakeTest, AnEventFromQuarantineLeavesItWhenItCounts) {
  const auto intake = open();
  EXPECT_EQ(intake->take(of({event("1", "5", "late")})).counts.quarantined, 1);
  give("late", 7);
  EXPECT_EQ(intake->take(of({event("1", "5", "late")})).counts.counted, 1);
  EXPECT_TRUE(list_quarantine(connection, 10).empty());
}

TEST_F(IntakeTest, AFullQueueRefusesAtOnceAndLosesNothing) {
  store::Connection blocker({.conninfo = owner_conninfo()});
  blocker.run_script({"block", "begin; lock table raw_event in exclusive mode"});
  auto intake = open({.writers = 1, .queued_events_max = 10});
  std::vector<std::future<Receipt>> waiting;
  int refused = 0;
  // At most 10 are in the transaction that is held up and 10 wait: the rest is refused.
  constexpr int kSubmissions = 30;
  for (int i = 0; i < kSubmissions; ++i) {
    waiting.push_back(std::async(std::launch::async, [&intake, i] {
      return intake->take(of({event(std::to_string(i), "1")}));
    }));
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (intake->statistics().refused_full == 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  blocker.run_script({"unblock", "rollback"});
  std::int64_t counted = 0;
  for (auto& one : waiting) {
    try {
      counted += one.get().counts.counted;
    } catch (const QueueFull&) {
      ++refused;
    }
  }
  EXPECT_GE(refused, 1);
  EXPECT_EQ(counted + refused, kSubmissions);
  EXPECT_EQ(number("select count(*) from raw_event"), counted);
}

TEST_F(IntakeTest, OneSubmissionThatTheDatabaseRefusesDoesNotTakeOthersWithIt) {
  store::Connection owner({.conninfo = owner_conninfo()});
  owner.run_script(
      {"check", "alter table raw_event add constraint no_bad check (event_id <> 'bad')"});
  store::Connection blocker({.conninfo = owner_conninfo()});
  blocker.run_script({"block", "begin; lock table raw_event in exclusive mode"});
  const auto intake = open({.writers = 1});
  const auto take = [&](std::string id) {
    return std::async(std::launch::async,
                      [&intake, id] { return intake->take(of({event(id, "1")})); });
  };
  auto first = take("1");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto bad = take("bad");
  auto good = take("2");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  blocker.run_script({"unblock", "rollback"});
  EXPECT_EQ(first.get().counts.counted, 1);
  EXPECT_THROW(bad.get(), store::DatabaseError);
  EXPECT_EQ(good.get().counts.counted, 1);
  EXPECT_EQ(number("select count(*) from event_key"), 2);
}

}  // namespace
}  // namespace reckoner::metering
