#include "meters/json_path.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::meters {

namespace {
using Step = std::variant<std::string, std::int64_t>;

/// Reads what follows "$".
class StepReader {
 public:
  StepReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::vector<Step> steps() {
    std::vector<Step> steps;
    while (at_ < text_.size()) {
      const char sign = text_[at_++];
      if (sign == '.') {
        steps.emplace_back(dotted_name());
      } else if (sign == '[') {
        steps.push_back(bracketed());
      } else {
        --at_;
        fail("a name begins with '.' or '['");
      }
    }
    return steps;
  }

 private:
  [[noreturn]] void fail(std::string_view reason) const {
    throw Error(fmt::format("'{}' is no JSONPath: {} (at sign {})", text::printable(text_), reason,
                            at_ + 1));
  }
  [[noreturn]] void fail_several() const {
    fail("it must name one place: '*', '..', ':', ',' and '?' name several");
  }

  std::string dotted_name() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(".[", at_), text_.size());
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty() && at_ < text_.size() && text_[at_] == '.') fail_several();
    if (name == "*") fail_several();
    if (name.empty()) fail("a name is missing");
    if (name.find_first_of(" ]'\"") != std::string_view::npos) {
      fail(fmt::format("write ['{}'] for a name with such signs", text::printable(name)));
    }
    return std::string(name);
  }

  Step bracketed() {
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      std::string name = quoted_name(text_[at_]);
      close();
      return name;
    }
    const std::size_t end = std::min(text_.find(']', at_), text_.size());
    const std::string_view inside = text_.substr(at_, end - at_);
    if (inside.find_first_of("*:,?") != std::string_view::npos) fail_several();
    std::int64_t index = 0;
    const auto [stopped, error] =
        std::from_chars(inside.data(), inside.data() + inside.size(), index);
    if (error != std::errc() || stopped != inside.data() + inside.size()) {
      fail("in brackets stands a name in quotes or the number of an item");
    }
    at_ = end;
    close();
    return index;
  }

  std::string quoted_name(char quote) {
    std::string name;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        if (text_[at_] != quote && text_[at_] != '\\') {
          fail("'\\' stands only in front of a quote or another '\\'");
        }
      }
      name += text_[at_];
    }
    if (at_ == text_.size()) fail("the quote does not end");
    ++at_;
    return name;
  }

  void close() {
    if (at_ == text_.size() || text_[at_] != ']') fail("']' is missing");
    ++at_;
  }

  const std::string_view text_;
  std::size_t at_;
};

std::vector<Step> dotted_steps(std::string_view text) {
  std::vector<Step> steps;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    if (dot == at) {
      throw Error(fmt::format("'{}' has an empty name", text::printable(text)));
    }
    steps.emplace_back(std::string(text.substr(at, dot - at)));
    at = dot + 1;
  }
  return steps;
}
}  // namespace

JsonPath JsonPath::parse(std::string_view text) {
  JsonPath path;
  const bool is_query = text == "$" || text.starts_with("$.") || text.starts_with("$[");
  path.steps_ = is_query ? StepReader(text, 1).steps() : dotted_steps(text);
  return path;
}

const text::Json* JsonPath::find(const text::Json& json) const {
  const text::Json* found = &json;
  for (const Step& step : steps_) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      found = found->find(*name);
    } else if (found->kind() == text::Json::Kind::kArray) {
      const std::vector<text::Json>& items = found->as_array();
      const auto size = static_cast<std::int64_t>(items.size());
      std::int64_t index = std::get<std::int64_t>(step);
      if (index < 0) index += size;
      found = index >= 0 && index < size ? &items[static_cast<std::size_t>(index)] : nullptr;
    } else {
      found = nullptr;
    }
    if (found == nullptr) return nullptr;
  }
  return found;
}

}  // namespace reckoner::meters
