#include "web/connections.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "base/error.hpp"
#include "base/log.hpp"

namespace reckoner::web {

namespace {
constexpr std::chrono::seconds kThreadKept{10};
}  // namespace

void ConnectionState::enter(Phase phase) {
  since_ = std::chrono::steady_clock::now().time_since_epoch().count();
  phase_ = phase;
}

Connections::Connections(std::size_t max, Serve serve, Traffic& traffic)
    : max_(max), serve_(std::move(serve)), traffic_(traffic) {
  RK_CHECK(max_ > 0);
}

Connections::~Connections() {
  stop(std::chrono::milliseconds(0));
}

bool Connections::admit(int socket) {
  const std::lock_guard lock(mutex_);
  join_ended();
  if (stopping_) return false;
  if (open_.size() - evicted_ >= max_ && !evict_one()) return false;
  ConnectionState& state = open_.emplace_back(socket);
  ++traffic_.connections_accepted;
  ++traffic_.connections_open;
  if (idle_threads_ > waiting_.size()) {
    waiting_.push_back(&state);
    work_.notify_one();
    return true;
  }
  try {
    threads_.emplace_back([this, &state] { work(&state); });
  } catch (const std::system_error& error) {
    log::error("http: no thread for a connection: {}", error.what());
    open_.pop_back();
    --traffic_.connections_open;
    return false;
  }
  return true;
}

/// The longest idle one is told to end; its thread closes it soon.
bool Connections::evict_one() {
  ConnectionState* longest = nullptr;
  for (ConnectionState& state : open_) {
    if (state.evicted_ || state.phase() != ConnectionState::Phase::kIdle) continue;
    if (longest == nullptr || state.since() < longest->since()) longest = &state;
  }
  if (longest == nullptr) return false;
  longest->evicted_ = true;
  ++evicted_;
  ++traffic_.connections_evicted;
  ::shutdown(longest->socket(), SHUT_RD);
  return true;
}

void Connections::work(ConnectionState* first) {
  // The thread that accepts has signals blocked; programs that an endpoint starts shall not.
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ConnectionState* state = first;
  while (state != nullptr) {
    serve(*state);
    std::unique_lock lock(mutex_);
    ++idle_threads_;
    work_.wait_for(lock, kThreadKept, [&] { return stopping_ || !waiting_.empty(); });
    --idle_threads_;
    state = nullptr;
    if (!waiting_.empty()) {
      state = waiting_.front();
      waiting_.pop_front();
      continue;
    }
    const auto own = std::find_if(threads_.begin(), threads_.end(), [](const std::thread& thread) {
      return thread.get_id() == std::this_thread::get_id();
    });
    ended_threads_.push_back(std::move(*own));
    threads_.erase(own);
    closed_.notify_all();
  }
}

void Connections::serve(ConnectionState& state) {
  bool sending = false;
  try {
    sending = serve_(state);
  } catch (const std::exception& error) {
    log::error("http: {}", error.what());
  }
  const int socket = state.socket();
  {
    const std::lock_guard lock(mutex_);
    if (state.evicted_) --evicted_;
    open_.remove_if([&](const ConnectionState& open) { return &open == &state; });
    --traffic_.connections_open;
    closed_.notify_all();
  }
  if (sending) {
    linger_.close(socket);
  } else {
    ::close(socket);
  }
}

void Connections::join_ended() {
  for (std::thread& thread : ended_threads_) thread.join();
  ended_threads_.clear();
}

void Connections::end_reading(ConnectionState::Phase phase) {
  for (const ConnectionState& state : open_) {
    if (state.phase() == phase) ::shutdown(state.socket(), SHUT_RD);
  }
}

void Connections::stop(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::unique_lock lock(mutex_);
  stopping_ = true;
  work_.notify_all();
  end_reading(ConnectionState::Phase::kIdle);
  closed_.wait_until(lock, deadline, [&] { return open_.empty(); });
  end_reading(ConnectionState::Phase::kIdle);
  end_reading(ConnectionState::Phase::kReading);
  closed_.wait(lock, [&] { return open_.empty() && threads_.empty(); });
  join_ended();
}

}  // namespace reckoner::web
