#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reckoner::bench {

struct LoadOptions {
  std::string key;               ///< of the API
  std::string source = "bench";  ///< of the events
  std::size_t connections = 64;  ///< each has one request under way at most
  std::size_t batch = 100;       ///< events a request
  int meter = -1;                ///< EventRequest's
  std::uint64_t seed = 1;
  /// Whose the event in a slot of a connection's requests is.
  std::function<std::string(std::size_t connection, std::size_t slot)> subject = {};
};

/// How a stretch of load is sent.
struct Pace {
  std::chrono::nanoseconds duration{0};
  /// Events/s of all connections together, by a timetable that does not wait for answers; 0: each
  /// connection sends its next request as soon as the last one is answered.
  double rate = 0.0;
  /// Each connection has its own rate, within this share of the mean: 0.2 is ±20 %.
  double spread = 0.0;
  /// Of the events: such as this connection has had acknowledged before.
  int duplicate_percent = 0;
};

/// What a stretch of load has given.
struct LoadFigures {
  double seconds = 0.0;                 ///< of the stretch, without the wait for the last answers
  double cpu_seconds = 0.0;             ///< of the generator's thread
  std::int64_t events = 0;              ///< acknowledged within `seconds`
  std::int64_t requests = 0;            ///< likewise
  std::int64_t unanswered = 0;          ///< requests still under way when it was given up
  std::int64_t reconnects = 0;          ///< connections that were lost
  std::map<int, std::int64_t> refused;  ///< answers that had the request sent again, by status
  std::vector<float> ack_ms;  ///< of each request due in the stretch, sorted: from when it was due
                              ///< (without timetable: sent) to its acknowledgement
  std::int64_t served_min = 0, served_max = 0;  ///< requests answered within it, by connection

  double events_per_s() const { return static_cast<double>(events) / seconds; }
  /// The least latency that `share` (0.99) of the requests do not exceed; 0 when there are none.
  double ack_at(double share) const;
};

/// Sends events to one or several daemons on this machine, from one thread, over keep-alive
/// connections. A request that is refused for now (429, 5xx) or whose connection breaks is sent
/// again, to the same daemon, until it is acknowledged; any other answer than 2xx is an Error.
/// Ordinals go on from one stretch to the next. Without duplicates what a connection has had
/// acknowledged are the ordinals below acknowledged(connection) of every slot.
class Load {
 public:
  using Clock = std::chrono::steady_clock;
  struct Acknowledgement {
    std::uint32_t requests = 0;
    Clock::time_point at{};
  };

  Load(LoadOptions options, const std::vector<std::uint16_t>& ports);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Waits for the last answers up to `patience`. Ends early when `stop` becomes true.
  LoadFigures run(const Pace& pace, const std::atomic<bool>& stop,
                  std::chrono::seconds patience = std::chrono::seconds(30));

  /// Different events acknowledged so far.
  std::int64_t distinct_events() const;
  /// Requests that a connection has had acknowledged. Any thread.
  std::uint32_t acknowledged(std::size_t connection) const;
  std::size_t connections() const;
  std::size_t batch() const;

  /// When the daemon at that place in `ports` has acknowledged last, since the clock's epoch; any
  /// thread.
  std::chrono::nanoseconds last_acknowledged(std::size_t port) const;
  /// The next one of a connection, and how many it has had with it; none when it does not come in
  /// time. Of any one other thread.
  std::optional<Acknowledgement> next_acknowledgement(std::size_t connection,
                                                      std::chrono::milliseconds patience);
  /// The longest time between two acknowledgements since it was asked for last; any thread.
  std::chrono::nanoseconds take_longest_silence();

 private:
  class Connections;
  const std::unique_ptr<Connections> connections_;
};

}  // namespace reckoner::bench
