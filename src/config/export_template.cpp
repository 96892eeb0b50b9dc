#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

using domain::ExportColumn;
using domain::ExportField;
using domain::ExportTemplate;

constexpr std::array<std::string_view, 2> kLayouts{"lines", "pairs"};
constexpr std::array<std::string_view, 3> kQuotes{"needed", "texts", "never"};
constexpr std::array<std::string_view, 3> kEncodings{"utf-8", "utf-8-bom", "windows-1252"};
constexpr std::array<std::string_view, 2> kLineEnds{"crlf", "lf"};
constexpr std::array<std::string_view, 4> kSeparators{";", ",", "tab", "|"};
constexpr std::array<std::string_view, 2> kDecimalSigns{".", ","};
constexpr std::array<std::string_view, 2> kYesNo{"true", "false"};

std::string line_attribute(const Element& element, std::string_view name) {
  std::string text = element.attribute(name).value_or("");
  if (text::printable(text) != text) fail_attribute(element, name, "it has a control character");
  return text;
}

/// yyyy, yy, MM and dd, each once at most, with signs between them.
void check_day_format(const Element& element, std::string_view format) {
  std::string_view rest = format;
  std::vector<std::string_view> parts;
  while (!rest.empty()) {
    const char first = rest.front();
    const std::size_t run = std::min(rest.find_first_not_of(first), rest.size());
    const std::string_view part = rest.substr(0, run);
    rest.remove_prefix(run);
    const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    if (!letter) continue;
    const bool known = part == "yyyy" || part == "yy" || part == "MM" || part == "dd";
    if (!known || std::ranges::find(parts, part) != parts.end()) {
      fail_attribute(element, "format",
                     fmt::format("'{}' is no format of a day: yyyy, yy, MM and dd, each once, with "
                                 "signs between them",
                                 format));
    }
    parts.push_back(part);
  }
  if (parts.empty()) fail_attribute(element, "format", "it shows nothing of the day");
}

/// What is still true when its end is missing: an account's number would be another account's.
bool may_be_cut_off(ExportField field) {
  switch (field) {
    case ExportField::kText:
    case ExportField::kCustomer:
    case ExportField::kEntry:
    case ExportField::kReference:
    case ExportField::kLegalEntity:
    case ExportField::kAccountTitle:
      return true;
    default:
      return false;
  }
}

ExportColumn read_column(const Element& element, ExportTemplate::Layout layout) {
  element.allow({"title", "field", "text", "format", "debit", "credit", "length"});
  ExportColumn column;
  column.title = line_attribute(element, "title");
  const std::string field = element.attribute("field").value_or("text");
  const auto named = domain::export_field_named(field);
  if (!named) {
    fail_attribute(element, "field",
                   fmt::format("there is no field '{}'{}", field,
                               suggestion(field, domain::export_field_names())));
  }
  column.field = *named;
  const auto only_of = [&](std::string_view attribute, ExportField owner) {
    if (column.field == owner || !element.attribute(attribute)) return;
    fail_attribute(element, attribute,
                   fmt::format("only columns of field '{}' have it", domain::to_string(owner)));
  };
  only_of("text", ExportField::kText);
  only_of("format", ExportField::kBookedOn);
  only_of("debit", ExportField::kSide);
  only_of("credit", ExportField::kSide);
  if (column.field == ExportField::kContraNumber && layout != ExportTemplate::Layout::kPairs) {
    fail_attribute(element, "field", "'contra-number' is of layout 'pairs'");
  }
  column.text = line_attribute(element, "text");
  column.format = element.attribute("format").value_or("yyyy-MM-dd");
  check_day_format(element, column.format);
  if (element.attribute("debit")) column.debit = line_attribute(element, "debit");
  if (element.attribute("credit")) column.credit = line_attribute(element, "credit");
  constexpr int kLengthMax = 10'000;
  if (element.attribute("length")) {
    if (!may_be_cut_off(column.field)) {
      fail_attribute(element, "length",
                     fmt::format("'{}' is never cut off", domain::to_string(column.field)));
    }
    column.length_max = integer_attribute(element, "length", 1, kLengthMax, 1);
  }
  return column;
}

bool flag(const Element& element, std::string_view name, bool fallback) {
  return choice_attribute(element, name, kYesNo, fallback ? 0 : 1) == 0;
}

}  // namespace

ExportTemplate read_export_template(const Element& root) {
  root.expect("urn:reckoner:export-template:1", "export-template");
  root.allow({"name", "title", "layout", "separator", "line-end", "quotes", "encoding",
              "decimal-sign", "header"},
             {"line", "column"});
  ExportTemplate made;
  made.name = name_attribute(root, "name");
  made.title = title_attribute(root, made.name);
  made.place = root.place();
  made.layout = static_cast<ExportTemplate::Layout>(choice_attribute(root, "layout", kLayouts, 0));
  constexpr std::string_view kSeparatorSigns = ";,\t|";
  made.separator = kSeparatorSigns[choice_attribute(root, "separator", kSeparators, 0)];
  made.line_end = choice_attribute(root, "line-end", kLineEnds, 0) == 0 ? "\r\n" : "\n";
  made.quotes = static_cast<ExportTemplate::Quotes>(choice_attribute(root, "quotes", kQuotes, 0));
  made.encoding =
      static_cast<ExportTemplate::Encoding>(choice_attribute(root, "encoding", kEncodings, 0));
  made.decimal_sign = choice_attribute(root, "decimal-sign", kDecimalSigns, 0) == 0 ? '.' : ',';
  made.header = flag(root, "header", true);
  if (made.decimal_sign == made.separator && made.quotes == ExportTemplate::Quotes::kNever) {
    fail_attribute(root, "decimal-sign", "it is the separator, and nothing is quoted");
  }
  MistakeCollector mistakes;
  for (const Element& element : root.children()) {
    mistakes.attempt([&] {
      if (element.name() == "line") {
        element.allow({"text"});
        made.preamble.push_back(line_attribute(element, "text"));
      } else {
        made.columns.push_back(read_column(element, made.layout));
      }
    });
  }
  mistakes.finish();
  if (made.columns.empty()) root.fail("an export template has at least one column");
  return made;
}

}  // namespace reckoner::config
