#include "text/line_difference.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_map>

namespace reckoner::text {

namespace {

/// A stretch with more changes than this is removed and added whole.
constexpr int kChangesMax = 1'000;

/// Lines with their line breaks.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

using Ids = std::span<const int>;

/// Marks which lines of two texts are the same, line for line in order.
class Matcher {
 public:
  Matcher(Ids before, Ids after)
      : before_(before), after_(after), kept_before_(before.size()), kept_after_(after.size()) {}

  void run() { match({0, before_.size(), 0, after_.size()}); }
  const std::vector<bool>& kept_before() const { return kept_before_; }
  const std::vector<bool>& kept_after() const { return kept_after_; }

 private:
  struct Box {
    std::size_t before, before_end, after, after_end;
    bool is_empty() const { return before == before_end || after == after_end; }
  };

  void keep(std::size_t before, std::size_t after) {
    kept_before_[before] = kept_after_[after] = true;
  }

  /// Takes equal lines off both ends.
  void trim(Box& box) {
    while (!box.is_empty() && before_[box.before] == after_[box.after]) {
      keep(box.before++, box.after++);
    }
    while (!box.is_empty() && before_[box.before_end - 1] == after_[box.after_end - 1]) {
      keep(--box.before_end, --box.after_end);
    }
  }

  void match(Box box) {
    trim(box);
    if (box.is_empty()) return;
    const auto anchors = anchors_of(box);
    if (anchors.empty()) return match_shortest(box);
    Box rest = box;
    for (const auto& [before, after] : anchors) {
      match_between({rest.before, before, rest.after, after});
      keep(before, after);
      rest.before = before + 1;
      rest.after = after + 1;
    }
    match_between(rest);
  }

  /// Between anchors lines may be unique that are not in the whole, but once is enough.
  void match_between(Box box) {
    trim(box);
    if (!box.is_empty()) match_shortest(box);
  }

  /// The longest row of lines that stand exactly once in both and in the same order.
  std::vector<std::pair<std::size_t, std::size_t>> anchors_of(const Box& box) const {
    struct Seen {
      int before = 0;
      int after = 0;
      std::size_t at_before = 0;
      std::size_t at_after = 0;
    };
    std::unordered_map<int, Seen> seen;
    for (std::size_t i = box.before; i < box.before_end; ++i) {
      Seen& one = seen[before_[i]];
      ++one.before;
      one.at_before = i;
    }
    for (std::size_t j = box.after; j < box.after_end; ++j) {
      Seen& one = seen[after_[j]];
      ++one.after;
      one.at_after = j;
    }
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (const auto& [id, one] : seen) {
      if (one.before == 1 && one.after == 1) pairs.emplace_back(one.at_before, one.at_after);
    }
    std::sort(pairs.begin(), pairs.end());
    return longest_increasing(pairs);
  }

  static std::vector<std::pair<std::size_t, std::size_t>> longest_increasing(
      const std::vector<std::pair<std::size_t, std::size_t>>& pairs) {
    std::vector<std::size_t> tails;  // of the rows of each length: index of the last pair
    std::vector<std::size_t> previous(pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto at = std::lower_bound(
          tails.begin(), tails.end(), pairs[i].second,
          [&](std::size_t tail, std::size_t value) { return pairs[tail].second < value; });
      previous[i] = at == tails.begin() ? pairs.size() : *(at - 1);
      if (at == tails.end()) {
        tails.push_back(i);
      } else {
        *at = i;
      }
    }
    std::vector<std::pair<std::size_t, std::size_t>> row;
    for (std::size_t i = tails.empty() ? pairs.size() : tails.back(); i < pairs.size();
         i = previous[i]) {
      row.push_back(pairs[i]);
    }
    std::reverse(row.begin(), row.end());
    return row;
  }

  /// Myers' greedy search for the fewest changes (An O(ND) Difference Algorithm, 1986).
  void match_shortest(const Box& box) {
    const auto rows = static_cast<int>(box.before_end - box.before);
    const auto columns = static_cast<int>(box.after_end - box.after);
    const int most = std::min(rows + columns, kChangesMax);
    const auto same = [&](int x, int y) {
      return before_[box.before + static_cast<std::size_t>(x)] ==
             after_[box.after + static_cast<std::size_t>(y)];
    };
    // reach[d][k + d]: how far into `before` d changes lead on diagonal k (x - y).
    std::vector<std::vector<int>> reach;
    const auto came_down = [&](int d, int k) {
      const std::vector<int>& last = reach[static_cast<std::size_t>(d - 1)];
      const auto at = [&](int diagonal) {
        return last[static_cast<std::size_t>(diagonal + d - 1)];
      };
      return k == -d || (k != d && at(k - 1) < at(k + 1));
    };
    for (int d = 0; d <= most; ++d) {
      reach.emplace_back(static_cast<std::size_t>(2 * d + 1));
      for (int k = -d; k <= d; k += 2) {
        int x = 0;
        if (d > 0) {
          const std::vector<int>& last = reach[static_cast<std::size_t>(d - 1)];
          x = came_down(d, k) ? last[static_cast<std::size_t>(k + 1 + d - 1)]
                              : last[static_cast<std::size_t>(k - 1 + d - 1)] + 1;
        }
        int y = x - k;
        while (x < rows && y < columns && x >= 0 && y >= 0 && same(x, y)) ++x, ++y;
        reach.back()[static_cast<std::size_t>(k + d)] = x;
        if (x >= rows && y >= columns) return trace_back(box, reach, d, k, came_down);
      }
    }
  }

  template <class CameDown>
  void trace_back(const Box& box, const std::vector<std::vector<int>>& reach, int d, int k,
                  const CameDown& came_down) {
    int x = static_cast<int>(box.before_end - box.before);
    while (true) {
      const bool down = d > 0 && came_down(d, k);
      int start = 0;  // of the row of equal lines that ends at x
      if (d > 0) {
        const std::vector<int>& last = reach[static_cast<std::size_t>(d - 1)];
        start = down ? last[static_cast<std::size_t>(k + 1 + d - 1)]
                     : last[static_cast<std::size_t>(k - 1 + d - 1)] + 1;
      }
      for (; x > start; --x) {
        keep(box.before + static_cast<std::size_t>(x - 1),
             box.after + static_cast<std::size_t>(x - 1 - k));
      }
      if (d == 0) return;
      if (!down) --x;
      k += down ? 1 : -1;
      --d;
    }
  }

  const Ids before_;
  const Ids after_;
  std::vector<bool> kept_before_;
  std::vector<bool> kept_after_;
};

std::string without_break(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return std::string(line);
}

}  // namespace

std::vector<DifferentLine> line_difference(std::string_view before, std::string_view after) {
  const std::vector<std::string_view> old_lines = lines_of(before);
  const std::vector<std::string_view> new_lines = lines_of(after);
  std::unordered_map<std::string_view, int> ids;
  const auto ids_of = [&](const std::vector<std::string_view>& lines) {
    std::vector<int> of;
    of.reserve(lines.size());
    for (const std::string_view line : lines) {
      of.push_back(ids.try_emplace(line, static_cast<int>(ids.size())).first->second);
    }
    return of;
  };
  const std::vector<int> old_ids = ids_of(old_lines);
  const std::vector<int> new_ids = ids_of(new_lines);
  Matcher matcher(old_ids, new_ids);
  matcher.run();

  std::vector<DifferentLine> script;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < old_lines.size() || j < new_lines.size()) {
    if (i < old_lines.size() && !matcher.kept_before()[i]) {
      script.push_back({LineChange::kRemoved, without_break(old_lines[i]), i + 1, 0});
      ++i;
    } else if (j < new_lines.size() && !matcher.kept_after()[j]) {
      script.push_back({LineChange::kAdded, without_break(new_lines[j]), 0, j + 1});
      ++j;
    } else {
      script.push_back({LineChange::kSame, without_break(new_lines[j]), i + 1, j + 1});
      ++i;
      ++j;
    }
  }
  return script;
}

std::vector<Hunk> hunks_of(const std::vector<DifferentLine>& lines, std::size_t context) {
  std::vector<Hunk> hunks;
  std::size_t old_number = 1;
  std::size_t new_number = 1;
  std::size_t last_change = lines.size();  // none yet
  std::size_t next_change = 0;
  bool is_open = false;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    next_change = std::max(next_change, at);
    while (next_change < lines.size() && lines[next_change].change == LineChange::kSame) {
      ++next_change;
    }
    if (next_change == at) last_change = at;
    const bool near = (last_change < lines.size() && at - last_change <= context) ||
                      (next_change < lines.size() && next_change - at <= context);
    if (near && !is_open) hunks.push_back({old_number, new_number, {}});
    is_open = near;
    if (near) hunks.back().lines.push_back(lines[at]);
    if (lines[at].change != LineChange::kAdded) ++old_number;
    if (lines[at].change != LineChange::kRemoved) ++new_number;
  }
  return hunks;
}

std::size_t count(const std::vector<DifferentLine>& lines, LineChange change) {
  return static_cast<std::size_t>(
      std::count_if(lines.begin(), lines.end(),
                    [&](const DifferentLine& line) { return line.change == change; }));
}

}  // namespace reckoner::text
