#include "web/authentication.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/password.hpp"

namespace reckoner::web {

namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Problem nobody(std::string detail, std::string challenge = "Bearer") {
  return Problem(401, std::move(detail)).header("WWW-Authenticate", std::move(challenge));
}

}  // namespace

std::optional<std::string_view> bearer_of(const Request& request) {
  const auto [first, last] = request.headers.equal_range("authorization");
  if (first == last || std::next(first) != last) return std::nullopt;
  constexpr std::string_view kScheme = "bearer ";
  std::string_view value = first->second;
  if (value.size() <= kScheme.size() || lower(value.substr(0, kScheme.size())) != kScheme) {
    return std::nullopt;
  }
  value.remove_prefix(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
  return value;
}

std::optional<std::string_view> session_of(const Request& request) {
  std::optional<std::string_view> secret;
  const auto [first, last] = request.headers.equal_range("cookie");
  for (auto line = first; line != last; ++line) {
    std::string_view rest = line->second;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view cookie = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = cookie.find('=');
      if (equals == std::string_view::npos || cookie.substr(0, equals) != kSessionCookie) continue;
      const std::string_view value = cookie.substr(equals + 1);
      if (secret && *secret != value) return std::nullopt;
      secret = value;
    }
  }
  if (secret && secret->empty()) return std::nullopt;
  return secret;
}

std::string csrf_token_of(std::string_view session_secret) {
  return to_hex(Sha256Stream().field("csrf").field(session_secret).finish());
}

void refuse_other_sites(const Request& request) {
  const std::string site = request.header("sec-fetch-site");
  if (!site.empty()) {
    if (site == "same-origin" || site == "none") return;
    throw Problem(403, "this request comes from a page of another site");
  }
  const std::string origin = request.header("origin");
  if (origin.empty()) return;
  const std::size_t host = origin.find("://");
  if (host == std::string::npos || origin.substr(host + 3) != lower(request.header("host"))) {
    throw Problem(403, "this request comes from a page of another site");
  }
}

Principal Authentication::principal_of(const Request& request) {
  if (request.headers.contains("authorization")) {
    const auto secret = bearer_of(request);
    if (!secret) throw nobody("an API key is needed: Authorization: Bearer KEY");
    return by_key(*secret);
  }
  if (const auto secret = session_of(request)) return by_session(request, *secret);
  throw nobody("an API key or a session is needed: Authorization: Bearer KEY, or log in");
}

Principal Authentication::by_key(std::string_view secret) {
  auto principal = keys_.principal_of(secret);
  if (!principal) {
    throw nobody("the API key is unknown, has expired or was revoked",
                 "Bearer error=\"invalid_token\"");
  }
  return *std::move(principal);
}

Principal Authentication::by_session(const Request& request, std::string_view secret) {
  auto principal = sessions_.principal_of(secret);
  if (!principal) throw nobody("the session has ended: log in again");
  if (request.method != "GET" && request.method != "HEAD") {
    refuse_other_sites(request);
    if (!is_same_secret(request.header("x-csrf-token"), csrf_token_of(secret))) {
      throw Problem(403, "the session's token is needed: X-CSRF-Token");
    }
  }
  return *std::move(principal);
}

void Authentication::forget_all() {
  keys_.forget_all();
  sessions_.forget_all();
}

}  // namespace reckoner::web
