#include "web/socket_stream.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace reckoner::web {

namespace {

/// Encrypted at a time: the rest of a body stays as it is until the other side has taken this.
constexpr std::size_t kSealedMax = 256 * 1024;

/// False at the deadline.
bool wait_for(int socket, short events, SteadyTime deadline) {
  while (true) {
    pollfd entry{socket, events, 0};
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next call on the socket says what it is
    if (std::chrono::steady_clock::now() >= deadline) return false;
  }
}
}  // namespace

int poll_timeout(SteadyTime deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  constexpr std::chrono::milliseconds kLongest{3'600'000};
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLongest).count());
}

void SocketStream::use(std::size_t count) {
  used_ += count;
  if (used_ == buffer_.size()) {
    buffer_.clear();
    used_ = 0;
  }
}

Arrival SocketStream::receive_first(std::chrono::milliseconds wait, std::size_t max) {
  if (tls_) return receive(std::chrono::steady_clock::now() + wait, max);
  if (wait != socket_wait_) {
    const timeval time{wait.count() / 1000, wait.count() % 1000 * 1000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    socket_wait_ = wait;
  }
  const auto deadline = std::chrono::steady_clock::now() + wait;
  buffer_.resize(max);
  used_ = 0;
  const ssize_t count = ::recv(socket_, buffer_.data(), max, 0);
  const int reason = errno;
  buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count > 0) return Arrival::kBytes;
  if (count < 0 && reason == EINTR) return receive(deadline, max);
  return count < 0 && reason == EAGAIN ? Arrival::kTooLate : Arrival::kEnd;
}

Arrival SocketStream::receive(SteadyTime deadline, std::size_t max) {
  if (used_ > 0) {
    buffer_.erase(0, used_);
    used_ = 0;
  }
  return receive_into(buffer_, deadline, max);
}

Arrival SocketStream::receive_into(std::string& text, SteadyTime deadline, std::size_t max) {
  return tls_ ? receive_decrypted(text, deadline, max) : receive_plain(text, deadline, max);
}

Arrival SocketStream::receive_decrypted(std::string& text, SteadyTime deadline, std::size_t max) {
  while (decrypted_.empty()) {
    std::string sealed;
    const Arrival arrival = receive_plain(sealed, deadline, max);
    if (arrival != Arrival::kBytes) return arrival;
    const bool goes_on = tls_->take(sealed, decrypted_);
    if (!send_plain(tls_->output(), {}, deadline)) return Arrival::kEnd;
    if (!goes_on && decrypted_.empty()) return Arrival::kEnd;
  }
  const std::size_t count = std::min(max, decrypted_.size());
  text.append(decrypted_, 0, count);
  decrypted_.erase(0, count);
  return Arrival::kBytes;
}

Arrival SocketStream::receive_plain(std::string& text, SteadyTime deadline, std::size_t max) const {
  const std::size_t size = text.size();
  text.resize(size + max);
  Arrival arrival = Arrival::kEnd;
  ssize_t count = 0;
  while (true) {
    count = ::recv(socket_, text.data() + size, max, MSG_DONTWAIT);
    if (count > 0) arrival = Arrival::kBytes;
    if (count >= 0) break;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) break;
    if (!wait_for(socket_, POLLIN, deadline)) {
      arrival = Arrival::kTooLate;
      break;
    }
  }
  text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return arrival;
}

bool SocketStream::send(std::string_view head, std::string_view body, SteadyTime deadline) {
  if (!tls_) return send_plain(head, body, deadline);
  if (!tls_->write(head)) return false;
  do {
    const std::string_view piece = body.substr(0, kSealedMax);
    body.remove_prefix(piece.size());
    if (!tls_->write(piece) || !send_plain(tls_->output(), {}, deadline)) return false;
  } while (!body.empty());
  return true;
}

void SocketStream::end_sending() {
  if (!tls_) return;
  tls_->end();
  send_plain(tls_->output(), {}, std::chrono::steady_clock::now());
}

bool SocketStream::send_plain(std::string_view head, std::string_view body,
                              SteadyTime deadline) const {
  while (!head.empty() || !body.empty()) {
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                      {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = head.empty() ? parts + 1 : parts;
    message.msg_iovlen = head.empty() || body.empty() ? 1 : 2;
    const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      if (!wait_for(socket_, POLLOUT, deadline)) return false;
      continue;
    }
    auto count = static_cast<std::size_t>(sent);
    const std::size_t of_head = std::min(count, head.size());
    head.remove_prefix(of_head);
    count -= of_head;
    body.remove_prefix(count);
  }
  return true;
}

}  // namespace reckoner::web
