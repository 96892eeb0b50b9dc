#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::bench {

/// A meter of the shipped configuration that adds up one member of its events' data.
struct MeterOfLoad {
  std::string_view meter;  ///< and the type of its events
  std::string_view value;  ///< the member
};
inline constexpr std::array kMetersOfLoad{MeterOfLoad{"bandwidth", "bytes"},
                                          MeterOfLoad{"messages", "messages"},
                                          MeterOfLoad{"api-calls", "calls"}};

struct RequestShape {
  std::string key;     ///< of the API
  std::string source;  ///< of the events
  std::uint32_t connection = 0;
  std::vector<std::string> subjects;  ///< one an event
  /// All events are of kMetersOfLoad[meter]; -1: they take turns.
  int meter = -1;
};

/// One HTTP request with a batch of CloudEvents of about 200 bytes each, made once and patched for
/// each sending: ids, quantities and times have places of fixed width. An event's content follows
/// from its id (connection, slot, ordinal), so that a repeated id is the same event. Ordinals are
/// below 2^32, connections and slots below 2^16.
class EventRequest {
 public:
  explicit EventRequest(const RequestShape& shape);

  std::size_t events() const { return places_.size(); }
  std::string_view bytes() const { return bytes_; }
  /// "2026-11-29T20:00:00.000Z" for all events.
  void set_time(std::string_view time);
  void set_ordinal(std::size_t slot, std::uint32_t ordinal);

  /// The quantity of an event, in hundredths: from 1000.00 to 9999.99.
  static std::int64_t hundredths(std::uint32_t connection, std::size_t slot, std::uint32_t ordinal);

 private:
  struct Places {
    std::size_t ordinal, time, value;
  };
  const std::uint32_t connection_;
  std::string bytes_;
  std::vector<Places> places_;
};

}  // namespace reckoner::bench
