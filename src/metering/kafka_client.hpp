#pragma once

// Inside of metering: librdkafka's consumer, as much of it as KafkaConsumer needs.

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metering/kafka_message.hpp"
#include "metering/kafka_options.hpp"

namespace reckoner::metering {

struct KafkaPartition {
  std::string topic;
  std::int32_t number = 0;
  friend auto operator<=>(const KafkaPartition&, const KafkaPartition&) = default;
};

/// A partition and an offset in it.
struct KafkaOffset {
  KafkaPartition partition;
  std::optional<std::int64_t> offset;  ///< none: the first message that is still there
};

/// A message, or what the library says of a partition in place of one. Owns its memory.
class KafkaDelivery {
 public:
  explicit KafkaDelivery(rd_kafka_message_t* message);

  rd_kafka_resp_err_t error() const { return message_->err; }
  /// What the library says of the error.
  std::string error_text() const;
  KafkaPartition partition() const;
  std::int64_t offset() const { return message_->offset; }
  std::size_t size() const { return message_->len + message_->key_len; }
  /// Only where there is no error. Views into this.
  KafkaMessage message() const;

 private:
  struct Destroy {
    void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  };
  std::unique_ptr<rd_kafka_message_t, Destroy> message_;
};

/// A member of a consumer group. poll() by one thread; watermarks() by any.
class KafkaClient {
 public:
  struct Callbacks {
    /// Says where to begin with the partitions that are now this member's. Called within poll();
    /// may take its time.
    std::function<std::vector<KafkaOffset>(const std::vector<KafkaPartition>&)> assigned;
    std::function<void(const std::vector<KafkaPartition>&)> revoked;
    /// The connections to the brokers, not a partition, are in trouble.
    std::function<void(rd_kafka_resp_err_t, const std::string&)> trouble;
  };

  /// Joins the group. Throws Error for options that the library refuses.
  KafkaClient(const KafkaOptions& options, Callbacks callbacks);
  /// Leaves the group.
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  /// The next delivery; none within `wait`.
  std::optional<KafkaDelivery> poll(std::chrono::milliseconds wait);

  /// Stops and starts the flow of messages from all partitions of this member.
  void pause();
  void resume();
  /// Reads all partitions of this member from there on, those too that are being read.
  void start_at(const std::vector<KafkaOffset>& offsets);
  /// Tells the group how far it is, without waiting for an answer.
  void commit(const std::vector<KafkaOffset>& next);
  /// How far the group is, by what it was told; without those of which it was told nothing. None
  /// when the brokers do not answer within `wait`.
  std::optional<std::map<KafkaPartition, std::int64_t>> ask_committed(
      const std::vector<KafkaPartition>& partitions, std::chrono::milliseconds wait) const;

  struct Watermarks {
    std::int64_t low = 0;   ///< the first message that is still there
    std::int64_t high = 0;  ///< the offset that the next message will get
  };
  /// As the brokers last told; none before they did. Asks nobody.
  std::optional<Watermarks> known_watermarks(const KafkaPartition& partition) const;
  /// Asks the partition's leader; none when it does not answer within `wait`.
  std::optional<Watermarks> ask_watermarks(const KafkaPartition& partition,
                                           std::chrono::milliseconds wait) const;

 private:
  struct Destroy {
    void operator()(rd_kafka_t* client) const;
  };

  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                           rd_kafka_topic_partition_list_t* partitions, void* opaque);
  void set_flow(bool flows);

  const Callbacks callbacks_;
  std::unique_ptr<rd_kafka_t, Destroy> client_;
};

}  // namespace reckoner::metering
