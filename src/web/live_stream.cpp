#include "web/live_stream.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::web {

namespace {
using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{200};
constexpr std::size_t kUnexpectedMax = 1024;
constexpr std::string_view kHeartbeat = ": \n\n";
constexpr int kFullRetrySeconds = 5;
}  // namespace

LiveStream::LiveStream(SocketStream& stream, Options options)
    : stream_(stream),
      options_(std::move(options)),
      sent_at_(Steady::now()),
      checked_at_(Steady::now()) {}

bool LiveStream::write(std::string_view text) {
  if (ended_) return false;
  const bool chunks = options_.framing == Framing::kChunks;
  const std::string framed =
      chunks ? fmt::format("{:x}\r\n{}\r\n", text.size(), text) : std::string(text);
  ended_ = !stream_.send(framed, {}, Steady::now() + options_.patience);
  sent_at_ = Steady::now();
  return !ended_;
}

bool LiveStream::may_go_on() {
  if (ended_ || options_.stopping()) return false;
  if (Steady::now() - checked_at_ < options_.recheck) return true;
  checked_at_ = Steady::now();
  return options_.allowed();
}

bool LiveStream::send(const StreamEvent& event) {
  return may_go_on() && write(to_wire(event));
}

bool LiveStream::send_bytes(std::string_view bytes) {
  return may_go_on() && write(bytes);
}

bool LiveStream::wait(std::chrono::milliseconds time) {
  const auto until = Steady::now() + time;
  do {
    if (!may_go_on()) return false;
    // Nothing is to come any more but the other side's end.
    const auto look = std::min(until, Steady::now() + kLook);
    if (stream_.receive(look, kUnexpectedMax) != Arrival::kTooLate) {
      ended_ = true;
      return false;
    }
    if (Steady::now() - sent_at_ >= options_.heartbeat && !write(kHeartbeat)) return false;
  } while (Steady::now() < until);
  return true;
}

void LiveStream::end() {
  if (ended_ || options_.framing != Framing::kChunks) return;
  stream_.send("0\r\n\r\n", {}, Steady::now() + options_.patience);
  ended_ = true;
}

StreamSeats::Seat::Seat(StreamSeats& seats, std::string caller)
    : seats_(seats), caller_(std::move(caller)) {
  const std::lock_guard lock(seats_.mutex_);
  if (seats_.taken_ >= seats_.max_) {
    throw Problem(503, "too many streams are open: try again").retry_after(kFullRetrySeconds);
  }
  std::size_t& own = seats_.of_one_[caller_];
  if (own >= seats_.of_one_max_) {
    throw Problem(429, fmt::format("{} streams of this caller are open already", own))
        .retry_after(kFullRetrySeconds);
  }
  ++own;
  ++seats_.taken_;
}

StreamSeats::Seat::~Seat() {
  const std::lock_guard lock(seats_.mutex_);
  --seats_.taken_;
  const auto own = seats_.of_one_.find(caller_);
  if (--own->second == 0) seats_.of_one_.erase(own);
}

}  // namespace reckoner::web
