#include "app/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.hpp"

namespace reckoner::app {

namespace {
void print(std::FILE* stream, std::string_view text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), stream) == text.size();
  if (!whole || std::fflush(stream) != 0) {
    if (stream == stdout) throw Error("standard output cannot be written");
  }
}

constexpr std::int64_t kBarWidth = 32;
constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kPlainLine{2};
}  // namespace

void Console::result(std::string_view text) const {
  print(stdout, text);
  if (!text.ends_with('\n')) print(stdout, "\n");
}

void Console::result(text::JsonWriter& json) const {
  result(json.finish());
}

void Console::note(std::string_view text) const {
  if (!notes()) return;
  print(stdout, text);
  if (!text.ends_with('\n')) print(stdout, "\n");
}

ProgressBar::ProgressBar(const Console& console, std::string title)
    : shown_(console.notes()),
      terminal_(isatty(STDERR_FILENO) == 1),
      title_(std::move(title)),
      started_(std::chrono::steady_clock::now()),
      drawn_(started_) {}

ProgressBar::~ProgressBar() {
  if (total_ > 0) draw(true);
}

void ProgressBar::show(std::int64_t done, std::int64_t total) {
  done_ = done;
  total_ = total;
  const auto since = std::chrono::steady_clock::now() - drawn_;
  if (terminal_ ? since >= kRedraw : since >= kPlainLine) draw(false);
}

void ProgressBar::draw(bool last) {
  if (!shown_ || total_ == 0) return;
  drawn_ = std::chrono::steady_clock::now();
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(drawn_ - started_).count();
  const std::int64_t rate = elapsed == 0 ? done_ : done_ * 1000 / elapsed;
  const std::string counts = fmt::format("{} of {}, {}/s", done_, total_, rate);
  if (!terminal_) {
    print(stderr, fmt::format("{}: {}\n", title_, counts));
    return;
  }
  const auto filled = static_cast<std::size_t>(kBarWidth * done_ / total_);
  print(stderr, fmt::format("\r{} [{}{}] {}\033[K{}", title_, std::string(filled, '#'),
                            std::string(kBarWidth - filled, '.'), counts, last ? "\n" : ""));
}

}  // namespace reckoner::app
