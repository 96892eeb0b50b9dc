#include <fmt/format.h>
#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "metering/intake.hpp"
#include "metering/kafka_consumer.hpp"
#include "metering_database.hpp"
#include "support/kafka_mock.hpp"

namespace reckoner::metering {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::HasSubstr;

constexpr int kPartitions = 4;
constexpr std::int16_t kFetch = 1, kCommit = 8, kHeartbeat = 12;

std::string cloud_event(std::int64_t number) {
  return fmt::format(R"({{"specversion":"1.0","id":"e{}","source":"gateway","type":"transfer",)"
                     R"("subject":"acme","time":"2026-10-05T12:00:00Z","data":{{"bytes":{}.1}}}})",
                     number, number);
}

/// A consumer at work in a thread of its own.
class Consuming {
 public:
  Consuming(KafkaOptions options, store::Pool& pool, KafkaConsumer::Take take)
      : consumer_(std::move(options), pool, std::move(take)),
        thread_([this] { consumer_.run(stop_); }) {}
  ~Consuming() { stop(); }

  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  KafkaConsumer::Statistics statistics() const { return consumer_.statistics(); }
  std::int64_t lag() const {
    std::int64_t lag = 0;
    for (const auto& partition : statistics().partitions) lag += partition.lag.value_or(1);
    return lag;
  }

 private:
  KafkaConsumer consumer_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

class KafkaTest : public MeteringTest {
 protected:
  KafkaTest() { give("acme", 1); }

  KafkaOptions options(std::string group = "reckoner") const {
    KafkaOptions made;
    made.brokers = kafka.bootstrap();
    made.topics = {{"usage"}};
    made.group = std::move(group);
    // The mock lets a group's first member wait for three seconds, and would take it for dead.
    made.session_timeout = 4000ms;
    made.submission_messages_max = 2000;
    return made;
  }

  std::unique_ptr<Consuming> consume(KafkaOptions with) {
    return std::make_unique<Consuming>(std::move(with), pool, [this](Submission submission) {
      intake.take(std::move(submission));
    });
  }

  void produce(std::string value) {
    kafka.produce({.topic = "usage", .key = std::to_string(++keys_), .value = std::move(value)});
  }
  void produce_events(std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) produce(cloud_event(i));
  }

  std::int64_t high_watermarks(const std::string& topic = "usage", int partitions = kPartitions) {
    std::int64_t sum = 0;
    for (int i = 0; i < partitions; ++i) sum += kafka.high_watermark(topic, i);
    return sum;
  }
  std::int64_t positions() {
    return number("select coalesce(sum(next_offset), 0)::bigint from kafka_position");
  }

  /// Whether it comes true while somebody works.
  template <class Condition>
  bool comes_true(Condition condition, std::chrono::seconds patience = 180s) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(20ms);
    }
    return true;
  }
  bool all_is_read(int partitions = kPartitions) {
    return comes_true([&] { return positions() == high_watermarks("usage", partitions); });
  }
  bool is_read_to(std::int64_t messages) {
    return comes_true([&] { return positions() >= messages; });
  }

  void expect_counted(std::int64_t events) {
    EXPECT_EQ(number("select count(*) from event_key"), events);
    EXPECT_EQ(number("select count(*) from raw_event"), events);
    const auto sum = money::Decimal(events * (events - 1) / 2) +
                     money::Decimal(events) * money::Decimal::parse("0.1");
    EXPECT_EQ(quantity(1), sum.to_string());
  }

  store::Pool pool{{.conninfo = conninfo()}, 8};
  Intake intake{
      pool,
      [this](store::Connection&) { return std::make_shared<const meters::MeterReader>(meters); },
      [this] { return received_at; },
      {}};
  test::KafkaMock kafka{2};

 private:
  std::int64_t keys_ = 0;
};

TEST_F(KafkaTest, FiftyThousandMessagesCountOnceEachAndPoisonIsKept) {
  kafka.create_topic("usage", kPartitions);
  const std::string poison("no event \0 at all\xff", 18);
  produce(poison);
  kafka.produce({.topic = "usage", .key = "t", .tombstone = true});
  produce("[" + cloud_event(1) + "," + cloud_event(2) + ",{}]");
  produce_events(0, 40'000);
  produce_events(0, 10'000);
  kafka.flush();
  const auto consuming = consume(options());
  ASSERT_TRUE(all_is_read());
  EXPECT_TRUE(comes_true([&] { return consuming->lag() == 0; }));

  const auto statistics = consuming->statistics();
  EXPECT_EQ(statistics.messages, 50'003);
  EXPECT_EQ(statistics.events, 50'002);
  EXPECT_EQ(statistics.poison, 3);
  EXPECT_EQ(statistics.missed, 0);
  ASSERT_EQ(statistics.partitions.size(), 4u);
  for (const auto& partition : statistics.partitions) {
    EXPECT_EQ(partition.next_offset, kafka.high_watermark("usage", partition.number));
  }
  expect_counted(40'000);
  EXPECT_EQ(number("select count(*) from quarantine where bytes is not null"), 3);
  const auto row =
      connection
          .query({"poison", "select event_id, source, reason from quarantine where bytes = $1"},
                 {store::Bytes(poison)})
          .only();
  EXPECT_THAT(row.text("event_id"), testing::MatchesRegex("usage/[0-3]/0"));
  EXPECT_EQ(row.text("source"), "kafka:usage");
  EXPECT_THAT(row.text("reason"), HasSubstr("not JSON"));
}

TEST_F(KafkaTest, BrokersGoAndComeAndFail) {
  kafka.create_topic("usage", kPartitions);
  produce_events(0, 5'000);
  kafka.flush();
  const auto consuming = consume(options());
  ASSERT_TRUE(is_read_to(2'000));
  kafka.down();
  std::this_thread::sleep_for(500ms);
  kafka.up();
  kafka.fail_next(kFetch, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR__TRANSPORT,
                           RD_KAFKA_RESP_ERR_UNKNOWN});
  kafka.fail_next(kCommit, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR__TRANSPORT});
  kafka.fail_next(kHeartbeat, {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS});
  produce_events(5'000, 10'000);
  kafka.move_leader("usage", 1, 2);
  kafka.move_leader("usage", 2, 1);
  kafka.flush();
  EXPECT_TRUE(all_is_read());
  expect_counted(10'000);
}

TEST_F(KafkaTest, ConsumersComeAndGo) {
  kafka.create_topic("usage", kPartitions);
  produce_events(0, 4'000);
  kafka.flush();
  auto first = consume(options());
  ASSERT_TRUE(is_read_to(4'000));
  auto second = consume(options());
  ASSERT_TRUE(comes_true([&] {
    return first->statistics().partitions.size() == 2 &&
           second->statistics().partitions.size() == 2;
  }));
  produce_events(3'000, 8'000);
  kafka.flush();
  ASSERT_TRUE(is_read_to(6'000));
  first->stop();
  produce_events(8'000, 10'000);
  kafka.flush();
  EXPECT_TRUE(all_is_read());
  EXPECT_GT(second->statistics().messages, 0);
  EXPECT_EQ(second->statistics().partitions.size(), 4u);
  expect_counted(10'000);
}

TEST_F(KafkaTest, WaitsForQueueAndDatabaseAndSetsAsideWhatNoDatabaseTakes) {
  kafka.create_topic("usage", 1);
  produce_events(0, 3'000);
  kafka.flush();
  std::atomic<int> refusals = 0;
  KafkaOptions with = options();
  with.submission_messages_max = 500;
  Consuming consuming(with, pool, [&](Submission submission) {
    const int now = ++refusals;
    if (now <= 3) throw QueueFull();
    if (now <= 5) {
      throw store::DatabaseError(
          {.statement = "commit", .sqlstate = "08006", .message = "gone", .connection_lost = true});
    }
    // The answer to a stored submission may be lost: it comes again.
    const bool answer_is_lost = now == 7;
    for (const UsageEvent& event : submission.events) {
      if (event.id == "e1234") throw Error("a text that no database takes");
    }
    intake.take(std::move(submission));
    if (answer_is_lost) {
      throw store::DatabaseError(
          {.statement = "commit", .sqlstate = "08006", .message = "gone", .connection_lost = true});
    }
  });
  ASSERT_TRUE(is_read_to(3'000));
  EXPECT_TRUE(comes_true([&] { return consuming.statistics().messages == 3'000; }));
  const auto statistics = consuming.statistics();
  EXPECT_EQ(statistics.retries, 6);
  EXPECT_EQ(statistics.poison, 1);
  EXPECT_EQ(statistics.events, 2'999);
  EXPECT_EQ(number("select count(*) from raw_event"), 2'999);
  EXPECT_EQ(text("select event_id || ' ' || convert_from(bytes, 'UTF8') from quarantine"),
            "usage/0/1234 " + cloud_event(1'234));
}

TEST_F(KafkaTest, StopsAtOnceWhileNothingCanBeStored) {
  kafka.create_topic("usage", 1);
  produce_events(0, 100);
  kafka.flush();
  Consuming consuming(options(), pool, [](const Submission&) { throw QueueFull(); });
  ASSERT_TRUE(comes_true([&] { return consuming.statistics().retries > 2; }));
  kafka.down();
  std::atomic<bool> is_over = false;
  std::jthread stopping([&] {
    consuming.stop();
    is_over = true;
  });
  EXPECT_TRUE(comes_true([&] { return is_over.load(); }, 60s));
  EXPECT_EQ(positions(), 0);
}

TEST_F(KafkaTest, BeginsWhereTheDatabaseSaysOrElseTheGroupOrElseAtTheBeginning) {
  kafka.create_topic("usage", 3);
  const auto place = [&](int partition, std::int64_t offset) {
    connection.execute({"place", "insert into kafka_position values ('usage', $1, $2, $3)"},
                       {partition, offset, received_at});
  };
  for (int i = 0; i < 300; ++i) {
    kafka.produce({.topic = "usage", .key = "k", .value = cloud_event(i), .partition = i / 100});
  }
  kafka.flush();
  place(0, 90);
  place(1, 1'000'000);  // behind the end: the topic was made anew
  auto consuming = consume(options());
  ASSERT_TRUE(all_is_read(3));
  EXPECT_EQ(number("select count(*) from raw_event"), 210);
  EXPECT_EQ(number("select next_offset from kafka_position where partition = 1"), 100);
  consuming->stop();

  connection.execute({"forget", "delete from kafka_position where partition = 2"});
  for (int i = 300; i < 310; ++i) {
    kafka.produce({.topic = "usage", .key = "k", .value = cloud_event(i), .partition = 2});
  }
  kafka.flush();
  consuming = consume(options());
  ASSERT_TRUE(all_is_read(3));
  EXPECT_TRUE(comes_true([&] { return consuming->statistics().messages == 10; }));
  EXPECT_EQ(number("select count(*) from raw_event"), 220);
}

TEST_F(KafkaTest, SaysWhatKafkaDeletedBeforeItWasRead) {
  kafka.create_topic("usage", 1);
  connection.execute({"place", "insert into kafka_position values ('usage', 0, 5, $1)"},
                     {received_at});
  // The mock keeps 5 MiB of a partition; what does not compress fills them.
  std::string noise(100'000, ' ');
  std::uint64_t state = 88172645463325252u;
  for (int i = 0; i < 80; ++i) {
    for (char& c : noise) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      c = static_cast<char>(state & 0xff);
    }
    produce(noise);
    if (i % 10 == 9) kafka.flush();
  }
  produce(cloud_event(1));
  kafka.flush();
  const auto consuming = consume(options());
  ASSERT_TRUE(comes_true([&] { return positions() == 81; }));
  const auto statistics = consuming->statistics();
  EXPECT_GT(statistics.missed, 10);
  EXPECT_EQ(statistics.missed + 5 + statistics.messages, 81);
  EXPECT_EQ(number("select count(*) from raw_event"), 1);
}

/// A consumer in a process of its own.
class Reader {
 public:
  Reader(const std::string& conninfo, const std::string& brokers, const std::string& topic) {
    std::vector<std::string> words{RECKONER_KAFKA_READER, conninfo, brokers, topic, topic};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    EXPECT_EQ(posix_spawn(&pid_, words[0].c_str(), nullptr, nullptr, arguments.data(), environ), 0);
  }
  ~Reader() { kill(); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

TEST_F(KafkaTest, FiftyKilledConsumersLoseAndDoubleNothing) {
  constexpr int kTopics = 10;
  constexpr int kKillsEach = 5;
  constexpr std::int64_t kEvents = 50'000;
  std::vector<std::string> topics;
  for (int i = 0; i < kTopics; ++i) {
    topics.push_back(fmt::format("usage-{}", i));
    kafka.create_topic(topics.back(), 2);
  }
  std::atomic<int> kills = 0;
  {
    std::vector<std::jthread> killers;
    for (int i = 0; i < kTopics; ++i) {
      killers.emplace_back([&, i] {
        for (int kill = 0; kill < kKillsEach; ++kill) {
          const Reader reader(conninfo(), kafka.bootstrap(), topics[static_cast<std::size_t>(i)]);
          std::this_thread::sleep_for(3200ms + 97ms * ((kill * 7 + i * 3) % 10));
          // On a busy machine none may have got that far: the last is killed when it has.
          if (++kills == kTopics * kKillsEach) {
            EXPECT_TRUE(comes_true([&] { return positions() > 0; }));
          }
        }
      });
    }
    // Each event goes to two of the topics, so that their readers meet it at the same time.
    for (std::int64_t i = 0; i < kEvents; ++i) {
      for (const std::int64_t topic : {i % kTopics, (i + 1) % kTopics}) {
        kafka.produce({.topic = topics[static_cast<std::size_t>(topic)],
                       .key = std::to_string(i),
                       .value = cloud_event(i)});
      }
      if (i % 100 == 0) std::this_thread::sleep_for(20ms);
    }
    kafka.flush();
  }
  EXPECT_EQ(kills, kTopics * kKillsEach);
  EXPECT_GT(positions(), 0);
  std::vector<std::unique_ptr<Reader>> last;
  for (const std::string& topic : topics) {
    last.push_back(std::make_unique<Reader>(conninfo(), kafka.bootstrap(), topic));
  }
  EXPECT_TRUE(comes_true([&] { return positions() == 2 * kEvents; }));
  expect_counted(kEvents);
}

}  // namespace
}  // namespace reckoner::metering
