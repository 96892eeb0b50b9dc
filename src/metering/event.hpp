#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/json.hpp"
#include "time/time.hpp"

namespace reckoner::metering {

/// An immutable fact from a source; unique for ever by (namespace, source, id).
struct UsageEvent {
  std::string namespace_name = "default";
  std::string source;
  std::string id;
  std::string type;
  std::string subject;  ///< empty: the source named none
  time::Instant occurred_at;
  text::Json data;
};

/// Names an event within its namespace: the first 16 bytes of SHA-256 over the length-prefixed
/// source and id.
using EventKey = std::array<std::uint8_t, 16>;
EventKey key_of(std::string_view source, std::string_view id);

/// What makes two deliveries of one key the same event: 16 bytes of SHA-256 over type, subject and
/// canonical data. Not the time (the first delivery's stands), not extensions, not the transport.
using EventDigest = std::array<std::uint8_t, 16>;
EventDigest digest_of(const UsageEvent& event);
/// The same, where the canonical data (text::canonical) are at hand.
EventDigest digest_of(std::string_view type, std::string_view subject,
                      std::string_view canonical_data);

/// Throws Error when this is no CloudEvent that can be stored: no source, id or type; or one of the
/// texts is not UTF-8 or has a control character (CloudEvents 1.0, "Type System").
void check(const UsageEvent& event);

}  // namespace reckoner::metering
