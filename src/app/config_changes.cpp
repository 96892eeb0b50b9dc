#include "app/config_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

namespace reckoner::app {

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

/// Beyond this many pairs of lines the middle of two texts counts as changed whole.
constexpr std::size_t kPairsMax = 16'000'000;

using Lines = std::span<const std::string>;

/// Marks the lines of both texts that belong to a longest common subsequence, from the given line
/// numbers on.
void mark_common_middle(Lines before, Lines after, std::size_t first,
                        std::vector<bool>& common_before, std::vector<bool>& common_after) {
  const std::size_t rows = before.size();
  const std::size_t columns = after.size();
  if (rows != 0 && columns > kPairsMax / rows) return;
  std::vector<std::vector<std::uint32_t>> longest(rows + 1,
                                                  std::vector<std::uint32_t>(columns + 1));
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      longest[i][j] = before[i] == after[j] ? longest[i + 1][j + 1] + 1
                                            : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
    if (before[i] == after[j]) {
      common_before[first + i++] = common_after[first + j++] = true;
    } else if (longest[i + 1][j] >= longest[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
}

void mark_common(const std::vector<std::string>& before, const std::vector<std::string>& after,
                 std::vector<bool>& common_before, std::vector<bool>& common_after) {
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0;
  while (head < shorter && before[head] == after[head]) {
    common_before[head] = common_after[head] = true;
    ++head;
  }
  std::size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    common_before[before.size() - 1 - tail] = common_after[after.size() - 1 - tail] = true;
    ++tail;
  }
  mark_common_middle(Lines(before).subspan(head, before.size() - head - tail),
                     Lines(after).subspan(head, after.size() - head - tail), head, common_before,
                     common_after);
}

std::vector<std::string> numbered(const std::vector<std::string>& lines,
                                  const std::vector<bool>& common) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!common[i]) result.push_back(fmt::format("{}: {}", i + 1, lines[i]));
  }
  return result;
}

FileChange compare(const std::string& name, const std::string& before, const std::string& after) {
  const std::vector<std::string> old_lines = lines_of(before);
  const std::vector<std::string> new_lines = lines_of(after);
  std::vector<bool> common_before(old_lines.size());
  std::vector<bool> common_after(new_lines.size());
  mark_common(old_lines, new_lines, common_before, common_after);
  return {name, "changed", numbered(old_lines, common_before), numbered(new_lines, common_after)};
}

}  // namespace

std::vector<FileChange> changes_between(const config::Files& before, const config::Files& after) {
  std::set<std::string> names;
  for (const auto& [name, content] : before.content) names.insert(name);
  for (const auto& [name, content] : after.content) names.insert(name);
  std::vector<FileChange> changes;
  for (const std::string& name : names) {
    const auto old_file = before.content.find(name);
    const auto new_file = after.content.find(name);
    if (old_file == before.content.end()) {
      changes.push_back({name, "added", {}, {}});
    } else if (new_file == after.content.end()) {
      changes.push_back({name, "removed", {}, {}});
    } else if (old_file->second != new_file->second) {
      changes.push_back(compare(name, old_file->second, new_file->second));
    }
  }
  for (const auto& [name, hash] : after.libraries) {
    const auto old_library = before.libraries.find(name);
    if (old_library == before.libraries.end() || old_library->second != hash) {
      changes.push_back(
          {name, old_library == before.libraries.end() ? "added" : "changed", {}, {}});
    }
  }
  for (const auto& [name, hash] : before.libraries) {
    if (!after.libraries.contains(name)) changes.push_back({name, "removed", {}, {}});
  }
  return changes;
}

}  // namespace reckoner::app
