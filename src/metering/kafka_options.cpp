#include "metering/kafka_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace reckoner::metering {

namespace {
constexpr std::size_t kTopicNameMax = 249;
constexpr std::string_view kNameSigns =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

KafkaOptions::Topic parse_topic(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  KafkaOptions::Topic topic{std::string(trimmed(entry.substr(0, equals)))};
  if (topic.name.empty() || topic.name.size() > kTopicNameMax || topic.name == "." ||
      topic.name == ".." || topic.name.find_first_not_of(kNameSigns) != std::string::npos) {
    throw Error(fmt::format("'{}' is no name of a Kafka topic", topic.name));
  }
  if (equals != std::string_view::npos) {
    topic.namespace_name = trimmed(entry.substr(equals + 1));
    if (topic.namespace_name.empty()) {
      throw Error(fmt::format("topic '{}' has an empty namespace", topic.name));
    }
  }
  return topic;
}

KafkaOptions::Mechanism mechanism_of(std::string_view name) {
  if (name == "plain") return KafkaOptions::Mechanism::kPlain;
  if (name == "scram-sha-256") return KafkaOptions::Mechanism::kScramSha256;
  RK_CHECK(name == "scram-sha-512");
  return KafkaOptions::Mechanism::kScramSha512;
}
}  // namespace

std::vector<KafkaOptions::Topic> parse_kafka_topics(std::string_view text) {
  std::vector<KafkaOptions::Topic> topics;
  if (trimmed(text).empty()) return topics;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    KafkaOptions::Topic topic = parse_topic(rest.substr(0, comma));
    const bool is_known = std::any_of(topics.begin(), topics.end(),
                                      [&](const auto& known) { return known.name == topic.name; });
    if (is_known) throw Error(fmt::format("topic '{}' is there twice", topic.name));
    topics.push_back(std::move(topic));
    if (comma == std::string_view::npos) return topics;
    rest.remove_prefix(comma + 1);
  }
}

std::optional<KafkaOptions> kafka_options(const config::Settings& settings) {
  KafkaOptions options;
  try {
    options.topics = parse_kafka_topics(settings.text("kafka.topics"));
  } catch (Error& error) {
    error.in("setting kafka.topics");
    throw;
  }
  if (options.topics.empty()) return std::nullopt;
  options.brokers = settings.text("kafka.brokers");
  if (options.brokers.empty()) throw Error("setting kafka.topics needs kafka.brokers");
  options.group = settings.text("kafka.group");
  options.client_id = settings.text("kafka.clientId");
  if (options.group.empty()) throw Error("setting kafka.group must not be empty");
  options.encrypted = settings.text("kafka.security.protocol") == "tls";
  options.ca_file = settings.text("kafka.security.caFile");
  options.user = settings.text("kafka.security.user");
  options.password = settings.secret("kafka.security.password");
  options.mechanism = mechanism_of(settings.text("kafka.security.mechanism"));
  if (!options.user.empty() && options.password.empty()) {
    throw Error("setting kafka.security.user needs kafka.security.password");
  }
  return options;
}

}  // namespace reckoner::metering
