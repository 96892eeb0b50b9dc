#pragma once

#include <cstdint>
#include <string_view>

#include "http_answer.hpp"

namespace reckoner::bench {

/// One request after the other to a daemon on this machine, over a connection that is kept as long
/// as it lasts. Of one thread.
class HttpExchange {
 public:
  explicit HttpExchange(std::uint16_t port) : port_(port) {}
  ~HttpExchange() { leave(); }
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  /// The answer, until the next request; none where the connection broke, or no answer came within
  /// thirty seconds: the next request is sent over a new one. Throws Error for what is no answer.
  const HttpAnswer* send(std::string_view request);
  /// The next request is sent over a new connection.
  void leave();
  bool is_connected() const { return socket_ >= 0; }

 private:
  bool connect();

  const std::uint16_t port_;
  int socket_ = -1;
  HttpAnswer answer_;
};

}  // namespace reckoner::bench
