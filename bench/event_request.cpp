#include "event_request.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::bench {

namespace {

constexpr std::string_view kTime = "2026-01-01T00:00:00.000Z";
constexpr std::string_view kOrdinal = "00000000";
constexpr std::string_view kValue = "1000.00";
constexpr std::int64_t kLeastHundredths = 100'000;
constexpr std::int64_t kManyHundredths = 900'000;
constexpr std::size_t kPlacesMax = 1 << 16;

constexpr std::string_view kHead =
    "POST /api/v1/events HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Authorization: Bearer {}\r\n"
    "Content-Type: application/cloudevents-batch+json\r\n"
    "Content-Length: {}\r\n\r\n";

}  // namespace

EventRequest::EventRequest(const RequestShape& shape) : connection_(shape.connection) {
  RK_CHECK(shape.connection < kPlacesMax && shape.subjects.size() < kPlacesMax);
  std::string body = "[";
  for (std::size_t slot = 0; slot < shape.subjects.size(); ++slot) {
    const std::size_t turn = shape.meter < 0 ? (shape.connection + slot) % kMetersOfLoad.size()
                                             : std::size_t(shape.meter);
    const MeterOfLoad& meter = kMetersOfLoad[turn];
    if (slot > 0) body += ',';
    Places places{};
    body += fmt::format(R"({{"specversion":"1.0","id":"{:04x}-{:04x}-)", shape.connection, slot);
    places.ordinal = body.size();
    body += fmt::format(R"({}","source":"{}","type":"{}","subject":"{}","time":")", kOrdinal,
                        shape.source, meter.meter, shape.subjects[slot]);
    places.time = body.size();
    body += fmt::format(R"({}","data":{{"{}":)", kTime, meter.value);
    places.value = body.size();
    body += fmt::format(R"({},"region":"eu-central","status":200}}}})", kValue);
    places_.push_back(places);
  }
  body += ']';
  bytes_ = fmt::format(kHead, shape.key, body.size());
  for (Places& places : places_) {
    places.ordinal += bytes_.size();
    places.time += bytes_.size();
    places.value += bytes_.size();
  }
  bytes_ += body;
}

void EventRequest::set_time(std::string_view time) {
  RK_CHECK(time.size() == kTime.size());
  for (const Places& places : places_) time.copy(bytes_.data() + places.time, time.size());
}

void EventRequest::set_ordinal(std::size_t slot, std::uint32_t ordinal) {
  const Places& places = places_[slot];
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint32_t rest = ordinal;
  for (std::size_t i = kOrdinal.size(); i-- > 0; rest >>= 4) {
    bytes_[places.ordinal + i] = kDigits[rest & 15];
  }
  std::int64_t value = hundredths(connection_, slot, ordinal);
  for (std::size_t i = kValue.size(); i-- > 0;) {
    if (kValue[i] == '.') continue;
    bytes_[places.value + i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

std::int64_t EventRequest::hundredths(std::uint32_t connection, std::size_t slot,
                                      std::uint32_t ordinal) {
  std::uint64_t mixed = (std::uint64_t{connection} << 48) ^ (std::uint64_t{slot} << 32) ^ ordinal;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  mixed ^= mixed >> 31;
  return kLeastHundredths + static_cast<std::int64_t>(mixed % kManyHundredths);
}

}  // namespace reckoner::bench
