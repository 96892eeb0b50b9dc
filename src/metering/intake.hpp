#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "metering/event.hpp"
#include "metering/ingest.hpp"
#include "meters/meter_reader.hpp"
#include "store/pool.hpp"
#include "time/clock.hpp"

namespace reckoner::metering {

/// Bytes that are no event, from a transport that cannot refuse them: kept in quarantine.
struct PoisonMessage {
  std::string namespace_name = "default";
  std::string source;    ///< "kafka:usage"
  std::string position;  ///< what names the message within the source: "usage/3/1042"
  std::string bytes;
  std::string reason;
};

/// How far a Kafka partition has been read once a submission is stored.
struct KafkaPosition {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t next_offset = 0;
};

/// What one caller hands in: all of it becomes durable in one transaction, or none.
struct Submission {
  std::string source;              ///< of the batch, for people: "http", "kafka:usage"
  std::vector<UsageEvent> events;  ///< each passes check()
  std::vector<PoisonMessage> poison = {};
  std::vector<KafkaPosition> positions = {};
  /// Only subjects of this customer may be named.
  std::optional<CustomerId> only_customer = std::nullopt;
};

/// What became of a submission.
struct Receipt {
  IngestCounts counts;
  struct Quarantined {
    std::size_t index;  ///< in Submission::events
    std::string reason;
  };
  std::vector<Quarantined> quarantined;  ///< in the order of the events
};

/// More waits than may wait: come again later.
class QueueFull : public Error {
 public:
  QueueFull() : Error("the queue of events is full") {}
};

/// A submission names a subject that is not its customer's; nothing of it is stored.
class ForeignSubject : public Error {
 public:
  using Error::Error;
};

/// Takes events in from many threads at once, by group commit: each writer takes whatever waits,
/// never waiting for more, and makes it durable in one transaction. When that fails by what is in
/// it, each submission is tried alone. Thread-safe.
class Intake {
 public:
  struct Options {
    std::size_t writers = 2;                      ///< transactions at a time
    std::size_t transaction_events_max = 20'000;  ///< more only where one submission has more
    std::size_t queued_events_max = 200'000;      ///< beyond it take() throws QueueFull
    std::chrono::milliseconds connection_wait{10'000};
  };
  /// The meters in force, asked for within each transaction under the lock that keeps them from
  /// changing (metering/meter_life.hpp).
  using Meters = std::function<std::shared_ptr<const meters::MeterReader>(store::Connection&)>;

  Intake(store::Pool& pool, Meters meters, time::Clock clock, Options options);
  /// Finishes what waits.
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  /// Returns when all of it is on disk. Throws QueueFull, ForeignSubject, and store::DatabaseError
  /// when the database cannot be reached or fails: whether it is stored is then unknown where
  /// connection_lost() says so, and sending it again is safe.
  Receipt take(Submission submission);

  /// Since the start.
  struct Statistics {
    IngestCounts counts;
    std::int64_t submissions = 0;
    std::int64_t transactions = 0;
    std::int64_t refused_full = 0;   ///< submissions
    std::int64_t failed = 0;         ///< submissions
    std::int64_t queued_events = 0;  ///< now
  };
  Statistics statistics() const;

 private:
  class Queue;
  const std::unique_ptr<Queue> queue_;
};

}  // namespace reckoner::metering
