#include "web/download.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "web/event_stream.hpp"

namespace reckoner::web {

namespace {
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}
}  // namespace

std::string attachment(std::string_view name) {
  std::string plain(name);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return !is_plain(c); }, '-');
  return fmt::format("attachment; filename=\"{}\"", plain);
}

Response download(std::string_view name, std::string_view content_type, std::string content) {
  return {200,
          std::string(content_type),
          std::move(content),
          {{"Content-Disposition", attachment(name)}}};
}

Response download(std::string_view name, std::string_view content_type,
                  std::function<void(const AnswerSink&)> write) {
  Response response;
  response.content_type = content_type;
  response.headers.emplace_back("Content-Disposition", attachment(name));
  response.stream = [write = std::move(write)](EventStream& stream) {
    write([&stream](std::string_view bytes) {
      if (!stream.send_bytes(bytes)) throw Error("the transfer has ended");
    });
  };
  return response;
}

}  // namespace reckoner::web
