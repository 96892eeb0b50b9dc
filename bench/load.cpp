#include "load.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <queue>
#include <random>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "event_request.hpp"
#include "http_answer.hpp"

namespace reckoner::bench {

namespace {

using Clock = Load::Clock;
using Acknowledgement = Load::Acknowledgement;
using std::chrono::nanoseconds;

constexpr nanoseconds kRetryPause = std::chrono::milliseconds(10);
constexpr nanoseconds kLongestWait = std::chrono::milliseconds(50);

double thread_cpu_seconds() {
  rusage used{};
  RK_CHECK(getrusage(RUSAGE_THREAD, &used) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::string wall_clock_text() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     now.tv_nsec / 1'000'000);
}

struct Connection {
  explicit Connection(EventRequest built) : request(std::move(built)) {}

  EventRequest request;
  std::vector<std::uint32_t> ordinals;  ///< the next new one, by slot
  std::int64_t new_events = 0;          ///< in the request under way
  std::size_t port = 0;                 ///< place in the ports
  int socket = -1;
  std::size_t sent = 0;     ///< bytes of the request
  bool under_way = false;   ///< sent and not acknowledged yet
  bool alarmed = false;     ///< has an alarm that is still to ring
  Clock::time_point due{};  ///< of the request under way, or of the next
  nanoseconds interval{0};  ///< of the timetable
  std::int64_t served = 0;  ///< in the present stretch
  HttpAnswer answer;
  std::atomic<std::uint32_t> acknowledged{0};
};

struct Alarm {
  Clock::time_point at;
  std::size_t connection;
  bool operator>(const Alarm& other) const { return at > other.at; }
};

}  // namespace

double LoadFigures::ack_at(double share) const {
  if (ack_ms.empty()) return 0.0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(ack_ms.size())));
  return ack_ms[std::max<std::size_t>(rank, 1) - 1];
}

class Load::Connections {
 public:
  Connections(LoadOptions options, const std::vector<std::uint16_t>& ports)
      : options_(std::move(options)), ports_(ports), last_(ports.size()), random_(options_.seed) {
    for (std::size_t i = 0; i < options_.connections; ++i) {
      RequestShape shape{.key = options_.key,
                         .source = options_.source,
                         .connection = static_cast<std::uint32_t>(i),
                         .subjects = {},
                         .meter = options_.meter};
      for (std::size_t slot = 0; slot < options_.batch; ++slot) {
        shape.subjects.push_back(options_.subject(i, slot));
      }
      auto& one = all_.emplace_back(std::make_unique<Connection>(EventRequest(shape)));
      one->ordinals.resize(options_.batch);
      one->port = i % ports_.size();
    }
  }

  ~Connections() {
    for (const auto& one : all_) {
      if (one->socket >= 0) close(one->socket);
    }
    close(epoll_);
  }

  LoadFigures run(const Pace& pace, const std::atomic<bool>& stop, std::chrono::seconds patience) {
    begin(pace);
    const double cpu_before = thread_cpu_seconds();
    bool measured = false;
    while (true) {
      const auto now = Clock::now();
      const bool over = now >= end_ || stop;
      if (over && !measured) {
        measured = true;
        figures_.seconds = std::chrono::duration<double>(std::min(now, end_) - begin_).count();
        figures_.cpu_seconds = thread_cpu_seconds() - cpu_before;
      }
      if (over && (under_way_ == 0 || now >= end_ + patience)) break;
      ring(now, over);
      wait(now, over);
    }
    figures_.unanswered = static_cast<std::int64_t>(under_way_);
    return finish();
  }

  std::int64_t distinct_events() const { return distinct_; }
  const LoadOptions& options() const { return options_; }
  const Connection& connection(std::size_t index) const { return *all_.at(index); }
  nanoseconds last(std::size_t port) const { return nanoseconds(last_.at(port).load()); }
  std::optional<Acknowledgement> next_acknowledgement(std::size_t connection,
                                                      std::chrono::milliseconds patience) {
    std::unique_lock lock(watch_mutex_);
    watched_ = static_cast<std::ptrdiff_t>(connection);
    const bool came = watch_answered_.wait_for(lock, patience, [this] { return watched_ < 0; });
    watched_ = -1;
    return came ? std::optional(watch_) : std::nullopt;
  }
  nanoseconds take_silence() { return nanoseconds(silence_.exchange(0)); }

 private:
  void begin(const Pace& pace) {
    figures_ = {};
    pace_ = pace;
    alarms_ = {};
    begin_ = Clock::now();
    end_ = begin_ + pace.duration;
    last_any_ = begin_.time_since_epoch().count();
    std::uniform_real_distribution<double> part(0.0, 1.0);
    for (std::size_t i = 0; i < all_.size(); ++i) {
      Connection& one = *all_[i];
      one.served = 0;
      one.alarmed = false;
      if (one.under_way) {  // given up in the stretch before
        alarm(i, begin_);
        continue;
      }
      one.due = begin_;
      if (pace.rate > 0.0) {
        const double share = pace.rate / static_cast<double>(all_.size() * options_.batch) *
                             (1.0 + pace.spread * (2.0 * part(random_) - 1.0));
        one.interval = nanoseconds(static_cast<std::int64_t>(1e9 / share));
        one.due += nanoseconds(static_cast<std::int64_t>(part(random_) * 1e9 / share));
      }
      alarm(i, one.due);
    }
  }

  void alarm(std::size_t index, Clock::time_point at) {
    if (std::exchange(all_[index]->alarmed, true)) return;
    alarms_.push({at, index});
  }

  LoadFigures finish() {
    const auto [least, most] =
        std::minmax_element(all_.begin(), all_.end(),
                            [](const auto& a, const auto& b) { return a->served < b->served; });
    figures_.served_min = (*least)->served;
    figures_.served_max = (*most)->served;
    std::sort(figures_.ack_ms.begin(), figures_.ack_ms.end());
    return std::move(figures_);
  }

  /// Sends what is due.
  void ring(Clock::time_point now, bool over) {
    while (!alarms_.empty() && alarms_.top().at <= now) {
      const std::size_t index = alarms_.top().connection;
      alarms_.pop();
      Connection& one = *all_[index];
      one.alarmed = false;
      if (!one.under_way) {
        if (over || one.due >= end_) continue;
        compose(one);
      }
      send(index);
    }
  }

  void compose(Connection& one) {
    const auto now = Clock::now();
    if (now - time_taken_ > std::chrono::milliseconds(1)) {
      time_text_ = wall_clock_text();
      time_taken_ = now;
    }
    one.request.set_time(time_text_);
    one.new_events = 0;
    std::uniform_int_distribution<int> hundred(0, 99);
    for (std::size_t slot = 0; slot < options_.batch; ++slot) {
      std::uint32_t& next = one.ordinals[slot];
      if (pace_.duplicate_percent > 0 && next > 0 && hundred(random_) < pace_.duplicate_percent) {
        one.request.set_ordinal(slot, static_cast<std::uint32_t>(random_() % next));
      } else {
        one.request.set_ordinal(slot, next++);
        ++one.new_events;
      }
    }
    one.under_way = true;
    ++under_way_;
  }

  void send(std::size_t index) {
    Connection& one = *all_[index];
    one.sent = 0;
    one.answer.clear();
    if (one.socket < 0 && !open(index)) return;
    write(index);
  }

  /// False when it could not; it is tried again later.
  bool open(std::size_t index) {
    Connection& one = *all_[index];
    one.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (one.socket < 0) throw Error(fmt::format("no socket: {}", std::strerror(errno)));
    const int on = 1;
    setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = index;
    RK_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket, &event) == 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(ports_[one.port]);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(one.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
        errno == EINPROGRESS) {
      return true;
    }
    lose(index);
    return false;
  }

  void write(std::size_t index) {
    Connection& one = *all_[index];
    const std::string_view bytes = one.request.bytes();
    while (one.sent < bytes.size()) {
      const ssize_t count =
          ::send(one.socket, bytes.data() + one.sent, bytes.size() - one.sent, MSG_NOSIGNAL);
      if (count >= 0) {
        one.sent += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN || errno == ENOTCONN) {
        return;  // goes on when there is room
      } else if (errno != EINTR) {
        return lose(index);
      }
    }
  }

  void lose(std::size_t index) {
    Connection& one = *all_[index];
    if (one.socket < 0) return;
    close(one.socket);
    one.socket = -1;
    if (!one.under_way) return;  // an idle one that the daemon has closed
    ++figures_.reconnects;
    alarm(index, Clock::now() + kRetryPause);
  }

  void wait(Clock::time_point now, bool over) {
    nanoseconds left = kLongestWait;
    if (!alarms_.empty()) left = std::min<nanoseconds>(left, alarms_.top().at - now);
    if (!over) left = std::min<nanoseconds>(left, end_ - now);
    left = std::max(left, nanoseconds(0));
    const timespec timeout{.tv_sec = 0, .tv_nsec = left.count()};
    std::array<epoll_event, 256> events;
    const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
    if (count < 0 && errno != EINTR) {
      throw Error(fmt::format("waiting for answers: {}", std::strerror(errno)));
    }
    for (int i = 0; i < count; ++i) {
      const auto index = events[static_cast<std::size_t>(i)].data.u64;
      Connection& one = *all_[index];
      const auto what = events[static_cast<std::size_t>(i)].events;
      if (one.socket >= 0 && (what & EPOLLOUT) != 0 && one.under_way &&
          one.sent < one.request.bytes().size()) {
        write(index);
      }
      if (one.socket >= 0 && (what & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(index);
    }
  }

  void read(std::size_t index) {
    Connection& one = *all_[index];
    std::array<char, 4096> piece;
    while (one.socket >= 0) {
      const ssize_t count = recv(one.socket, piece.data(), piece.size(), 0);
      if (count > 0) {
        one.answer.add({piece.data(), static_cast<std::size_t>(count)});
        const int status = one.under_way ? one.answer.status() : 0;
        if (status != 0) answered(index, status);
      } else if (count < 0 && errno == EAGAIN) {
        return;
      } else if (count == 0 || errno != EINTR) {
        return lose(index);
      }
    }
  }

  void answered(std::size_t index, int status) {
    Connection& one = *all_[index];
    if (status == 429 || status >= 500) {
      ++figures_.refused[status];
      alarm(index, Clock::now() + kRetryPause);
      return;
    }
    if (status / 100 != 2) {
      throw Error(fmt::format("the daemon refuses events: {}", one.answer.bytes().substr(0, 600)));
    }
    const auto now = Clock::now();
    acknowledge(one, now);
    one.due = pace_.rate > 0.0 ? one.due + one.interval : now;
    if (one.due < end_) alarm(index, one.due);
  }

  void acknowledge(Connection& one, Clock::time_point now) {
    one.under_way = false;
    --under_way_;
    distinct_ += one.new_events;
    one.acknowledged.fetch_add(1, std::memory_order_release);
    figures_.ack_ms.push_back(std::chrono::duration<float, std::milli>(now - one.due).count());
    if (now < end_) {
      figures_.events += static_cast<std::int64_t>(options_.batch);
      ++figures_.requests;
      ++one.served;
    }
    const std::int64_t at = now.time_since_epoch().count();
    if (at - last_any_ > silence_) silence_ = at - last_any_;
    last_any_ = at;
    last_[one.port] = at;
    if (watched_ >= 0) tell_watcher(one, now);
  }

  void tell_watcher(const Connection& one, Clock::time_point now) {
    const std::lock_guard lock(watch_mutex_);
    if (watched_ < 0 || all_[static_cast<std::size_t>(watched_.load())].get() != &one) return;
    watch_ = {one.acknowledged.load(), now};
    watched_ = -1;
    watch_answered_.notify_one();
  }

  const LoadOptions options_;
  const std::vector<std::uint16_t> ports_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<std::atomic<std::int64_t>> last_;  ///< by port
  std::atomic<std::int64_t> silence_{0};
  std::int64_t last_any_ = 0;
  std::mt19937_64 random_;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);

  std::atomic<std::ptrdiff_t> watched_{-1};  ///< whose acknowledgement somebody waits for
  std::mutex watch_mutex_;
  std::condition_variable watch_answered_;
  Acknowledgement watch_;  // guarded by watch_mutex_

  Pace pace_;
  LoadFigures figures_;
  Clock::time_point begin_, end_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  std::size_t under_way_ = 0;
  std::int64_t distinct_ = 0;
  std::string time_text_ = wall_clock_text();
  Clock::time_point time_taken_ = Clock::now();
};

Load::Load(LoadOptions options, const std::vector<std::uint16_t>& ports)
    : connections_(std::make_unique<Connections>(std::move(options), ports)) {}
Load::~Load() = default;

LoadFigures Load::run(const Pace& pace, const std::atomic<bool>& stop,
                      std::chrono::seconds patience) {
  return connections_->run(pace, stop, patience);
}

std::int64_t Load::distinct_events() const {
  return connections_->distinct_events();
}
std::uint32_t Load::acknowledged(std::size_t connection) const {
  return connections_->connection(connection).acknowledged.load(std::memory_order_acquire);
}
std::size_t Load::connections() const {
  return connections_->options().connections;
}
std::size_t Load::batch() const {
  return connections_->options().batch;
}
nanoseconds Load::last_acknowledged(std::size_t port) const {
  return connections_->last(port);
}
std::optional<Load::Acknowledgement> Load::next_acknowledgement(
    std::size_t connection, std::chrono::milliseconds patience) {
  return connections_->next_acknowledgement(connection, patience);
}
nanoseconds Load::take_longest_silence() {
  return connections_->take_silence();
}

}  // namespace reckoner::bench
