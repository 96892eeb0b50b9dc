#include "config/xml_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

bool is_control(char32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c <= 0x9F);
}

bool is_xml_character(char32_t c) {
  return !is_control(c) && !(c >= 0xD800 && c <= 0xDFFF) && c != 0xFFFE && c != 0xFFFF &&
         c <= 0x10FFFF;
}

/// The character the UTF-8 text starts with, when it is one that may not stand there.
std::optional<char32_t> refused_character(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (is_control(byte) && byte < 0x80) return byte;
  if (text.starts_with('\xC2') && is_control(static_cast<unsigned char>(text[1]))) {
    return static_cast<unsigned char>(text[1]);
  }
  if (text.starts_with("\xEF\xBF\xBE")) return 0xFFFE;
  if (text.starts_with("\xEF\xBF\xBF")) return 0xFFFF;
  return std::nullopt;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

bool is_name_character(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

std::optional<int> hex_or_decimal_digit(char c, bool hexadecimal) {
  if (c >= '0' && c <= '9') return c - '0';
  if (hexadecimal && c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (hexadecimal && c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

/// The character that "#38" or "#x26" stands for; none when it is not such a reference. Too large a
/// number stays too large.
std::optional<char32_t> referenced_character(std::string_view reference) {
  reference.remove_prefix(1);
  const bool hexadecimal = reference.starts_with('x');
  if (hexadecimal) reference.remove_prefix(1);
  if (reference.empty()) return std::nullopt;
  char32_t value = 0;
  for (const char c : reference) {
    const std::optional<int> digit = hex_or_decimal_digit(c, hexadecimal);
    if (!digit) return std::nullopt;
    value = std::min<char32_t>(value * (hexadecimal ? 16 : 10) + static_cast<char32_t>(*digit),
                               0x110000);
  }
  return value;
}

/// One pass over a document; `at_` is the next byte to read.
class Scanner {
 public:
  Scanner(std::string_view file, std::string_view text) : file_(file), text_(text) {}

  void run() {
    check_bytes();
    declaration();
    while (at_ < text_.size()) {
      if (text_[at_] == '<') {
        markup();
      } else {
        character_data();
      }
    }
    if (!open_.empty()) {
      fail(open_.back().offset, fmt::format("element '{}' is never closed", open_.back().name));
    }
    if (!has_root_) fail(0, "there is no root element");
  }

 private:
  struct Open {
    std::string_view name;
    std::size_t offset;
  };

  [[noreturn]] void fail(std::size_t offset, std::string_view reason) const {
    throw Error(fmt::format("{}:{}: {}", file_, line_at(text_, offset), reason));
  }

  bool looking_at(std::string_view token) const { return text_.substr(at_).starts_with(token); }

  void count_node() {
    if (++nodes_ > kXmlNodesMax) fail(at_, fmt::format("more than {} nodes", kXmlNodesMax));
  }

  void check_bytes() const {
    if (text_.empty()) fail(0, "the file is empty");
    if (text_.size() > kXmlBytesMax) fail(0, "the file is larger than 4 MiB");
    if (text_.starts_with("\xEF\xBB\xBF")) {
      fail(0, "the file starts with a byte order mark; save it as UTF-8 without one");
    }
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) {
      fail(0, "the file is UTF-16; save it as UTF-8");
    }
    if (const auto invalid = text::find_invalid_utf8(text_))
      fail(*invalid, "the text is not UTF-8");
    for (std::size_t offset = 0; offset < text_.size(); ++offset) {
      const std::optional<char32_t> refused = refused_character(text_.substr(offset));
      if (!refused) continue;
      fail(offset, fmt::format("character U+{:04X} is not allowed", std::uint32_t{*refused}));
    }
  }

  /// Moves behind the next `end`, which must come.
  std::string_view skip_to(std::string_view end, std::string_view what) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) fail(at_, fmt::format("{} is never closed", what));
    const std::string_view skipped = text_.substr(at_, found - at_);
    at_ = found + end.size();
    return skipped;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  void declaration() {
    if (!looking_at("<?xml") || at_ + 5 >= text_.size() || !is_blank(text_[at_ + 5])) return;
    const std::string_view inside = skip_to("?>", "the XML declaration");
    const std::size_t found = inside.find("encoding");
    if (found == std::string_view::npos) return;
    std::string encoding;
    for (const char c : inside.substr(found + 8)) {
      if (is_name_character(c)) encoding += (c >= 'a' && c <= 'z') ? static_cast<char>(c - 32) : c;
      if (!encoding.empty() && (c == '"' || c == '\'')) break;
    }
    if (encoding != "UTF-8") fail(0, fmt::format("encoding {} is refused; use UTF-8", encoding));
  }

  void markup() {
    if (looking_at("<!--")) return comment();
    if (looking_at("<![CDATA[")) return cdata();
    if (looking_at("<!DOCTYPE")) fail(at_, "<!DOCTYPE is refused");
    if (looking_at("<!")) fail(at_, "markup declarations (<!…>) are refused");
    if (looking_at("<?")) return instruction();
    if (looking_at("</")) return end_tag();
    start_tag();
  }

  void comment() {
    count_node();
    const std::size_t start = at_;
    at_ += 4;
    skip_to("--", "a comment");
    if (!looking_at(">")) fail(start, "a comment contains '--' or is never closed");
    ++at_;
  }

  void cdata() {
    if (open_.empty()) fail(at_, "text outside the root element");
    count_node();
    skip_to("]]>", "a CDATA section");
  }

  void instruction() {
    count_node();
    const std::size_t start = at_;
    at_ += 2;
    const std::string_view target = name("a processing instruction");
    if (target == "xml")
      fail(start, "the XML declaration must be the very first thing in the file");
    skip_to("?>", "a processing instruction");
  }

  std::string_view name(std::string_view what) {
    const std::size_t start = at_;
    if (at_ >= text_.size() || !is_name_start(text_[at_])) {
      fail(start, fmt::format("{} needs a name here", what));
    }
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  void end_tag() {
    const std::size_t start = at_;
    at_ += 2;
    const std::string_view closed = name("a closing tag");
    skip_blanks();
    if (!looking_at(">")) fail(start, fmt::format("the tag '</{}' is not closed by '>'", closed));
    ++at_;
    if (open_.empty()) fail(start, fmt::format("'</{}>' closes nothing", closed));
    if (open_.back().name != closed) {
      fail(start, fmt::format("'</{}>' where '</{}>' of line {} is expected", closed,
                              open_.back().name, line_at(text_, open_.back().offset)));
    }
    open_.pop_back();
  }

  void start_tag() {
    const std::size_t start = at_;
    count_node();
    ++at_;
    const std::string_view element = name("an element");
    if (open_.empty() && has_root_) {
      fail(start, fmt::format("a second root element '{}'", element));
    }
    has_root_ = true;
    std::set<std::string_view> attributes;
    while (true) {
      const std::size_t before = at_;
      skip_blanks();
      if (looking_at("/>")) {
        at_ += 2;
        return;
      }
      if (looking_at(">")) {
        ++at_;
        break;
      }
      if (before == at_) fail(start, fmt::format("the tag of '{}' is malformed", element));
      attribute(element, attributes);
    }
    open_.push_back({element, start});
    if (open_.size() > kXmlDepthMax) {
      fail(start, fmt::format("elements are nested more than {} deep", kXmlDepthMax));
    }
  }

  void attribute(std::string_view element, std::set<std::string_view>& seen) {
    count_node();
    const std::size_t start = at_;
    const std::string_view attribute_name = name(fmt::format("an attribute of '{}'", element));
    if (!seen.insert(attribute_name).second) {
      fail(start, fmt::format("attribute '{}' of '{}' is given twice", attribute_name, element));
    }
    skip_blanks();
    const bool has_value = looking_at("=");
    if (has_value) ++at_;
    skip_blanks();
    if (!has_value || !(looking_at("\"") || looking_at("'"))) {
      fail(start,
           fmt::format("attribute '{}' of '{}' needs a value in quotes", attribute_name, element));
    }
    const std::string_view quote = text_.substr(at_++, 1);
    const std::size_t value_start = at_;
    const std::string_view value =
        skip_to(quote, fmt::format("the value of attribute '{}'", attribute_name));
    if (const std::size_t bad = value.find('<'); bad != std::string_view::npos) {
      fail(value_start + bad,
           fmt::format("the value of attribute '{}' contains '<'; write &lt;", attribute_name));
    }
    check_references(value, value_start);
  }

  void character_data() {
    const std::size_t start = at_;
    at_ = std::min(text_.find('<', at_), text_.size());
    const std::string_view data = text_.substr(start, at_ - start);
    const auto* const word = std::find_if_not(data.begin(), data.end(), is_blank);
    if (word == data.end()) return;
    if (open_.empty()) {
      fail(start + static_cast<std::size_t>(word - data.begin()), "text outside the root element");
    }
    count_node();
    if (const std::size_t bad = data.find("]]>"); bad != std::string_view::npos) {
      fail(start + bad, "text contains ']]>'; write ]]&gt;");
    }
    check_references(data, start);
  }

  void check_references(std::string_view data, std::size_t data_start) const {
    for (std::size_t ampersand = data.find('&'); ampersand != std::string_view::npos;
         ampersand = data.find('&', ampersand + 1)) {
      const std::size_t offset = data_start + ampersand;
      const std::size_t end = data.find(';', ampersand);
      const std::string_view reference =
          end == std::string_view::npos ? "" : data.substr(ampersand + 1, end - ampersand - 1);
      if (reference.starts_with('#')) {
        const std::optional<char32_t> character = referenced_character(reference);
        if (!character) fail(offset, "a character reference is malformed");
        if (!is_xml_character(*character)) {
          fail(offset, "a reference to a character that is not allowed");
        }
      } else if (!std::all_of(reference.begin(), reference.end(), is_name_character) ||
                 reference.empty()) {
        fail(offset, "'&' stands alone; write &amp;");
      } else if (reference != "lt" && reference != "gt" && reference != "amp" &&
                 reference != "quot" && reference != "apos") {
        fail(offset, fmt::format("entity '&{};' is not defined", reference));
      }
    }
  }

  std::string_view file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  bool has_root_ = false;
  std::vector<Open> open_;
};

}  // namespace

void check_xml(std::string_view file, std::string_view content) {
  Scanner(file, content).run();
}

int line_at(std::string_view content, std::size_t offset) {
  const std::string_view before = content.substr(0, offset);
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace reckoner::config
