#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "web/connections.hpp"
#include "web/heavy_seats.hpp"
#include "web/live_stream.hpp"
#include "web/rate_limits.hpp"
#include "web/request_head.hpp"
#include "web/router.hpp"
#include "web/socket_stream.hpp"
#include "web/traffic.hpp"

namespace reckoner::web {

/// How long a connection may take for what. Each is counted from its beginning to its end: bytes
/// that trickle in do not prolong it.
struct Deadlines {
  std::chrono::milliseconds head{10'000};    ///< for a request's head; for a new connection's first
                                             ///< byte
  std::chrono::milliseconds body{20'000};    ///< for its body, once the head is there
  std::chrono::milliseconds answer{20'000};  ///< until the caller has taken the answer
  std::chrono::milliseconds idle{60'000};    ///< between two requests
};

/// What all connections of a server share. Thread-safe.
class Exchange {
 public:
  struct Options {
    RequestLimits limits;
    Deadlines deadlines;
    std::int64_t bodies_max;  ///< bytes of all large bodies in memory; beyond it requests get 503
    std::shared_ptr<TlsIdentity> tls = nullptr;  ///< none: plain HTTP
    RateLimits::Options rates = {};
    std::set<std::string> heavy = {};             ///< routes that take a seat: "METHOD pattern"
    std::size_t heavy_max = 4;                    ///< heavy routes at work; beyond it 503
    std::chrono::milliseconds heavy_wait{2'000};  ///< for one of them to be over
    std::size_t streams_max = 256;                ///< beyond it 503
    std::size_t streams_of_one_max = 16;          ///< of one caller; beyond it 429
    std::chrono::milliseconds heartbeat{15'000};  ///< of a stream without events
    std::chrono::milliseconds recheck{5'000};     ///< of a stream: whether its caller may see it
  };
  Exchange(Options options, std::vector<Route> routes, Authenticator authenticator,
           Traffic& traffic);

  /// Reads requests and answers them, one after another, until the connection is to be closed. True
  /// when the other side may still be sending.
  bool serve(ConnectionState& state);
  /// Answers the first request with 503, without reading it and without waiting.
  void refuse(int socket);
  /// Each connection is closed after the request it has in hand.
  void stop() { stopping_ = true; }

 private:
  class Conversation;
  friend class Conversation;
  std::string fresh_id();

  const Options options_;
  RateLimits rates_;
  StreamSeats seats_;
  HeavySeats heavy_seats_;
  std::vector<bool> is_heavy_;  ///< by route
  const Router router_;
  const Authenticator authenticator_;
  Traffic& traffic_;
  const std::string id_prefix_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace reckoner::web
