#include "store/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace reckoner::store {

namespace {
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{500};
}  // namespace

Pool::Pool(ConnectionOptions options, std::size_t size, std::function<void()> before_connect)
    : options_(std::move(options)), size_(size), before_connect_(std::move(before_connect)) {
  RK_CHECK(size_ > 0);
}

Pool::Lease::~Lease() {
  if (connection_) pool_.give_back(std::move(connection_));
}

Pool::Lease Pool::take(std::chrono::milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  auto connection = take_idle(deadline);
  if (!connection) {
    try {
      connection = connect(deadline);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
  }
  return Lease(*this, std::move(connection));
}

/// Counts one more as leased. Null when the caller has to make the connection.
std::unique_ptr<Connection> Pool::take_idle(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (!free_.wait_until(lock, deadline, [&] { return leased_ < size_; })) {
    throw DatabaseError({.statement = "connect",
                         .sqlstate = "53300",
                         .message = fmt::format("all {} database connections are in use", size_),
                         .connection_lost = false});
  }
  ++leased_;
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_alive()) return connection;
  }
  return nullptr;
}

std::unique_ptr<Connection> Pool::connect(Clock::time_point deadline) {
  for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    try {
      if (before_connect_) before_connect_();
      return std::make_unique<Connection>(options_);
    } catch (const DatabaseError& error) {
      if (!error.retryable() || Clock::now() + pause > deadline) throw;
    }
    std::this_thread::sleep_for(pause);
  }
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  const bool usable = connection && connection->is_alive() && !connection->in_transaction();
  {
    const std::lock_guard lock(mutex_);
    --leased_;
    if (usable) idle_.push_back(std::move(connection));
  }
  free_.notify_one();
}

}  // namespace reckoner::store
