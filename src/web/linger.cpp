#include "web/linger.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <iterator>

#include "base/error.hpp"

namespace reckoner::web {

namespace {
constexpr std::chrono::seconds kLongest{1};
constexpr std::size_t kSocketsMax = 512;

/// False when the other side has ended.
bool drop_what_arrived(int socket) {
  std::array<char, 16 * 1024> bytes;
  while (true) {
    const ssize_t count = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) continue;
    if (count == 0) return false;
    if (errno == EINTR) continue;
    return errno == EAGAIN;
  }
}
}  // namespace

Linger::Linger() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) throw StartError("no event descriptor can be made");
  thread_ = std::thread([this] { run(); });
}

Linger::~Linger() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  eventfd_write(wake_, 1);
  thread_.join();
  ::close(wake_);
}

void Linger::close(int socket) {
  ::shutdown(socket, SHUT_WR);
  {
    const std::lock_guard lock(mutex_);
    arrived_.push_back({socket, std::chrono::steady_clock::now() + kLongest});
  }
  eventfd_write(wake_, 1);
}

void Linger::run() {
  std::vector<Leaving> sockets;
  std::vector<pollfd> entries;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      sockets.insert(sockets.end(), arrived_.begin(), arrived_.end());
      arrived_.clear();
      if (stopping_) break;
    }
    const auto now = std::chrono::steady_clock::now();
    const std::size_t surplus = sockets.size() > kSocketsMax ? sockets.size() - kSocketsMax : 0;
    std::size_t index = 0;
    std::erase_if(sockets, [&](const Leaving& leaving) {
      const bool over =
          index++ < surplus || leaving.deadline <= now || !drop_what_arrived(leaving.socket);
      if (over) ::close(leaving.socket);
      return over;
    });
    entries.assign(1, {wake_, POLLIN, 0});
    auto deadline = now + std::chrono::hours(1);
    for (const Leaving& leaving : sockets) {
      entries.push_back({leaving.socket, POLLIN, 0});
      deadline = std::min(deadline, leaving.deadline);
    }
    ::poll(entries.data(), entries.size(), poll_timeout(deadline));
    eventfd_t ignored = 0;
    eventfd_read(wake_, &ignored);
  }
  for (const Leaving& leaving : sockets) ::close(leaving.socket);
}

}  // namespace reckoner::web
