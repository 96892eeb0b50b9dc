#include "web/request_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "web/percent.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kChunkOverheadMax = 4096;
constexpr int kChunkDigitsMax = 15;
constexpr std::size_t kLengthDigitsMax = 18;

[[noreturn]] void refuse(std::string detail) {
  throw Problem(400, std::move(detail));
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

/// RFC 9110, 5.6.2.
bool is_token_sign(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_sign);
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The text up to the next CRLF, which is taken off with it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return line;
}

void read_target(std::string_view target, RequestHead& head) {
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const std::size_t path = target.find('/', target.find("//") + 2);
    target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  if (target != "*" && !target.starts_with('/')) refuse("the request's target is not a path");
  for (const char c : target) {
    if (is_control(c) || c == '\t' || c == '#') {
      refuse("the request's target has a sign that must be escaped");
    }
  }
  const std::size_t question = target.find('?');
  head.raw_path = target.substr(0, question);
  auto path = percent_decoded(head.raw_path, Plus::kIsItself);
  if (!path) refuse("the path has a wrong escape, or is not UTF-8");
  head.request.path = *std::move(path);
  if (question == std::string_view::npos) return;
  std::string_view query = target.substr(question + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view entry = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (entry.empty()) continue;
    const std::size_t equals = entry.find('=');
    auto name = percent_decoded(entry.substr(0, equals), Plus::kIsBlank);
    auto value = percent_decoded(
        equals == std::string_view::npos ? std::string_view() : entry.substr(equals + 1),
        Plus::kIsBlank);
    if (!name || !value) refuse("the query has a wrong escape, or is not UTF-8");
    head.request.query.emplace_back(*std::move(name), *std::move(value));
  }
}

void read_request_line(std::string_view line, const RequestLimits& limits, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    refuse("the request line is not METHOD TARGET VERSION");
  }
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) refuse("the request line does not begin with a method");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.starts_with("HTTP/") && version.size() == 8) {
      throw Problem(505, "only HTTP/1.1 and HTTP/1.0 are spoken");
    }
    refuse("the request line does not end with a version of HTTP");
  }
  if (target.size() > limits.target_max) {
    throw Problem(414, fmt::format("the target has {} bytes, of {} allowed", target.size(),
                                   limits.target_max));
  }
  if (target.empty() || target.find(' ') != std::string_view::npos) {
    refuse("the request line is not METHOD TARGET VERSION");
  }
  head.http_1_0 = version == "HTTP/1.0";
  head.request.method = method;
  read_target(target, head);
}

void read_header(std::string_view line, RequestHead& head) {
  if (line.front() == ' ' || line.front() == '\t') refuse("a header goes on in a second line");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) refuse("a header has no colon");
  const std::string_view name = line.substr(0, colon);
  if (!is_token(name)) refuse("a header's name has a sign that is not allowed");
  const std::string_view value = without_blanks(line.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(), is_control)) {
    refuse("a header's value has a control character");
  }
  std::string key(name);
  std::transform(key.begin(), key.end(), key.begin(), lower);
  head.request.headers.emplace(std::move(key), std::string(value));
}

/// The value of a header that may stand once; nullptr when there is none.
const std::string* only_header(const RequestHead& head, std::string_view name) {
  const auto [first, last] = head.request.headers.equal_range(name);
  if (first == last) return nullptr;
  if (std::next(first) != last) refuse(fmt::format("there are several {} headers", name));
  return &first->second;
}

void read_framing(RequestHead& head) {
  const std::string* length = only_header(head, "content-length");
  const std::string* coding = only_header(head, "transfer-encoding");
  if (length != nullptr && coding != nullptr) {
    refuse("both content-length and transfer-encoding are given");
  }
  if (coding != nullptr) {
    if (head.http_1_0) refuse("HTTP/1.0 has no transfer-encoding");
    if (!equals_ignoring_case(*coding, "chunked")) {
      throw Problem(501, "the only transfer-encoding is chunked");
    }
    head.framing = Framing::kChunked;
  }
  if (length != nullptr) {
    const auto [end, error] =
        std::from_chars(length->data(), length->data() + length->size(), head.content_length);
    const bool digits =
        std::all_of(length->begin(), length->end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || length->size() > kLengthDigitsMax || error != std::errc() ||
        end != length->data() + length->size()) {
      refuse("content-length is not a number of bytes");
    }
    if (head.content_length > 0) head.framing = Framing::kLength;
  }
}

/// Calls visit with each of the words of a list header.
template <class Visit>
void for_each_word(const RequestHead& head, std::string_view name, Visit visit) {
  const auto [first, last] = head.request.headers.equal_range(name);
  for (auto header = first; header != last; ++header) {
    std::string_view left = header->second;
    while (!left.empty()) {
      const std::size_t end = std::min(left.find(','), left.size());
      visit(without_blanks(left.substr(0, end)));
      left.remove_prefix(std::min(end + 1, left.size()));
    }
  }
}

void read_connection(RequestHead& head) {
  head.keep_alive = !head.http_1_0;
  bool close = false;
  for_each_word(head, "connection", [&](std::string_view word) {
    if (equals_ignoring_case(word, "keep-alive")) head.keep_alive = true;
    if (equals_ignoring_case(word, "close")) close = true;
  });
  if (close) head.keep_alive = false;
  const std::string* host = only_header(head, "host");
  if (host == nullptr && !head.http_1_0) refuse("there is no host header");
  only_header(head, "content-type");
  const auto expect = head.request.headers.find("expect");
  if (expect == head.request.headers.end() || head.http_1_0) return;
  if (!equals_ignoring_case(expect->second, "100-continue")) {
    throw Problem(417, "nothing can be expected but 100-continue");
  }
  head.expects_continue = true;
}

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t searched) {
  std::size_t start = 0;
  while (bytes.substr(start).starts_with("\r\n")) start += 2;
  std::size_t from = std::max(start, searched);
  while (true) {
    const std::size_t line_end = bytes.find('\n', from);
    if (line_end == std::string_view::npos) return 0;
    if (line_end == 0 || bytes[line_end - 1] != '\r') refuse("a line ends without CR");
    if (line_end >= start + 3 && bytes[line_end - 2] == '\n') return line_end + 1;
    from = line_end + 1;
  }
}

RequestHead parse_request_head(std::string_view head, const RequestLimits& limits) {
  while (head.starts_with("\r\n")) head.remove_prefix(2);
  RequestHead parsed;
  read_request_line(take_line(head), limits, parsed);
  std::size_t count = 0;
  while (true) {
    const std::string_view line = take_line(head);
    if (line.empty()) break;
    if (++count > limits.headers_max) {
      throw Problem(431, fmt::format("there are more than {} headers", limits.headers_max));
    }
    read_header(line, parsed);
  }
  read_framing(parsed);
  read_connection(parsed);
  return parsed;
}

std::size_t ChunkedBody::take(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && !complete()) {
    if (state_ != State::kData) {
      take_sign(bytes[used++]);
      if (state_ == State::kData && left_ > max_ - std::min(max_, body.size())) {
        throw Problem(413, fmt::format("the body has more than {} bytes", max_));
      }
      continue;
    }
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
    body.append(bytes.substr(used, count));
    used += count;
    left_ -= count;
    if (left_ == 0) state_ = State::kDataCr;
  }
  return used;
}

void ChunkedBody::take_sign(char c) {
  switch (state_) {
    case State::kSize: {
      std::uint64_t value = 0;
      if (std::from_chars(&c, &c + 1, value, 16).ec == std::errc()) {
        if (++digits_ > kChunkDigitsMax) refuse("a chunk's size is too long");
        left_ = left_ * 16 + value;
        return;
      }
      if (digits_ == 0) refuse("a chunk does not begin with its size");
      overhead_ = 0;
      if (c == '\r') {
        state_ = State::kSizeEnd;
      } else if (c == ';' || c == ' ' || c == '\t') {
        state_ = State::kExtension;
      } else {
        refuse("a chunk's size is no hexadecimal number");
      }
      return;
    }
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeEnd;
      } else if (is_control(c) || ++overhead_ > kChunkOverheadMax) {
        refuse("a chunk's extension is too long, or has a control character");
      }
      return;
    case State::kSizeEnd:
      if (c != '\n') refuse("a chunk's size does not end with CR LF");
      digits_ = 0;
      overhead_ = 0;
      state_ = left_ > 0 ? State::kData : State::kTrailer;
      return;
    case State::kDataCr:
      if (c != '\r') refuse("a chunk does not end where its size says");
      state_ = State::kDataLf;
      return;
    case State::kDataLf:
      if (c != '\n') refuse("a chunk does not end where its size says");
      state_ = State::kSize;
      return;
    case State::kTrailer:
      if (cr_ && c != '\n') refuse("a trailer has a control character");
      if (c == '\n') {
        if (!cr_) refuse("a line ends without CR");
        cr_ = false;
        if (trailer_line_ == 0) state_ = State::kComplete;
        trailer_line_ = 0;
      } else if (c == '\r') {
        cr_ = true;
      } else {
        ++trailer_line_;
        if (is_control(c) || ++overhead_ > kChunkOverheadMax) {
          refuse("the trailers are too long, or have a control character");
        }
      }
      return;
    case State::kData:
    case State::kComplete:
      RK_CHECK(false);
  }
}

}  // namespace reckoner::web
