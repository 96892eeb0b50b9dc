#include "web/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/log.hpp"
#include "store/database_error.hpp"
#include "text/json.hpp"
#include "text/utf8.hpp"

namespace reckoner::web {

namespace {

constexpr int kRetrySeconds = 1;

/// Data are nothing to run, to frame, or to take for something else.
constexpr std::pair<std::string_view, std::string_view> kSecurity[] = {
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};
constexpr std::string_view kOnlyTls = "max-age=31536000";

void append_header(std::string& out, std::string_view name, std::string_view value) {
  RK_CHECK(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_header(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return header.first == name; });
}

Problem of_database(const store::DatabaseError& error, std::string_view request_id) {
  if (error.connection_lost() || error.retryable()) {
    log::debug("request {}: {}", request_id, error.what());
    return Problem(503, "the database cannot be reached: try again").retry_after(kRetrySeconds);
  }
  log::error("request {}: {}", request_id, error.what());
  return Problem(500, "the request failed; the log says why");
}

Problem of_failure(const std::exception& error, std::string_view request_id) {
  log::error("request {}: {}", request_id, error.what());
  return Problem(500, "the request failed; the log says why");
}

}  // namespace

std::string_view title_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

Response answer_of(const Problem& problem, std::string_view request_id) {
  text::JsonWriter json;
  json.begin_object().key("type").string("about:blank");
  json.key("title").string(title_of(problem.status())).key("status").number(problem.status());
  json.key("detail").string(text::printable(problem.what()));
  json.key("instance").string(fmt::format("urn:request:{}", request_id));
  if (!problem.items().empty()) {
    json.key("items").begin_array();
    for (const Problem::Item& item : problem.items()) {
      json.begin_object().key("at").string(text::printable(item.at));
      json.key("detail").string(text::printable(item.detail)).end_object();
    }
    json.end_array();
  }
  json.end_object();
  Response response{problem.status(), "application/problem+json", json.finish(), {}};
  if (problem.retry_after()) {
    response.headers.emplace_back("Retry-After", std::to_string(*problem.retry_after()));
  }
  response.headers.insert(response.headers.end(), problem.headers().begin(),
                          problem.headers().end());
  return response;
}

Response answer_of(std::exception_ptr thrown, std::string_view request_id) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const Problem& problem) {
    return answer_of(problem, request_id);
  } catch (const store::DatabaseError& error) {
    return answer_of(of_database(error, request_id), request_id);
  } catch (const StartError& error) {
    return answer_of(of_failure(error, request_id), request_id);
  } catch (const Error& error) {
    return answer_of(Problem(400, error.what()), request_id);
  } catch (const std::exception& error) {
    return answer_of(of_failure(error, request_id), request_id);
  }
}

std::string head_of(const Response& response, const WireHead& head) {
  std::string out;
  out.reserve(1024);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                 title_of(response.status));
  append_header(out, "Date", head.date);
  append_header(out, "X-Request-Id", head.request_id);
  for (const auto& [name, value] : response.headers) append_header(out, name, value);
  if (!response.content_type.empty()) {
    append_header(out, "Content-Type", response.content_type);
    if (!has_header(response, "Cache-Control")) append_header(out, "Cache-Control", "no-store");
  }
  for (const auto& [name, value] : kSecurity) {
    if (!has_header(response, name)) append_header(out, name, value);
  }
  if (head.tls) append_header(out, "Strict-Transport-Security", kOnlyTls);
  const bool may_have_body =
      response.status >= 200 && response.status != 204 && response.status != 304;
  if (response.stream) {
    append_header(out, "X-Accel-Buffering", "no");
    if (!head.http_1_0) append_header(out, "Transfer-Encoding", "chunked");
  } else if (may_have_body) {
    append_header(out, "Content-Length", std::to_string(response.content().size()));
  }
  if (!head.keep_alive) append_header(out, "Connection", "close");
  if (head.keep_alive && head.http_1_0) append_header(out, "Connection", "keep-alive");
  out.append("\r\n");
  return out;
}

std::string_view http_date() {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  thread_local std::time_t second = -1;
  thread_local std::string text;
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  if (now != second) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    text =
        fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                    kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
    second = now;
  }
  return text;
}

}  // namespace reckoner::web
