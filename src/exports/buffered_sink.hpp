#pragma once

#include <string>
#include <utility>

#include "exports/entry.hpp"

namespace reckoner::exports {

/// Gathers small pieces for a sink.
class BufferedSink {
 public:
  static constexpr std::size_t kPieceBytes = 1U << 16U;

  explicit BufferedSink(Sink sink) : sink_(std::move(sink)) { buffer_.reserve(2 * kPieceBytes); }

  std::string& buffer() { return buffer_; }
  /// Hands on what has gathered, where it is a piece.
  void pass_on() {
    if (buffer_.size() >= kPieceBytes) flush();
  }
  void flush() {
    if (!buffer_.empty()) sink_(buffer_);
    buffer_.clear();
  }

 private:
  Sink sink_;
  std::string buffer_;
};

}  // namespace reckoner::exports
