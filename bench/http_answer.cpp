#include "http_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/error.hpp"

namespace reckoner::bench {

namespace {

constexpr std::size_t kBytesMax = 1 << 24;
constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::size_t body_size(std::string_view head, int status) {
  if (status == 204) return 0;
  std::string lower(head);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kLength = "\r\ncontent-length:";
  const std::size_t found = lower.find(kLength);
  if (found == lower.npos) throw Error(fmt::format("an answer without length: {}", head));
  return std::stoul(lower.substr(found + kLength.size()));
}

}  // namespace

int HttpAnswer::status() const {
  const std::size_t head = bytes_.find(kHeadEnd);
  if (head == bytes_.npos) {
    if (bytes_.size() > kBytesMax) throw Error("an answer without end");
    return 0;
  }
  const std::string_view text(bytes_.data(), head + 2);
  int status = 0;
  if (!text.starts_with(kVersion) ||
      std::from_chars(text.data() + kVersion.size(), text.data() + text.size(), status).ec !=
          std::errc()) {
    throw Error(fmt::format("this is no HTTP answer: {}", text.substr(0, 80)));
  }
  return bytes_.size() >= head + kHeadEnd.size() + body_size(text, status) ? status : 0;
}

std::string_view HttpAnswer::body() const {
  return std::string_view(bytes_).substr(bytes_.find(kHeadEnd) + kHeadEnd.size());
}

}  // namespace reckoner::bench
