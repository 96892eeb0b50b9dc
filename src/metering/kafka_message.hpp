#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metering/event.hpp"

namespace reckoner::metering {

/// A Kafka message as it came. Views into memory of whoever received it.
struct KafkaMessage {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string_view value = {};  ///< empty also where there is none (a tombstone)
  /// By Kafka, the same at every delivery: the time of events that have none of their own.
  std::optional<time::Instant> sent_at = std::nullopt;
  std::vector<std::pair<std::string_view, std::string_view>> headers = {};
};

/// What a message holds. Nothing of it is lost: what is no event is a problem, for which the whole
/// message is kept.
struct KafkaContent {
  std::vector<UsageEvent> events;  ///< each passes check()
  std::string problem;             ///< empty: all of the message is in the events
};

/// Reads the CloudEvents of a message (CloudEvents 1.0, Kafka protocol binding):
///   binary       a header ce_specversion; attributes are headers ce_NAME, the value is the data
///                (cloud_event_data)
///   structured   the value is one event as a JSON object, whatever the header content-type
///   batch        the value is an array of such objects; those that can be read are events, and
///                what is wrong with the others is the problem
/// Never throws for what the message says. Pure.
KafkaContent read_kafka_message(const KafkaMessage& message, std::string_view namespace_name);

/// "usage/3/1042": what names the message among all that its cluster ever had.
std::string position_of(const KafkaMessage& message);

}  // namespace reckoner::metering
