#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"

namespace reckoner::metering {

/// Which topics are consumed, from where, and how much at once.
struct KafkaOptions {
  struct Topic {
    std::string name;
    std::string namespace_name = "default";  ///< of its events
    friend bool operator==(const Topic&, const Topic&) = default;
  };
  enum class Mechanism { kPlain, kScramSha256, kScramSha512 };

  std::string brokers;  ///< "kafka-1:9092,kafka-2:9092"
  std::vector<Topic> topics;
  std::string group = "reckoner";
  std::string client_id = "reckoner";
  bool encrypted = false;
  std::string ca_file;  ///< PEM; empty: the system's
  std::string user;     ///< empty: no authentication
  std::string password;
  Mechanism mechanism = Mechanism::kScramSha512;
  /// A consumer that is silent for so long has lost its partitions to the others.
  std::chrono::milliseconds session_timeout{10'000};
  std::size_t submission_messages_max = 10'000;
  std::size_t submission_bytes_max = 8'000'000;  ///< exceeded by one message at most
};

/// "usage, eu-usage=eu": names of topics, each perhaps with the namespace of its events. Throws
/// Error for what Kafka cannot name so, and for a topic that is there twice.
std::vector<KafkaOptions::Topic> parse_kafka_topics(std::string_view text);

/// What the settings kafka.* say; none where they name no topic. Reads the password. Throws Error
/// when they do not fit together.
std::optional<KafkaOptions> kafka_options(const config::Settings& settings);

}  // namespace reckoner::metering
