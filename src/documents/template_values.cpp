#include "documents/template_values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "documents/outline.hpp"
#include "documents/template_parts.hpp"

namespace reckoner::documents {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

namespace {

const std::vector<TemplateField>& issuer_fields() {
  static const std::vector<TemplateField> fields = {
      {"issuer", FieldKind::kText, "name of the issuing company", {}},
      {"issuer_address",
       FieldKind::kList,
       "its address",
       {{"line", FieldKind::kText, "a line of the address", {}}}},
      {"issuer_tax_id", FieldKind::kOptional, "its tax number, as printed", {}},
      {"issuer_email", FieldKind::kOptional, "whom a customer writes to", {}},
  };
  return fields;
}

constexpr std::string_view kTagLine = "tag_line";

/// True for a line that holds section tags and comments and nothing else.
bool holds_only_tags(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r\n";
  bool found = false;
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty()) return found;
    const std::size_t end = line.find("}}");
    if (!line.starts_with("{{") || end == std::string_view::npos) return false;
    const std::size_t sigil = line.find_first_not_of(kBlanks, 2);
    if (std::string_view("#^/!").find(line[sigil]) == std::string_view::npos) return false;
    line.remove_prefix(end + 2);
    found = true;
  }
}

/// The renderer drops an empty line only when it has shown a section on it; the lines of tags
/// around a section that is not shown would stay. So each line of tags gets a section that is
/// always shown and has no content.
std::string mark_tag_lines(std::string_view text) {
  std::string marked;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    marked += line;
    if (holds_only_tags(line)) marked += fmt::format("{{{{#{0}}}}}{{{{/{0}}}}}", kTagLine);
    if (length < text.size()) marked += '\n';
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return marked;
}

enum class Escape { kNone, kHtml };

std::string render_part(const TemplatePart& part, Escape escape, const data& values) {
  mustache renderer(mark_tag_lines(part.text));
  RK_CHECK(renderer.is_valid());
  if (escape == Escape::kNone) {
    renderer.set_custom_escape([](const std::string& value) { return value; });
  }
  return renderer.render(values);
}

}  // namespace

std::vector<TemplateField> with_issuer(std::vector<TemplateField> fields) {
  fields.insert(fields.end(), issuer_fields().begin(), issuer_fields().end());
  return fields;
}

void set_optional(data& values, const std::string& name, const std::string& value) {
  if (!value.empty()) values.set(name, value);
}

void set_date(data& values, const std::string& name, const std::optional<time::Date>& date) {
  if (date) values.set(name, long_date(*date));
}

void set_issuer(data& values, const Issuer& issuer) {
  data address(data::type::list);
  for (const std::string& line : issuer.address) address << data("line", line);
  values.set("issuer", issuer.name);
  values.set("issuer_address", address);
  set_optional(values, "issuer_tax_id", issuer.tax_id);
  set_optional(values, "issuer_email", issuer.email);
}

MailText render_parts(std::string_view template_text, data values) {
  values.set(std::string(kTagLine), true);
  const TemplateParts parts = split_template("mail template", template_text);
  return {render_part(parts.subject, Escape::kNone, values),
          render_part(parts.text, Escape::kNone, values),
          render_part(parts.html, Escape::kHtml, values)};
}

}  // namespace reckoner::documents
