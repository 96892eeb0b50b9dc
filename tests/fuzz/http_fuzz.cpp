// Messages of HTTP and Kafka with headers: the first line is the content type, then come headers as
// "name: value" until an empty line, and the rest is the body.

#include "base/error.hpp"
#include "fuzz.hpp"
#include "metering/cloud_event.hpp"
#include "metering/http_events.hpp"
#include "metering/kafka_message.hpp"

namespace reckoner::fuzz {
namespace {
using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

struct Message {
  std::string_view content_type;
  Headers headers;
  std::string_view body;
};

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

Message message_of(std::string_view input) {
  Message message;
  message.content_type = take_line(input);
  for (std::string_view line = take_line(input); !line.empty(); line = take_line(input)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    message.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  message.body = input;
  return message;
}

void check_events(const std::vector<metering::UsageEvent>& events) {
  for (const auto& event : events) {
    metering::check(event);
    const auto again =
        metering::from_cloud_event(text::parse_json(metering::to_cloud_event(event)));
    promise(metering::digest_of(again) == metering::digest_of(event), "the same content");
    promise(again.source == event.source && again.id == event.id, "the same name");
  }
}

void run(std::string_view input) {
  const Message message = message_of(input);
  try {
    check_events(metering::read_http_events(
        {.content_type = message.content_type, .attributes = message.headers, .body = message.body},
        {.received_at = {}}));
  } catch (const Error&) {
  }
  std::vector<std::string> names;
  names.reserve(message.headers.size());
  Headers headers{{"content-type", message.content_type}};
  for (const auto& [name, value] : message.headers) {
    names.push_back("ce_" + std::string(name));
    headers.emplace_back(names.back(), value);
  }
  const auto content = metering::read_kafka_message(
      {.topic = "usage", .value = message.body, .headers = headers}, "default");
  promise(!content.events.empty() || !content.problem.empty(), "no message is lost");
  check_events(content.events);
}
}  // namespace
}  // namespace reckoner::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reckoner::fuzz::run(reckoner::fuzz::text_of(data, size));
  return 0;
}
