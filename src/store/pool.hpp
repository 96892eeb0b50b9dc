#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "store/connection.hpp"

namespace reckoner::store {

/// At most `size` connections, shared by threads. Connections are made when they are first needed;
/// one that broke, whose server takes no writes any more, or that came back inside a transaction,
/// is dropped and replaced by the next who takes one. Where the server gives fewer than that, those
/// it gave are shared. Who waits longest is next: nobody overtakes.
class Pool {
 public:
  /// `before_connect`, where there is one, is that of the options.
  Pool(ConnectionOptions options, std::size_t size, std::function<void()> before_connect = {});

  /// A connection for its holder alone until the lease ends. Must not outlive the pool.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Pool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// Waits at most `wait` for a free connection, or for the database to come back. Then throws the
  /// DatabaseError of the last attempt to connect, or one with 53300 when all are out on lease.
  Lease take(std::chrono::milliseconds wait);

 private:
  using Clock = std::chrono::steady_clock;
  std::unique_ptr<Connection> take_idle(Clock::time_point deadline);
  void wait_for_turn(std::unique_lock<std::mutex>& lock, Clock::time_point deadline);
  void wake_next();
  void wait_for_idle(std::chrono::milliseconds at_most);
  void give_back(std::unique_ptr<Connection> connection);

  const ConnectionOptions options_;
  const std::size_t size_;
  std::mutex mutex_;
  std::condition_variable idle_again_;
  std::list<std::condition_variable> queue_;  // guarded by mutex_: each who waits, the first first
  std::size_t leased_ = 0;                    // guarded by mutex_
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
};

}  // namespace reckoner::store
