#include "web/etag.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kDigits = 32;

/// Without "W/", the quotes, and the coding: what has one state is one state in every form.
std::string_view state_of(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') {
    tag = tag.substr(1, tag.size() - 2);
  }
  return tag.substr(0, std::min(tag.find('-'), tag.size()));
}

/// Whether the header, "*" or a list of tags, names the state. Our own tags have no commas.
bool names(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string_view tag = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t first = tag.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    tag = tag.substr(first, tag.find_last_not_of(" \t") + 1 - first);
    if (tag == "*" || state_of(tag) == state_of(etag)) return true;
  }
  return false;
}

}  // namespace

std::string etag_of(std::string_view content) {
  return fmt::format("\"{}\"", to_hex(sha256(content)).substr(0, kDigits));
}

void require_match(const Request& request, std::string_view etag) {
  const std::string wanted = request.header("if-match");
  if (wanted.empty()) {
    throw Problem(428, "If-Match is needed: the ETag of what was read before it was edited");
  }
  if (!names(wanted, etag)) {
    throw Problem(412, "it was changed since it was read: read it again and decide anew")
        .header("ETag", std::string(etag));
  }
}

Response with_etag(const Request& request, Response response, std::string etag) {
  const std::string known = request.header("if-none-match");
  if (!known.empty() && response.status == 200 && names(known, etag)) {
    response.status = 304;
    response.body.clear();
    response.lasting_body = {};
    response.content_type.clear();
  }
  response.headers.emplace_back("ETag", std::move(etag));
  return response;
}

std::string etag_of_coded(std::string_view etag, std::string_view coding) {
  if (!etag.ends_with('"')) return std::string(etag);
  return fmt::format("{}-{}\"", etag.substr(0, etag.size() - 1), coding);
}

}  // namespace reckoner::web
