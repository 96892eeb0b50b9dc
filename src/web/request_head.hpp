#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "web/http.hpp"

namespace reckoner::web {

/// What a request may take up, in bytes where nothing else is said.
struct RequestLimits {
  std::size_t head_max = 32 * 1024;  ///< request line and headers
  std::size_t headers_max = 100;     ///< how many
  std::size_t target_max = 8 * 1024;
  std::size_t body_max = 16 * 1024 * 1024;
};

/// How the end of a request's body is found.
enum class Framing { kNoBody, kLength, kChunked };

/// What stands in front of a body.
struct RequestHead {
  Request request;       ///< method, path, query and headers
  std::string raw_path;  ///< as it was sent, without the query
  Framing framing = Framing::kNoBody;
  std::uint64_t content_length = 0;  ///< with kLength; above zero
  bool keep_alive = true;            ///< the connection may go on afterwards
  bool http_1_0 = false;
  bool expects_continue = false;  ///< waits for 100 before it sends the body
};

/// The length of the head at the beginning of `bytes`, the empty line at its end included; 0 while
/// its end is not there. Empty lines in front of the request count as a part of it. `searched`
/// bytes are known to hold no end. Throws Problem 400 for a line that ends without CR.
std::size_t find_head_end(std::string_view bytes, std::size_t searched);

/// Reads a whole head (RFC 9112). Strict where being lenient lets two programs see different
/// requests in the same bytes: throws Problem 400 for Content-Length beside Transfer-Encoding, a
/// header given twice that may not be, folded lines, blanks before a colon, control characters,
/// wrong escapes; 414, 431, 417, 501 and 505 as their names say. Pure.
RequestHead parse_request_head(std::string_view head, const RequestLimits& limits);

/// Takes a body out of its chunks, piece by piece. Extensions and trailers are read and dropped.
class ChunkedBody {
 public:
  /// `max` bytes of content; a larger one throws Problem 413.
  explicit ChunkedBody(std::size_t max) : max_(max) {}

  /// Appends the content of `bytes` to `body` and gives how many bytes were used: all, or those up
  /// to the body's end. Throws Problem 400 for what is no chunk.
  std::size_t take(std::string_view bytes, std::string& body);
  bool complete() const { return state_ == State::kComplete; }

 private:
  enum class State { kSize, kExtension, kSizeEnd, kData, kDataCr, kDataLf, kTrailer, kComplete };
  void take_sign(char c);

  const std::size_t max_;
  State state_ = State::kSize;
  std::uint64_t left_ = 0;        ///< bytes of the present chunk
  int digits_ = 0;                ///< of its size
  std::size_t overhead_ = 0;      ///< bytes of the present extension, or of all trailers
  std::size_t trailer_line_ = 0;  ///< bytes of the present trailer
  bool cr_ = false;               ///< the last byte of the trailer was one
};

}  // namespace reckoner::web
