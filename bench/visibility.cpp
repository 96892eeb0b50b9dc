#include "visibility.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <random>

#include "base/error.hpp"
#include "event_request.hpp"
#include "money/decimal.hpp"
#include "service.hpp"
#include "text/json.hpp"

namespace reckoner::bench {

namespace {
constexpr std::chrono::milliseconds kPatience{3000};
constexpr std::chrono::milliseconds kPause{25};
constexpr std::chrono::seconds kVisibleAtLast{120};
constexpr int kAnswerSeconds = 30;

std::int64_t hundredths_of(const std::string& number) {
  const auto value = money::Decimal::parse(number) * money::Decimal::parse("100");
  return std::stoll(value.to_string());
}
}  // namespace

Visibility::Visibility(Load& load, std::uint16_t port, std::string key,
                       std::vector<std::int64_t> before)
    : load_(load), port_(port), key_(std::move(key)), before_(std::move(before)), thread_([this] {
        try {
          run();
        } catch (const std::exception& error) {
          failure_ = error.what();
          failed_ = true;
        }
        leave();
      }) {}

Visibility::~Visibility() {
  stop();
}

void Visibility::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Visibility::check() const {
  if (failed_) throw Error(fmt::format("usage queries: {}", failure_));
}

std::chrono::nanoseconds Visibility::first_seen_after(std::chrono::nanoseconds instant) const {
  return std::chrono::nanoseconds(last_acknowledged_ > instant.count() ? last_seen_.load() : 0);
}

void Visibility::run() {
  std::mt19937_64 random(11);
  while (!stop_) {
    sample(random() % load_.connections());
    std::this_thread::sleep_for(kPause);
  }
}

void Visibility::sample(std::size_t connection) {
  const auto acknowledged = load_.next_acknowledgement(connection, kPatience);
  if (!acknowledged) return;
  std::int64_t expected = before_.at(connection);
  for (std::uint32_t ordinal = 0; ordinal < acknowledged->requests; ++ordinal) {
    for (std::size_t slot = 0; slot < load_.batch(); ++slot) {
      expected += EventRequest::hundredths(static_cast<std::uint32_t>(connection), slot, ordinal);
    }
  }
  while (ask(connection) < expected) {
    if (Load::Clock::now() > acknowledged->at + kVisibleAtLast) {
      throw Error(fmt::format("an acknowledged event of {} is not visible after {} s",
                              Service::subject(connection), kVisibleAtLast.count()));
    }
    if (socket_ < 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const auto seen = Load::Clock::now();
  milliseconds_.push_back(
      std::chrono::duration<double, std::milli>(seen - acknowledged->at).count());
  last_seen_ = seen.time_since_epoch().count();
  last_acknowledged_ = acknowledged->at.time_since_epoch().count();
}

std::int64_t Visibility::ask(std::size_t connection) {
  const std::string request = fmt::format(
      "GET /api/v1/meters/{}/query?subject={} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Accept: application/json\r\nAuthorization: Bearer {}\r\n\r\n",
      kMetersOfLoad[0].meter, Service::subject(connection), key_);
  if (!send(request)) {
    leave();
    return -1;
  }
  const int status = answer_.status();
  if (status == 429 || status >= 500) {
    leave();
    return -1;
  }
  if (status != 200) throw Error(answer_.bytes().substr(0, 600));
  const text::Json said = text::parse_json(answer_.body());
  const auto& rows = said.at("data").as_array();
  return rows.empty() ? 0 : hundredths_of(rows.front().at("value").as_number());
}

bool Visibility::send(const std::string& request) {
  if (socket_ < 0) {
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{.tv_sec = kAnswerSeconds, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return false;
    }
  }
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
  answer_.clear();
  std::array<char, 4096> piece;
  while (answer_.status() == 0) {
    const ssize_t count = recv(socket_, piece.data(), piece.size(), 0);
    if (count <= 0) return false;
    answer_.add({piece.data(), static_cast<std::size_t>(count)});
  }
  return true;
}

void Visibility::leave() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

}  // namespace reckoner::bench
