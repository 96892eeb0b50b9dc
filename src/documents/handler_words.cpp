#include "documents/handler_words.hpp"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "documents/bidi.hpp"

namespace reckoner::documents {

namespace {

constexpr std::string_view kFigure = "{}";
constexpr std::string_view kText = "{t}";

/// What stands in a phrase's gaps.
struct Gap {
  std::string_view content;
  bool is_figure = false;
};

/// The gaps of a text that has the form of the phrase. Gaps are as long as they can be from the
/// left on, so that a title may hold what the phrase holds.
std::optional<std::vector<Gap>> gaps_of(std::string_view phrase, std::string_view text) {
  std::vector<Gap> gaps;
  while (true) {
    const std::size_t close = phrase.rfind('}');
    if (close == std::string_view::npos) break;
    const std::string_view behind = phrase.substr(close + 1);
    const std::size_t open = phrase.rfind('{');
    if (!text.ends_with(behind)) return std::nullopt;
    text.remove_suffix(behind.size());
    const bool is_figure = phrase.substr(open, close - open + 1) == kFigure;
    phrase = phrase.substr(0, open);
    const std::size_t before = phrase.rfind('}');
    const std::string_view between =
        before == std::string_view::npos ? phrase : phrase.substr(before + 1);
    const std::size_t found = before == std::string_view::npos
                                  ? (text.starts_with(between) ? 0 : text.npos)
                              : between.empty() ? text.npos
                                                : text.rfind(between);
    if (found == std::string_view::npos) return std::nullopt;
    const std::size_t begin = found + between.size();
    if (begin >= text.size()) return std::nullopt;
    gaps.push_back({text.substr(begin), is_figure});
    text = text.substr(0, begin);
  }
  if (text != phrase) return std::nullopt;
  std::reverse(gaps.begin(), gaps.end());
  return gaps;
}

/// "2869 GB" as the locale writes it; what is no figure as it is.
std::string figure(const LocaleFormat& format, std::string_view content) {
  const std::size_t end = std::min(content.find(' '), content.size());
  try {
    const std::string digits(content.substr(0, end));
    money::Decimal::parse(digits);
    return format.decimal(digits) + std::string(content.substr(end));
  } catch (const Error&) {
    return format.period(std::string(content));  // a month, or neither
  }
}

/// The text in the words of `phrases`, which are in the order of those in English; none where it
/// has the form of no phrase.
std::optional<std::string> said(const Phrases& english, const Phrases& phrases,
                                const LocaleFormat& format, std::string_view text) {
  for (std::size_t i = 0; i < english.size(); ++i) {
    const auto gaps = gaps_of(english[i], text);
    if (!gaps) continue;
    fmt::dynamic_format_arg_store<fmt::format_context> values;
    bool mixed = false;
    for (const Gap& gap : *gaps) {
      std::string value(gap.content);
      if (gap.is_figure) {
        value = figure(format, gap.content);
      } else if (const auto inner = said(english, phrases, format, gap.content)) {
        value = *inner;
      }
      mixed = mixed || has_right_to_left(value);
      values.push_back(isolated(value));
    }
    std::string pattern(phrases[i]);
    for (std::size_t at = 0; (at = pattern.find(kText, at)) != std::string::npos;) {
      pattern.replace(at, kText.size(), kFigure);
    }
    const std::string result = fmt::vformat(pattern, values);
    return mixed ? left_to_right(result) : result;
  }
  return std::nullopt;
}

/// The phrase, or a phrase behind "title: ".
std::string said_behind(const Phrases& english, const Phrases& phrases, const LocaleFormat& format,
                        std::string_view text) {
  constexpr std::string_view kBehind = ": ";
  if (auto whole = said(english, phrases, format, text)) return *whole;
  const std::size_t at = text.rfind(kBehind);
  if (at == std::string_view::npos) return std::string(text);
  const std::size_t begin = at + kBehind.size();
  const auto behind = said(english, phrases, format, text.substr(begin));
  if (!behind) return std::string(text);
  const std::string title(text.substr(0, at));
  const std::string result = fmt::format("{}: {}", isolated(title), *behind);
  return has_right_to_left(result) ? left_to_right(result) : result;
}

}  // namespace

std::string said_of_line(const PageWords& words, const LocaleFormat& format,
                         std::string_view description) {
  return said(page_words("en").lines, words.lines, format, description)
      .value_or(std::string(description));
}

std::string said_of_step(const PageWords& words, const LocaleFormat& format,
                         std::string_view label) {
  return said_behind(page_words("en").steps, words.steps, format, label);
}

std::string said_of_word(const PageWords& words, std::string_view word) {
  const Phrases& english = page_words("en").remarks;
  const auto found = std::find(english.begin(), english.end(), word);
  return std::string(found == english.end()
                         ? word
                         : words.remarks[static_cast<std::size_t>(found - english.begin())]);
}

}  // namespace reckoner::documents
