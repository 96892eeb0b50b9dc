#include "metering/kafka_client.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <syslog.h>

#include <array>

#include "base/error.hpp"
#include "base/log.hpp"

namespace reckoner::metering {

using std::chrono::milliseconds;

namespace {
using Conf = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;
using List = std::unique_ptr<rd_kafka_topic_partition_list_t,
                             decltype(&rd_kafka_topic_partition_list_destroy)>;

List make_list(std::size_t size) {
  return {rd_kafka_topic_partition_list_new(static_cast<int>(size)),
          &rd_kafka_topic_partition_list_destroy};
}

List list_of(const std::vector<KafkaOffset>& offsets) {
  List list = make_list(offsets.size());
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.number)
        ->offset = offset.value_or(RD_KAFKA_OFFSET_BEGINNING);
  }
  return list;
}

std::vector<KafkaPartition> partitions_of(const rd_kafka_topic_partition_list_t& list) {
  std::vector<KafkaPartition> partitions;
  for (int i = 0; i < list.cnt; ++i) {
    partitions.push_back({list.elems[i].topic, list.elems[i].partition});
  }
  return partitions;
}

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, 512> reason{};
  if (rd_kafka_conf_set(conf, name, value.c_str(), reason.data(), reason.size()) !=
      RD_KAFKA_CONF_OK) {
    throw Error(fmt::format("Kafka: {}", reason.data()));
  }
}

std::string_view name_of(KafkaOptions::Mechanism mechanism) {
  switch (mechanism) {
    case KafkaOptions::Mechanism::kPlain:
      return "PLAIN";
    case KafkaOptions::Mechanism::kScramSha256:
      return "SCRAM-SHA-256";
    case KafkaOptions::Mechanism::kScramSha512:
      return "SCRAM-SHA-512";
  }
  return {};
}

void set_security(rd_kafka_conf_t* conf, const KafkaOptions& options) {
  const bool has_user = !options.user.empty();
  set(conf, "security.protocol",
      fmt::format("{}{}", has_user ? "sasl_" : "", options.encrypted ? "ssl" : "plaintext"));
  if (!options.ca_file.empty()) set(conf, "ssl.ca.location", options.ca_file);
  if (!has_user) return;
  set(conf, "sasl.mechanism", std::string(name_of(options.mechanism)));
  set(conf, "sasl.username", options.user);
  set(conf, "sasl.password", options.password);
}

void log_line(const rd_kafka_t*, int level, const char*, const char* text) {
  if (level <= LOG_ERR) {
    log::warning("Kafka: {}", text);
  } else {
    log::debug("Kafka: {}", text);
  }
}

Conf conf_of(const KafkaOptions& options) {
  Conf conf{rd_kafka_conf_new(), &rd_kafka_conf_destroy};
  set(conf.get(), "bootstrap.servers", options.brokers);
  set(conf.get(), "group.id", options.group);
  set(conf.get(), "client.id", options.client_id);
  set(conf.get(), "session.timeout.ms", std::to_string(options.session_timeout.count()));
  set(conf.get(), "heartbeat.interval.ms", std::to_string(options.session_timeout.count() / 4));
  // PostgreSQL says how far we are, in the transaction that stores the events.
  set(conf.get(), "enable.auto.commit", "false");
  set(conf.get(), "enable.auto.offset.store", "false");
  // A position that the partition does not have is told to us; the library would jump in silence.
  set(conf.get(), "auto.offset.reset", "error");
  set(conf.get(), "partition.assignment.strategy", "roundrobin,range");
  set(conf.get(), "queued.max.messages.kbytes", "32768");
  set(conf.get(), "fetch.wait.max.ms", "100");
  set(conf.get(), "reconnect.backoff.max.ms", "1000");
  set(conf.get(), "socket.keepalive.enable", "true");
  set_security(conf.get(), options);
  rd_kafka_conf_set_log_cb(conf.get(), &log_line);
  return conf;
}

void check(rd_kafka_resp_err_t error, std::string_view what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw Error(fmt::format("Kafka: {}: {}", what, rd_kafka_err2str(error)));
  }
}

std::string_view bytes_of(const void* data, std::size_t size) {
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), size);
}
/// None where there is none, or one that no clock can have shown.
std::optional<time::Instant> timestamp_of(const rd_kafka_message_t& message) {
  static const time::Instant latest = time::parse_instant("9999-12-31T00:00:00Z");
  const milliseconds since_1970(rd_kafka_message_timestamp(&message, nullptr));
  if (since_1970.count() < 0 || since_1970 > latest.time_since_epoch()) return std::nullopt;
  return time::Instant(since_1970);
}
}  // namespace

KafkaDelivery::KafkaDelivery(rd_kafka_message_t* message) : message_(message) {}

std::string KafkaDelivery::error_text() const {
  const char* text = rd_kafka_message_errstr(message_.get());
  return text == nullptr ? rd_kafka_err2str(message_->err) : text;
}

KafkaPartition KafkaDelivery::partition() const {
  return {message_->rkt == nullptr ? "" : rd_kafka_topic_name(message_->rkt), message_->partition};
}

KafkaMessage KafkaDelivery::message() const {
  KafkaMessage message{.topic = rd_kafka_topic_name(message_->rkt),
                       .partition = message_->partition,
                       .offset = message_->offset,
                       .value = bytes_of(message_->payload, message_->len),
                       .sent_at = timestamp_of(*message_)};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message_.get(), &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    for (std::size_t i = 0, size = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      message.headers.emplace_back(name, bytes_of(value, size));
    }
  }
  return message;
}

void KafkaClient::Destroy::operator()(rd_kafka_t* client) const {
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
}

KafkaClient::KafkaClient(const KafkaOptions& options, Callbacks callbacks)
    : callbacks_(std::move(callbacks)) {
  Conf conf = conf_of(options);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_rebalance_cb(conf.get(), &KafkaClient::on_rebalance);
  rd_kafka_conf_set_error_cb(conf.get(),
                             [](rd_kafka_t*, int error, const char* reason, void* opaque) {
                               static_cast<KafkaClient*>(opaque)->callbacks_.trouble(
                                   static_cast<rd_kafka_resp_err_t>(error), reason);
                             });
  rd_kafka_conf_set_offset_commit_cb(conf.get(), [](rd_kafka_t*, rd_kafka_resp_err_t error,
                                                    rd_kafka_topic_partition_list_t*, void*) {
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__NO_OFFSET) {
      log::debug("Kafka: offsets are stored, but not told: {}", rd_kafka_err2str(error));
    }
  });
  std::array<char, 512> reason{};
  client_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), reason.data(), reason.size()));
  if (client_ == nullptr) throw Error(fmt::format("Kafka: {}", reason.data()));
  static_cast<void>(conf.release());  // the client's by now
  rd_kafka_poll_set_consumer(client_.get());

  List topics = make_list(options.topics.size());
  for (const auto& topic : options.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.name.c_str(), RD_KAFKA_PARTITION_UA);
  }
  check(rd_kafka_subscribe(client_.get(), topics.get()), "subscribe");
}

KafkaClient::~KafkaClient() = default;

std::optional<KafkaDelivery> KafkaClient::poll(milliseconds wait) {
  rd_kafka_message_t* message =
      rd_kafka_consumer_poll(client_.get(), static_cast<int>(wait.count()));
  if (message == nullptr) return std::nullopt;
  return KafkaDelivery(message);
}

void KafkaClient::pause() {
  set_flow(false);
}

void KafkaClient::resume() {
  set_flow(true);
}

void KafkaClient::set_flow(bool flows) {
  rd_kafka_topic_partition_list_t* assigned = nullptr;
  check(rd_kafka_assignment(client_.get(), &assigned), "assignment");
  const List list{assigned, &rd_kafka_topic_partition_list_destroy};
  check((flows ? rd_kafka_resume_partitions : rd_kafka_pause_partitions)(client_.get(), list.get()),
        flows ? "resume" : "pause");
}

void KafkaClient::start_at(const std::vector<KafkaOffset>& offsets) {
  const List list = list_of(offsets);
  check(rd_kafka_assign(client_.get(), list.get()), "assign");
}

std::optional<std::map<KafkaPartition, std::int64_t>> KafkaClient::ask_committed(
    const std::vector<KafkaPartition>& partitions, milliseconds wait) const {
  const List list = make_list(partitions.size());
  for (const auto& [topic, number] : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), number);
  }
  if (rd_kafka_committed(client_.get(), list.get(), static_cast<int>(wait.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  std::map<KafkaPartition, std::int64_t> committed;
  for (int i = 0; i < list->cnt; ++i) {
    const auto& one = list->elems[i];
    if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
    if (one.offset >= 0) committed[{one.topic, one.partition}] = one.offset;
  }
  return committed;
}

void KafkaClient::commit(const std::vector<KafkaOffset>& next) {
  const List list = list_of(next);
  const auto error = rd_kafka_commit(client_.get(), list.get(), 1);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    log::debug("Kafka: offsets are stored, but not told: {}", rd_kafka_err2str(error));
  }
}

std::optional<KafkaClient::Watermarks> KafkaClient::known_watermarks(
    const KafkaPartition& partition) const {
  Watermarks marks;
  const auto error = rd_kafka_get_watermark_offsets(client_.get(), partition.topic.c_str(),
                                                    partition.number, &marks.low, &marks.high);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || marks.high < 0) return std::nullopt;
  return marks;
}

std::optional<KafkaClient::Watermarks> KafkaClient::ask_watermarks(const KafkaPartition& partition,
                                                                   milliseconds wait) const {
  Watermarks marks;
  const auto error =
      rd_kafka_query_watermark_offsets(client_.get(), partition.topic.c_str(), partition.number,
                                       &marks.low, &marks.high, static_cast<int>(wait.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return marks;
}

void KafkaClient::on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                               rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  const auto* self = static_cast<const KafkaClient*>(opaque);
  if (event != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    self->callbacks_.revoked(partitions_of(*partitions));
    rd_kafka_assign(client, nullptr);
    return;
  }
  const List list = list_of(self->callbacks_.assigned(partitions_of(*partitions)));
  rd_kafka_assign(client, list.get());
}

}  // namespace reckoner::metering
