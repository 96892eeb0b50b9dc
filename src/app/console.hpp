#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "text/json.hpp"

namespace reckoner::app {

enum class Output { kText, kJson };

/// Where results go: standard output. With kJson every command prints one JSON document there and
/// nothing else.
class Console {
 public:
  Console(Output output, bool quiet) : output_(output), quiet_(quiet) {}

  bool json() const { return output_ == Output::kJson; }
  /// The result of a command.
  void result(std::string_view text) const;
  void result(text::JsonWriter& json) const;
  /// What a person likes to know on the way; not with --json or --quiet.
  void note(std::string_view text) const;
  bool notes() const { return !json() && !quiet_; }

 private:
  Output output_;
  bool quiet_;
};

/// Shows how far long work is: a bar that redraws itself on a terminal, a line every two seconds
/// elsewhere. Goes to standard error, and nowhere when the console has no notes.
class ProgressBar {
 public:
  ProgressBar(const Console& console, std::string title);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::int64_t done, std::int64_t total);

 private:
  void draw(bool last);

  const bool shown_;
  const bool terminal_;
  const std::string title_;
  const std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace reckoner::app
