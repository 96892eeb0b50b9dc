#pragma once

#include <string>
#include <string_view>

namespace reckoner::bench {

/// An HTTP answer whose bytes come in pieces, one at a time over a connection.
class HttpAnswer {
 public:
  void clear() { bytes_.clear(); }
  void add(std::string_view piece) { bytes_ += piece; }
  /// The status once the answer is there whole, 0 before. Throws Error for what is no answer, and
  /// for one that does not say its length.
  int status() const;
  /// Of one that is there whole.
  std::string_view body() const;
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace reckoner::bench
