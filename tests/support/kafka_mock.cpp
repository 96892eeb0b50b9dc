#include "support/kafka_mock.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"

namespace reckoner::test {

namespace {
constexpr int kPatienceMs = 30'000;

void check(rd_kafka_resp_err_t error, std::string_view what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Error(fmt::format("{}: {}", what, rd_kafka_err2str(error)));
  }
}

/// The library copies what it is given, and wants the pointer without const.
auto bytes_of(const std::string& text) {
  decltype(rd_kafka_vu_t{}.u.mem) bytes;
  bytes.ptr = const_cast<char*>(text.data());
  bytes.size = text.size();
  return bytes;
}

rd_kafka_conf_t* producer_settings(int brokers) {
  const std::array<std::pair<const char*, std::string>, 6> settings{{
      {"test.mock.num.brokers", std::to_string(brokers)},
      {"compression.codec", "lz4"},
      {"linger.ms", "20"},
      {"enable.idempotence", "true"},
      {"queue.buffering.max.messages", "2000000"},
      {"message.timeout.ms", "0"},
  }};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> reason{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), reason.data(), reason.size()) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      throw Error(reason.data());
    }
  }
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  return conf;
}
}  // namespace

KafkaMock::KafkaMock(int brokers) {
  std::array<char, 512> reason{};
  producer_ =
      rd_kafka_new(RD_KAFKA_PRODUCER, producer_settings(brokers), reason.data(), reason.size());
  if (producer_ == nullptr) throw Error(reason.data());
  cluster_ = rd_kafka_handle_mock_cluster(producer_);
}

KafkaMock::~KafkaMock() {
  rd_kafka_purge(producer_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_destroy(producer_);
}

std::string KafkaMock::bootstrap() const {
  return rd_kafka_mock_cluster_bootstraps(cluster_);
}

void KafkaMock::create_topic(const std::string& topic, int partitions) {
  check(rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1), topic);
}

void KafkaMock::produce(const Message& message) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(message.headers.size());
  for (const auto& [name, value] : message.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = message.topic.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = message.partition;
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].vtype = RD_KAFKA_VTYPE_KEY;
  parts[3].u.mem = bytes_of(message.key);
  parts[4].vtype = RD_KAFKA_VTYPE_VALUE;
  if (!message.tombstone) parts[4].u.mem = bytes_of(message.value);
  parts[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[5].u.headers = headers;
  rd_kafka_error_t* error = rd_kafka_produceva(producer_, parts.data(), parts.size());
  if (error != nullptr) {
    const std::string reason = rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
    rd_kafka_headers_destroy(headers);
    throw Error("produce: " + reason);
  }
  rd_kafka_poll(producer_, 0);
}

void KafkaMock::flush() {
  check(rd_kafka_flush(producer_, kPatienceMs), "flush");
}

void KafkaMock::down(std::int32_t broker) {
  check(rd_kafka_mock_broker_set_down(cluster_, broker), "broker down");
}

void KafkaMock::up(std::int32_t broker) {
  check(rd_kafka_mock_broker_set_up(cluster_, broker), "broker up");
}

void KafkaMock::fail_next(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
}

void KafkaMock::move_leader(const std::string& topic, std::int32_t partition, std::int32_t broker) {
  check(rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker), topic);
}

std::int64_t KafkaMock::high_watermark(const std::string& topic, std::int32_t partition) const {
  std::int64_t low = 0;
  std::int64_t high = 0;
  check(rd_kafka_query_watermark_offsets(producer_, topic.c_str(), partition, &low, &high,
                                         kPatienceMs),
        topic);
  return high;
}

}  // namespace reckoner::test
