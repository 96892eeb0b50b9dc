#include "golden/bill_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/error.hpp"

namespace reckoner::bill {

namespace {

/// Words apart at blanks; "…" holds blanks together. A word that begins with # ends the line.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    if (text[at] == '#') break;
    const bool quoted = text[at] == '"';
    const std::size_t from = at + (quoted ? 1 : 0);
    const std::size_t end = text.find(quoted ? '"' : ' ', from);
    if (quoted && end == text.npos) throw Error("a quote is never closed");
    words.emplace_back(text.substr(from, end - from));
    at = end == text.npos ? text.size() : end + 1;
  }
  return words;
}

bool is_date(std::string_view word) {
  return word.size() == 10 && word[4] == '-' && word[7] == '-';
}

bool is_time(std::string_view word) {
  return (word.size() == 5 || (word.size() == 6 && word.back() == 'Z')) && word[2] == ':';
}

bool is_block(const Step& step) {
  constexpr std::array<std::string_view, 5> kBlocks{"prices", "meters", "taxes", "rules",
                                                    "population"};
  if (std::find(kBlocks.begin(), kBlocks.end(), step.verb) != kBlocks.end()) return true;
  return step.verb == "expect" && step.words.size() == 1 && step.words.front() != "nothing";
}

class Reader {
 public:
  explicit Reader(const std::string& file) {
    story_.file = file;
    std::ifstream stream(file);
    if (!stream) throw Error(fmt::format("cannot read {}", file));
    for (std::string line; std::getline(stream, line);) story_.lines.push_back(line);
  }

  Story read() {
    while (at_ < story_.lines.size()) {
      const std::size_t line = at_ + 1;
      try {
        read_line();
      } catch (Error& error) {
        throw Error(fmt::format("{}:{}: {}", story_.file, line, error.what()));
      }
    }
    if (story_.title.empty()) throw Error(fmt::format("{}:1: no line 'story TITLE'", story_.file));
    return std::move(story_);
  }

 private:
  void read_line() {
    const std::string text = squeezed(story_.lines[at_++]);
    if (text.empty() || text.front() == '#') return;
    constexpr std::string_view kStory = "story ";
    constexpr std::string_view kNotCompared = "late: not compared, because ";
    constexpr std::string_view kLateExpect = "late: expect ";
    constexpr std::string_view kRefused = "refused ";
    if (text.starts_with(kStory)) {
      story_.title = text.substr(kStory.size());
    } else if (text.starts_with(kNotCompared)) {
      story_.not_compared = text.substr(kNotCompared.size());
    } else if (text.starts_with(kLateExpect)) {
      story_.late.push_back(step_of(std::string_view(text).substr(text.find(' ') + 1)));
    } else if (text.starts_with(kRefused)) {
      if (story_.steps.empty()) throw Error("nothing stands before it");
      story_.steps.back().refused = text.substr(kRefused.size());
    } else {
      story_.steps.push_back(step_of(text));
    }
  }

  Step step_of(std::string_view text) {
    Step step;
    step.line = static_cast<int>(at_);
    std::vector<std::string> words = split(text);
    const auto take = [&] {
      if (words.empty()) throw Error("a verb is missing");
      std::string word = words.front();
      words.erase(words.begin());
      return word;
    };
    if (is_date(words.front())) step.day = time::parse_date(take());
    if (!words.empty() && is_time(words.front())) step.time_of_day = take();
    step.verb = take();
    step.words = std::move(words);
    step.is_block = is_block(step);
    story_.has_usage = story_.has_usage || step.verb == "usage";
    if (step.is_block) read_body(step);
    return step;
  }

  void read_body(Step& step) {
    for (; at_ < story_.lines.size(); ++at_) {
      const std::string text = squeezed(story_.lines[at_]);
      if (text == "end") {
        step.ends_at = static_cast<int>(++at_);
        return;
      }
      if (text.empty() || text.front() == '#') continue;
      step.body.push_back(step.verb == "expect" ? text.substr(0, text.find(" #")) : text);
    }
    throw Error("no 'end' closes the block");
  }

  Story story_;
  std::size_t at_ = 0;
};

}  // namespace

std::string Words::next(std::string_view what) {
  if (words_.empty()) throw Error(fmt::format("{} is missing", what));
  std::string word = std::move(words_.front());
  words_.erase(words_.begin());
  return word;
}

bool Words::take(std::string_view word) {
  if (words_.empty() || words_.front() != word) return false;
  words_.erase(words_.begin());
  return true;
}

std::optional<std::string> Words::option(std::string_view name) {
  const auto found = std::find(words_.begin(), words_.end(), name);
  if (found == words_.end()) return std::nullopt;
  if (std::next(found) == words_.end()) throw Error(fmt::format("nothing follows '{}'", name));
  std::string value = *std::next(found);
  words_.erase(found, std::next(found, 2));
  return value;
}

std::optional<time::Date> Words::date(std::string_view name) {
  const std::optional<std::string> value = option(name);
  if (!value) return std::nullopt;
  return time::parse_date(*value);
}

std::optional<std::string> Words::rest_of(std::string_view name) {
  const auto found = std::find(words_.begin(), words_.end(), name);
  if (found == words_.end()) return std::nullopt;
  std::string rest = fmt::format("{}", fmt::join(std::next(found), words_.end(), " "));
  words_.erase(found, words_.end());
  return rest;
}

bool Words::flag(std::string_view name) {
  const auto found = std::find(words_.begin(), words_.end(), name);
  if (found == words_.end()) return false;
  words_.erase(found);
  return true;
}

std::map<std::string, std::string> Words::pairs() {
  std::map<std::string, std::string> pairs;
  for (const std::string& word : words_) {
    const std::size_t equals = word.find('=');
    if (equals != word.npos) pairs[word.substr(0, equals)] = word.substr(equals + 1);
  }
  std::erase_if(words_, [](const std::string& word) { return word.find('=') != word.npos; });
  return pairs;
}

void Words::done() const {
  if (!words_.empty()) throw Error(fmt::format("'{}' means nothing here", words_.front()));
}

Story read_story(const std::string& file) {
  return Reader(file).read();
}

void rewrite(const Story& story, const std::map<int, std::vector<std::string>>& bodies) {
  std::ofstream stream(story.file);
  const auto copy = [&](int line) {
    stream << story.lines[static_cast<std::size_t>(line - 1)] << '\n';
  };
  std::map<int, int> ends;
  for (const auto* steps : {&story.steps, &story.late}) {
    for (const Step& step : *steps) ends[step.line] = step.ends_at;
  }
  for (int line = 1; line <= static_cast<int>(story.lines.size()); ++line) {
    copy(line);
    const auto body = bodies.find(line);
    if (body == bodies.end()) continue;
    const int end = ends.at(line);
    while (++line < end) {
      if (squeezed(story.lines[static_cast<std::size_t>(line - 1)]).starts_with('#')) copy(line);
    }
    for (const std::string& text : body->second) stream << "  " << text << '\n';
    copy(end);
  }
  if (!stream) throw Error(fmt::format("cannot write {}", story.file));
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace reckoner::bill
