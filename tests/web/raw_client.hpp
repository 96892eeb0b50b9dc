#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace reckoner::web {

/// An answer as it came over the wire.
struct RawAnswer {
  int status = 0;    ///< 0: the connection ended before a whole answer was there
  std::string head;  ///< with the empty line
  std::string body;

  std::string header(std::string_view name) const {
    const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

/// A connection that sends what it is told, byte by byte if need be, and waits at most 20 seconds.
class RawClient {
 public:
  /// "127.0.0.1:8080"
  explicit RawClient(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    const std::size_t colon = address.rfind(':');
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      throw Error("cannot connect to " + address);
    }
  }
  ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), arrived_(std::move(other.arrived_)) {}
  RawClient& operator=(RawClient&&) = delete;

  /// False when the connection is broken.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void end_sending() const { ::shutdown(socket_, SHUT_WR); }

  /// The next answer. Its body ends as its Content-Length says; `bodyless` for HEAD and 100.
  RawAnswer answer(bool bodyless = false) {
    RawAnswer answer;
    std::size_t end = std::string::npos;
    while ((end = arrived_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return answer;
    }
    answer.head = arrived_.substr(0, end + 4);
    arrived_.erase(0, end + 4);
    const std::string length = answer.header("Content-Length");
    const std::size_t size = length.empty() || bodyless ? 0 : std::stoul(length);
    while (arrived_.size() < size) {
      if (!receive()) return {};
    }
    answer.body = arrived_.substr(0, size);
    arrived_.erase(0, size);
    answer.status = std::atoi(answer.head.c_str() + 9);
    return answer;
  }
  RawAnswer ask(std::string_view request) {
    send(request);
    return answer();
  }
  /// What comes until that text has come, with it; what came where the connection ends before.
  std::string until(std::string_view end) {
    std::size_t at = std::string::npos;
    while ((at = arrived_.find(end)) == std::string::npos && receive()) {
    }
    const std::size_t size = at == std::string::npos ? arrived_.size() : at + end.size();
    std::string text = arrived_.substr(0, size);
    arrived_.erase(0, size);
    return text;
  }
  /// Whether the server has closed the connection, and sent nothing more before.
  bool closed() { return arrived_.empty() && !receive(); }
  /// Whether there is nothing to read for that long.
  bool silent_for(std::chrono::milliseconds time) const {
    pollfd entry{socket_, POLLIN, 0};
    return arrived_.empty() && ::poll(&entry, 1, static_cast<int>(time.count())) == 0;
  }

 private:
  bool receive() {
    pollfd entry{socket_, POLLIN, 0};
    if (::poll(&entry, 1, 20'000) <= 0) throw Error("the server is silent");
    char bytes[4096];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    arrived_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  std::string arrived_;
};

}  // namespace reckoner::web
