#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metering/intake.hpp"
#include "metering/kafka_options.hpp"
#include "store/pool.hpp"

namespace reckoner::metering {

/// Takes CloudEvents from Kafka topics and hands them to the intake, each counted once: how far a
/// partition was read is stored in the transaction that stores its events, and that is where it is
/// read from again, whatever the group's own offsets say. What is no event goes to quarantine with
/// its bytes. While events cannot be stored nothing is read on, and nothing is left out.
class KafkaConsumer {
 public:
  /// Makes a submission durable, or throws as Intake::take does.
  using Take = std::function<void(Submission)>;

  /// Positions are read through the pool, which must outlive this.
  KafkaConsumer(KafkaOptions options, store::Pool& pool, Take take);
  ~KafkaConsumer();
  KafkaConsumer(const KafkaConsumer&) = delete;
  KafkaConsumer& operator=(const KafkaConsumer&) = delete;

  /// Consumes until `stop`; returns within a second or two, and what is not stored then is read
  /// again at the next start. Throws Error for options that librdkafka refuses, and when the group
  /// cannot be used any more: run it again later. Runs once at a time.
  void run(const std::atomic<bool>& stop);

  struct Partition {
    std::string topic;
    std::int32_t number = 0;
    std::optional<std::int64_t> next_offset;  ///< all before it is stored; none: nothing was
    std::optional<std::int64_t> lag;          ///< messages behind it; none before the brokers told
  };
  /// Since the start.
  struct Statistics {
    std::int64_t messages = 0;     ///< stored, events or poison
    std::int64_t events = 0;       ///< in them, duplicates too
    std::int64_t poison = 0;       ///< messages that are not, or not wholly, events
    std::int64_t submissions = 0;  ///< stored
    std::int64_t retries = 0;      ///< because the queue was full or the database failed
    std::int64_t missed = 0;       ///< messages that Kafka had deleted before they were read
    std::vector<Partition> partitions = {};  ///< that are this consumer's now
  };
  /// May be called by any thread.
  Statistics statistics() const;

 private:
  class Session;

  const KafkaOptions options_;
  store::Pool& pool_;
  const Take take_;

  mutable std::mutex mutex_;  ///< guards all below
  Statistics statistics_;     ///< without partitions
  std::map<std::pair<std::string, std::int32_t>, std::optional<std::int64_t>> positions_;
  Session* session_ = nullptr;  ///< of the run in progress
};

}  // namespace reckoner::metering
