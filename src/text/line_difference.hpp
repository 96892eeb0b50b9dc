#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::text {

enum class LineChange { kSame, kRemoved, kAdded };

/// A line of one text or of both, without its line break.
struct DifferentLine {
  LineChange change = LineChange::kSame;
  std::string text;
  std::size_t before = 0;  ///< its number in the text before, from 1; 0 when it is added
  std::size_t after = 0;   ///< its number in the text after, from 1; 0 when it is removed
  friend bool operator==(const DifferentLine&, const DifferentLine&) = default;
};

/// All lines of both texts in order; of a change those removed come before those added. Lines that
/// stand once in each text hold the others in their places, and between them as few as possible
/// change; only of a stretch that has little in common at all is everything removed and added. A
/// last line without a line break is another one than the same with it. Time and memory are bounded
/// by the texts' size, nearly linear.
std::vector<DifferentLine> line_difference(std::string_view before, std::string_view after);

/// A change with some lines around it.
struct Hunk {
  std::size_t before = 0;  ///< number of its first line in the text before, or where it would be
  std::size_t after = 0;   ///< the same in the text after
  std::vector<DifferentLine> lines;
};

/// The changes, each with up to `context` lines before and behind it; those that would touch are
/// one.
std::vector<Hunk> hunks_of(const std::vector<DifferentLine>& lines, std::size_t context);

std::size_t count(const std::vector<DifferentLine>& lines, LineChange change);

}  // namespace reckoner::text
