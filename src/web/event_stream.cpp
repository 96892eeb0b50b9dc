#include "web/event_stream.hpp"

#include <algorithm>
#include <string_view>

#include "base/error.hpp"

namespace reckoner::web {

bool EventStream::send_bytes(std::string_view) {
  throw Bug("this stream takes events alone");
}

Response event_stream(std::function<void(EventStream&)> write) {
  RK_CHECK(write != nullptr);
  Response response;
  response.content_type = "text/event-stream";
  response.stream = std::move(write);
  return response;
}

std::string to_wire(const StreamEvent& event) {
  const auto is_one_line = [](const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
  };
  RK_CHECK(is_one_line(event.name) && is_one_line(event.id));
  std::string out;
  if (!event.id.empty()) out.append("id: ").append(event.id).append("\n");
  if (!event.name.empty()) out.append("event: ").append(event.name).append("\n");
  std::string_view left = event.data;
  while (true) {
    // A carriage return ends a line too.
    const std::size_t end = std::min(left.find_first_of("\r\n"), left.size());
    out.append("data: ").append(left.substr(0, end)).append("\n");
    if (end == left.size()) break;
    left.remove_prefix(left.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  out.append("\n");
  return out;
}

}  // namespace reckoner::web
