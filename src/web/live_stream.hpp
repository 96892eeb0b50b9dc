#pragma once

// Inside of web: how a stream of events goes over a connection, and how many may.

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "web/event_stream.hpp"
#include "web/socket_stream.hpp"

namespace reckoner::web {

/// Writes events, or the bytes of a file, behind a head that was sent.
class LiveStream : public EventStream {
 public:
  enum class Framing { kChunks, kUntilClosed };
  struct Options {
    Framing framing = Framing::kChunks;
    std::chrono::milliseconds patience{20'000};   ///< for the other side to take what is sent
    std::chrono::milliseconds heartbeat{15'000};  ///< between two signs of life
    std::chrono::milliseconds recheck{5'000};     ///< between two looks whether it may go on
    std::function<bool()> stopping;               ///< looked at all the time
    std::function<bool()> allowed;                ///< whether the caller may still see it
  };
  LiveStream(SocketStream& stream, Options options);

  bool send(const StreamEvent& event) override;
  bool send_bytes(std::string_view bytes) override;
  bool wait(std::chrono::milliseconds time) override;
  /// The end of the last chunk, where the other side still listens.
  void end();

 private:
  bool write(std::string_view text);
  bool may_go_on();

  SocketStream& stream_;
  const Options options_;
  SteadyTime sent_at_;
  SteadyTime checked_at_;
  bool ended_ = false;
};

/// How many streams are open, in all and of each caller. Thread-safe.
class StreamSeats {
 public:
  StreamSeats(std::size_t max, std::size_t of_one_max) : max_(max), of_one_max_(of_one_max) {}

  /// Given back at its end.
  class Seat {
   public:
    Seat(StreamSeats& seats, std::string caller);
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    StreamSeats& seats_;
    const std::string caller_;
  };

 private:
  const std::size_t max_;
  const std::size_t of_one_max_;
  std::mutex mutex_;
  std::size_t taken_ = 0;                      // guarded by mutex_
  std::map<std::string, std::size_t> of_one_;  // guarded by mutex_
};

}  // namespace reckoner::web
