#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "metering/event.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// A message as HTTP brings it. Views into memory of whoever received it.
struct HttpMessage {
  std::string_view content_type;  ///< as it was sent; empty when missing
  /// The headers "ce-*": names in lower case without "ce-", values as they were sent.
  std::vector<std::pair<std::string_view, std::string_view>> attributes = {};
  std::string_view body;
};

/// The content type is none that events come in.
class UnsupportedMedia : public Error {
 public:
  using Error::Error;
};

/// More events than a request may bring.
class TooManyEvents : public Error {
 public:
  using Error::Error;
};

/// Most events that NotCloudEvents names.
inline constexpr std::size_t kProblemsMax = 100;

/// Some events of a message are none; nothing of it is used.
class NotCloudEvents : public Error {
 public:
  struct Problem {
    std::size_t index;  ///< in the batch
    std::string reason;
  };
  /// The first kProblemsMax of the `total` problems, among `of` events.
  NotCloudEvents(std::vector<Problem> problems, std::size_t total, std::size_t of);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

struct HttpEventRules {
  std::string_view namespace_name = "default";
  time::Instant received_at;  ///< the time of events that have none
  std::size_t events_max = 10'000;
};

/// Reads the events of a message (CloudEvents 1.0, HTTP protocol binding), in their order:
///   structured   application/cloudevents+json: one event as a JSON object
///   batch        application/cloudevents-batch+json: an array of such objects; may be empty
///   binary       any other type, with a header ce-specversion: attributes are headers, once
///                unquoted and percent-decoded; the body is the data (cloud_event_data)
///   otherwise    application/json: one object, or an array
/// Parameters of the media type do not count, except that a charset must be UTF-8. Throws
/// UnsupportedMedia, TooManyEvents, NotCloudEvents where a batch has bad events, and Error where
/// the message itself is bad. Pure.
std::vector<UsageEvent> read_http_events(const HttpMessage& message, const HttpEventRules& rules);

}  // namespace reckoner::metering
