#pragma once

// Inside of web: the bytes of one connection.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "web/tls.hpp"

namespace reckoner::web {

using SteadyTime = std::chrono::steady_clock::time_point;

enum class Arrival {
  kBytes,
  kEnd,      ///< the other side sends nothing more, or the connection is broken
  kTooLate,  ///< nothing came until the deadline
};

/// A connected socket with what has arrived on it and was not used yet. Does not own the socket.
class SocketStream {
 public:
  explicit SocketStream(int socket) : socket_(socket) {}
  /// Over TLS: the handshake happens while the first bytes are waited for.
  SocketStream(int socket, std::shared_ptr<SSL_CTX> tls)
      : socket_(socket), tls_(std::make_unique<TlsSession>(std::move(tls))) {}

  int socket() const { return socket_; }
  std::string_view arrived() const { return std::string_view(buffer_).substr(used_); }
  /// Takes the first bytes of what arrived off.
  void use(std::size_t count);

  /// Waits for the first bytes of a request: cheaper than receive(), where nothing is there yet
  /// most of the time. None is there already.
  Arrival receive_first(std::chrono::milliseconds wait, std::size_t max);
  /// Waits for more bytes, up to `max` at a time, and puts them behind what has arrived.
  Arrival receive(SteadyTime deadline, std::size_t max);
  /// The same, behind `text`.
  Arrival receive_into(std::string& text, SteadyTime deadline, std::size_t max);
  /// Sends both texts, as one packet where they fit. False when the connection broke, or the other
  /// side took nothing until the deadline.
  bool send(std::string_view head, std::string_view body, SteadyTime deadline);
  /// Nothing more is sent: says so where the other side would take it for an attack otherwise
  /// (TLS).
  void end_sending();

 private:
  Arrival receive_plain(std::string& text, SteadyTime deadline, std::size_t max) const;
  Arrival receive_decrypted(std::string& text, SteadyTime deadline, std::size_t max);
  bool send_plain(std::string_view head, std::string_view body, SteadyTime deadline) const;

  const int socket_;
  const std::unique_ptr<TlsSession> tls_;  ///< none: plain
  std::string decrypted_;                  ///< and not received yet
  std::string buffer_;
  std::size_t used_ = 0;
  std::chrono::milliseconds socket_wait_{-1};  ///< of a blocking receive
};

/// Milliseconds for poll(2), rounded up; 0 when the deadline has passed.
int poll_timeout(SteadyTime deadline);

}  // namespace reckoner::web
