#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "web/linger.hpp"
#include "web/traffic.hpp"

namespace reckoner::web {

/// Where a connection stands, as others may look at it.
class ConnectionState {
 public:
  enum class Phase {
    kIdle,       ///< waits for the first byte of a request
    kReading,    ///< a request has begun to arrive
    kAnswering,  ///< a request is in hand
  };
  explicit ConnectionState(int socket) : socket_(socket) { enter(Phase::kIdle); }

  int socket() const { return socket_; }
  void enter(Phase phase);
  Phase phase() const { return phase_; }
  /// When it entered its phase, of the steady clock.
  std::int64_t since() const { return since_; }
  /// It gives way to another: no request is to be read any more but one that has arrived.
  bool evicted() const { return evicted_; }

 private:
  friend class Connections;
  const int socket_;
  std::atomic<Phase> phase_;
  std::atomic<std::int64_t> since_;
  std::atomic<bool> evicted_{false};
};

/// The open connections, each with a thread of its own, at most `max` of them: a slow one never
/// waits for another, whatever that does. Threads are kept for the next connection for a while.
class Connections {
 public:
  /// Serves a connection until it is to be closed; closing is not its task. True when the other
  /// side may still be sending.
  using Serve = std::function<bool(ConnectionState&)>;

  Connections(std::size_t max, Serve serve, Traffic& traffic);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Takes a connected socket over. Where `max` are open, the one that has been idle longest is
  /// closed for it; where none is idle, gives the socket back: false.
  bool admit(int socket);
  /// For a socket that was not admitted, once everything was sent on it.
  void close_lingering(int socket) { linger_.close(socket); }

  /// Lets requests in hand be answered, and those that have begun to arrive for `patience`; closes
  /// the rest. Returns when all connections are closed. Serve must not go on to a next request by
  /// then, and nothing may be admitted any more.
  void stop(std::chrono::milliseconds patience);

 private:
  void work(ConnectionState* first);
  void serve(ConnectionState& state);
  bool evict_one();
  void end_reading(ConnectionState::Phase phase);
  void join_ended();

  const std::size_t max_;
  const Serve serve_;
  Traffic& traffic_;
  Linger linger_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable closed_;
  std::list<ConnectionState> open_;       // guarded by mutex_, as all below
  std::size_t evicted_ = 0;               ///< of open_
  std::deque<ConnectionState*> waiting_;  ///< for a thread that is idle
  std::size_t idle_threads_ = 0;
  bool stopping_ = false;
  std::list<std::thread> threads_;
  std::vector<std::thread> ended_threads_;
};

}  // namespace reckoner::web
