#include "store/pool.hpp"

#include <fmt/format.h>

#include "store/backoff.hpp"

namespace reckoner::store {

namespace {
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{500};

ConnectionOptions with(ConnectionOptions options, std::function<void()> before_connect) {
  if (before_connect) options.before_connect = std::move(before_connect);
  return options;
}
}  // namespace

Pool::Pool(ConnectionOptions options, std::size_t size, std::function<void()> before_connect)
    : options_(with(std::move(options), std::move(before_connect))), size_(size) {
  RK_CHECK(size_ > 0);
}

Pool::Lease::~Lease() {
  if (connection_) pool_.give_back(std::move(connection_));
}

Pool::Lease Pool::take(std::chrono::milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  for (Backoff backoff(kFirstPause, kLongestPause);;) {
    auto connection = take_idle(deadline);
    if (connection) return Lease(*this, std::move(connection));
    const auto pause = backoff.next();
    try {
      return Lease(*this, std::make_unique<Connection>(options_));
    } catch (const DatabaseError& error) {
      give_back(nullptr);
      if (!error.retryable() || Clock::now() + pause > deadline) throw;
    } catch (...) {
      give_back(nullptr);
      throw;
    }
    wait_for_idle(pause);
  }
}

/// Where the server gives no more connections, those that we have go round.
void Pool::wait_for_idle(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  idle_again_.wait_for(lock, at_most, [&] { return !idle_.empty(); });
}

void Pool::wait_for_turn(std::unique_lock<std::mutex>& lock, Clock::time_point deadline) {
  if (queue_.empty() && leased_ < size_) return;
  const auto place = queue_.emplace(queue_.end());
  const bool has_turn =
      place->wait_until(lock, deadline, [&] { return place == queue_.begin() && leased_ < size_; });
  queue_.erase(place);
  if (has_turn) return;
  wake_next();
  throw DatabaseError({.statement = "connect",
                       .sqlstate = "53300",
                       .message = fmt::format("all {} database connections are in use", size_),
                       .connection_lost = false});
}

void Pool::wake_next() {
  if (!queue_.empty() && leased_ < size_) queue_.front().notify_one();
}

/// Counts one more as leased. Null when the caller has to make the connection.
std::unique_ptr<Connection> Pool::take_idle(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  wait_for_turn(lock, deadline);
  ++leased_;
  wake_next();
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_alive()) return connection;
  }
  return nullptr;
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  if (connection) connection->mark_commits(false);
  const bool usable = connection && connection->is_alive() && !connection->in_transaction();
  const std::lock_guard lock(mutex_);
  --leased_;
  if (usable) idle_.push_back(std::move(connection));
  idle_again_.notify_one();
  wake_next();
}

}  // namespace reckoner::store
