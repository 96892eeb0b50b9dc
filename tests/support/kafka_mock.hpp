#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reckoner::test {

/// librdkafka's own mock cluster: brokers in threads of this program, listening on 127.0.0.1, with
/// topics, partitions, consumer groups and their offsets; and a producer for it. Messages are kept
/// in memory, compressed, up to 5 MiB a partition. Not thread-safe. Throws Error when Kafka
/// refuses.
class KafkaMock {
 public:
  explicit KafkaMock(int brokers = 1);
  ~KafkaMock();
  KafkaMock(const KafkaMock&) = delete;
  KafkaMock& operator=(const KafkaMock&) = delete;

  /// "127.0.0.1:40131,127.0.0.1:40132"
  std::string bootstrap() const;
  void create_topic(const std::string& topic, int partitions);

  using Headers = std::vector<std::pair<std::string, std::string>>;
  struct Message {
    std::string topic;
    std::string key;
    std::string value = {};
    Headers headers = {};
    std::int32_t partition = RD_KAFKA_PARTITION_UA;  ///< unassigned: by the key
    bool tombstone = false;                          ///< no value at all
  };
  /// Hands a message to the producer, which sends it soon.
  void produce(const Message& message);
  /// Waits until all are with the brokers.
  void flush();

  /// Connections are closed and none is taken until up().
  void down(std::int32_t broker = -1);
  void up(std::int32_t broker = -1);
  /// The next requests of a kind (0 produce, 1 fetch, 8 commit, 11 join, 12 heartbeat) get these
  /// errors.
  void fail_next(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& errors);
  void move_leader(const std::string& topic, std::int32_t partition, std::int32_t broker);

  /// The offset that the partition's next message will get.
  std::int64_t high_watermark(const std::string& topic, std::int32_t partition) const;

 private:
  rd_kafka_t* producer_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;  ///< of the producer
};

}  // namespace reckoner::test
