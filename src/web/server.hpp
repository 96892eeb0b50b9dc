#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "web/exchange.hpp"
#include "web/http.hpp"
#include "web/traffic.hpp"

namespace reckoner::web {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;                     ///< 0: a free one
  std::size_t connections_max = 1024;  ///< beyond it 503; idle ones give way to new ones first
  RequestLimits limits = {};
  Deadlines deadlines = {};
  std::int64_t bodies_max = 128 * 1024 * 1024;  ///< bytes of all large bodies in memory
  std::shared_ptr<TlsIdentity> tls = nullptr;   ///< none: plain HTTP
  RateLimits::Options rates = {};
  std::set<std::string> heavy = {};             ///< routes that take a seat: "METHOD pattern"
  std::size_t heavy_max = 4;                    ///< heavy routes at work; beyond it 503
  std::chrono::milliseconds heavy_wait{2'000};  ///< for one of them to be over
  std::size_t streams_max = 256;                ///< beyond it 503
  std::chrono::milliseconds heartbeat{15'000};  ///< of a stream without events
  std::chrono::milliseconds recheck{5'000};     ///< of a stream: whether its caller may see it
  /// How long stop() lets requests arrive that have begun to.
  std::chrono::milliseconds stop_patience{5'000};
};

/// Serves routes over HTTP/1.1, with or without TLS: keep-alive, pipelining, chunked bodies,
/// 100-continue. Each connection has a thread of its own, so that none waits for another. What is
/// wrong with a request is answered by a problem (http.hpp); each answer has a header X-Request-Id,
/// the caller's where it is sane. Endpoints are called from the connections' threads.
class Server {
 public:
  /// `traffic` outlives the server, and serves one.
  Server(ServerOptions options, std::vector<Route> routes, Authenticator authenticator,
         Traffic& traffic);
  /// Stops.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Once. Listens from then on. Throws StartError when the address cannot be had.
  void start();
  /// Where it listens, the port it was given included: "127.0.0.1:8080", "[::1]:8080".
  const std::string& address() const { return address_; }
  /// Accepts nothing more, answers the requests in hand and closes the connections. Returns when
  /// that is done.
  void stop();

 private:
  class Listener;

  const ServerOptions options_;
  Exchange exchange_;
  Connections connections_;
  std::unique_ptr<Listener> listener_;
  std::string address_;
};

}  // namespace reckoner::web
