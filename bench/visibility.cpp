#include "visibility.hpp"

#include <fmt/format.h>

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

std::int64_t hundredths_of(const std::string& number) {
  const auto value = money::Decimal::parse(number) * money::Decimal::parse("100");
  return std::stoll(value.to_string());
}
}  // namespace

Visibility::Visibility(Load& load, std::uint16_t port, std::string key,
                       std::vector<std::int64_t> before)
    : load_(load),
      key_(std::move(key)),
      before_(std::move(before)),
      exchange_(port),
      thread_([this] {
        try {
          run();
        } catch (const std::exception& error) {
          failure_ = error.what();
          failed_ = true;
        }
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
    if (!exchange_.is_connected()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
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
  const HttpAnswer* answer = exchange_.send(request);
  if (answer == nullptr) return -1;
  const int status = answer->status();
  if (status == 429 || status >= 500) {
    exchange_.leave();
    return -1;
  }
  if (status != 200) throw Error(answer->bytes().substr(0, 600));
  const text::Json said = text::parse_json(answer->body());
  const auto& rows = said.at("data").as_array();
  return rows.empty() ? 0 : hundredths_of(rows.front().at("value").as_number());
}

}  // namespace reckoner::bench
