#pragma once

#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "web/socket_stream.hpp"

namespace reckoner::web {

/// Closes sockets whose other side may still be sending: a plain close would make the kernel reset
/// the connection, and the last answer would be lost with it. What arrives is read and dropped
/// until the other side ends, at most a second. Thread-safe.
class Linger {
 public:
  Linger();
  /// Closes what is left.
  ~Linger();
  Linger(const Linger&) = delete;
  Linger& operator=(const Linger&) = delete;

  /// Takes the socket over; everything was sent on it.
  void close(int socket);

 private:
  struct Leaving {
    int socket;
    SteadyTime deadline;
  };
  void run();

  std::mutex mutex_;
  std::vector<Leaving> arrived_;  // guarded by mutex_
  bool stopping_ = false;         // guarded by mutex_
  const int wake_;                ///< an eventfd
  std::thread thread_;
};

}  // namespace reckoner::web
