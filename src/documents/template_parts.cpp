#include "documents/template_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::documents {
namespace {

constexpr std::string_view kMark = "--- ";

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

TemplateParts split_template(std::string_view name, std::string_view text) {
  TemplateParts parts;
  TemplatePart* current = nullptr;
  for (int line_number = 1; !text.empty(); ++line_number) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    text.remove_prefix(line.size());
    const auto refuse = [&](const std::string& reason) {
      return Error(fmt::format("{}:{}: {}", name, line_number, reason));
    };
    if (text::find_invalid_utf8(line)) throw refuse("not valid UTF-8");
    if (!line.starts_with(kMark)) {
      if (current != nullptr) current->text += line;
      continue;
    }
    const std::string_view part = without_line_end(line).substr(kMark.size());
    current = part == "subject" ? &parts.subject
              : part == "text"  ? &parts.text
              : part == "html"  ? &parts.html
                                : nullptr;
    if (current == nullptr) {
      throw refuse(fmt::format("unknown part '{}' (subject, text, html)", part));
    }
    if (current->line != 0) throw refuse(fmt::format("part '{}' is there twice", part));
    current->line = line_number + 1;
  }
  const auto require = [&](std::string_view part, const TemplatePart& found) {
    if (found.line == 0) throw Error(fmt::format("{}:1: there is no part '--- {}'", name, part));
  };
  require("subject", parts.subject);
  require("text", parts.text);
  require("html", parts.html);
  parts.subject.text = without_line_end(parts.subject.text);
  if (parts.subject.text.find('\n') != std::string::npos) {
    throw Error(fmt::format("{}:{}: the subject is one line", name, parts.subject.line + 1));
  }
  return parts;
}

}  // namespace reckoner::documents
