#include "tenant.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "base/error.hpp"
#include "http_answer.hpp"

namespace reckoner::bench {

Tenant::Tenant(std::uint16_t port, std::string key)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)), key_(std::move(key)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket_);
    throw Error(fmt::format("nobody listens at port {}", port));
  }
  const int yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Tenant::~Tenant() {
  if (socket_ >= 0) ::close(socket_);
}

Tenant::Tenant(Tenant&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), key_(std::move(other.key_)) {}

std::string Tenant::get(std::string_view path) {
  const std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n", path, key_);
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    throw Error("the connection was closed");
  }
  HttpAnswer answer;
  std::array<char, 64 * 1024> piece;
  while (answer.status() == 0) {
    const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
    if (count <= 0) throw Error("the connection was closed");
    answer.add({piece.data(), static_cast<std::size_t>(count)});
  }
  if (answer.status() != 200) {
    throw Error(fmt::format("{}: {} {}", path, answer.status(), answer.body()));
  }
  return std::string(answer.body());
}

}  // namespace reckoner::bench
