#include "web/compression.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "web/etag.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kSmall = 1024;
constexpr int kLevel = 5;
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") ||
         type.starts_with("application/problem+json") || type.starts_with("application/yaml") ||
         type.starts_with("application/xml");
}

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return header.first == name; });
}

/// Whether a page of another site cannot have made a browser send it as its user.
bool is_own(const Request& request) {
  return request.headers.count("cookie") == 0 || request.header("sec-fetch-site") == "same-origin";
}

std::optional<std::string> gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&stream, deflateEnd);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return std::nullopt;
  out.resize(stream.total_out);
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// "q=0", "q=0.0", …
bool is_refused(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return false;
  const std::string_view weight = trimmed(parameters.substr(at + 2));
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool accepts_coding(const Request& request, std::string_view coding) {
  const auto [first, last] = request.headers.equal_range("accept-encoding");
  for (auto header = first; header != last; ++header) {
    std::string_view list = header->second;
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(','), list.size());
      const std::string_view entry = list.substr(0, end);
      list.remove_prefix(std::min(end + 1, list.size()));
      const std::size_t parameters = std::min(entry.find(';'), entry.size());
      const std::string_view name = trimmed(entry.substr(0, parameters));
      if (name == coding || name == "*") return !is_refused(entry.substr(parameters));
    }
  }
  return false;
}

void compress(const Request& request, Response& response) {
  if (response.content().size() <= kSmall || response.stream || !is_text(response.content_type) ||
      has_header(response, "Content-Encoding")) {
    return;
  }
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!accepts_coding(request, "gzip") || !is_own(request)) return;
  auto compressed = gzip(response.content());
  if (!compressed || compressed->size() >= response.content().size()) return;
  response.body = *std::move(compressed);
  response.lasting_body = {};
  response.headers.emplace_back("Content-Encoding", "gzip");
  for (auto& [name, value] : response.headers) {
    if (name == "ETag") value = etag_of_coded(value, "gzip");
  }
}

}  // namespace reckoner::web
