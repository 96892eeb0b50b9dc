#include "http_exchange.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace reckoner::bench {

namespace {
constexpr int kAnswerSeconds = 30;
}  // namespace

bool HttpExchange::connect() {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = kAnswerSeconds, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

const HttpAnswer* HttpExchange::send(std::string_view request) {
  const auto broken = [this]() -> const HttpAnswer* {
    leave();
    return nullptr;
  };
  if (socket_ < 0 && !connect()) return broken();
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return broken();
  answer_.clear();
  std::array<char, 4096> piece;
  while (answer_.status() == 0) {
    const ssize_t count = recv(socket_, piece.data(), piece.size(), 0);
    if (count <= 0) return broken();
    answer_.add({piece.data(), static_cast<std::size_t>(count)});
  }
  return &answer_;
}

void HttpExchange::leave() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

}  // namespace reckoner::bench
