#include "exports/template_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace reckoner::exports {

namespace {

using domain::ExportColumn;
using domain::ExportField;
using domain::ExportTemplate;

/// Bytes 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); 0: none.
constexpr std::array<char32_t, 32> kHighControls{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

bool goes_on(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The code point that begins there, and the place behind it. The text is well-formed.
char32_t take_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  char32_t point = first < 0x80   ? first
                   : first < 0xE0 ? first & 0x1FU
                   : first < 0xF0 ? first & 0x0FU
                                  : first & 0x07U;
  while (at < text.size() && goes_on(text[at])) {
    point = (point << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  return point;
}

char windows_1252(char32_t point) {
  if (point < 0x80 || (point >= 0xA0 && point <= 0xFF)) {
    return static_cast<char>(static_cast<unsigned char>(point));
  }
  const auto found = std::ranges::find(kHighControls, point);
  if (found == kHighControls.end()) return '?';
  return static_cast<char>(static_cast<unsigned char>(0x80 + (found - kHighControls.begin())));
}

std::string cut_off(const std::string& text, std::size_t characters) {
  std::size_t at = 0;
  for (std::size_t taken = 0; at < text.size() && taken < characters; ++taken) {
    ++at;
    while (at < text.size() && goes_on(text[at])) ++at;
  }
  return text.substr(0, at);
}

std::string defused(const std::string& text) {
  if (text.empty() || std::string_view("=+-@").find(text[0]) == std::string_view::npos) return text;
  return "'" + text;
}

std::string shown_day(time::Date day, std::string_view format) {
  const std::string iso = time::to_string(day);
  std::string shown(format);
  const auto put = [&](std::string_view part, std::string_view value) {
    const std::size_t at = shown.find(part);
    if (at != std::string::npos) shown.replace(at, part.size(), value);
  };
  put("yyyy", iso.substr(0, 4));
  put("yy", iso.substr(2, 2));
  put("MM", iso.substr(5, 2));
  put("dd", iso.substr(8, 2));
  return shown;
}

bool is_number(ExportField field) {
  switch (field) {
    case ExportField::kAmount:
    case ExportField::kAbsolute:
    case ExportField::kDebit:
    case ExportField::kCredit:
    case ExportField::kEntryNumber:
    case ExportField::kLineNumber:
    case ExportField::kBookedOn:
      return true;
    default:
      return false;
  }
}

std::string quoted(const std::string& cell) {
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

struct TemplateWriter::Row {
  const Entry& entry;
  std::int64_t entry_number;
  std::int64_t line_number;
  std::string account;
  std::string contra;  ///< of pairs
  money::Money amount;
};

std::vector<AccountPair> pair_off(const std::vector<EntryLine>& lines) {
  std::vector<EntryLine> debits;
  std::vector<EntryLine> credits;
  for (const EntryLine& line : lines) (line.amount.sign() > 0 ? debits : credits).push_back(line);
  std::vector<AccountPair> pairs;
  for (EntryLine& debit : debits) {
    for (EntryLine& credit : credits) {
      if (debit.amount.is_zero()) break;
      if (credit.amount.is_zero() || credit.amount.currency() != debit.amount.currency()) continue;
      const money::Money moved = std::min(debit.amount, -credit.amount);
      pairs.push_back({debit.account, credit.account, moved});
      debit.amount -= moved;
      credit.amount += moved;
    }
    RK_CHECK(debit.amount.is_zero());
  }
  return pairs;
}

std::string to_windows_1252(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) bytes += windows_1252(take_code_point(text, at));
  return bytes;
}

TemplateWriter::TemplateWriter(const ExportTemplate& layout, const domain::Chart& chart, Sink sink)
    : template_(layout), chart_(chart), sink_(std::move(sink)) {
  if (template_.encoding == ExportTemplate::Encoding::kUtf8WithMark) {
    sink_.buffer() += "\xEF\xBB\xBF";
  }
  for (const std::string& line : template_.preamble) put_line(line);
  if (!template_.header) return;
  std::string header;
  for (const ExportColumn& column : template_.columns) {
    if (&column != &template_.columns.front()) header += template_.separator;
    const bool bare =
        template_.quotes == ExportTemplate::Quotes::kNever ||
        (template_.quotes == ExportTemplate::Quotes::kNeeded &&
         column.title.find_first_of(std::string("\"") + template_.separator) == std::string::npos);
    header += bare ? column.title : quoted(column.title);
  }
  put_line(std::move(header));
}

void TemplateWriter::write(const Entry& entry) {
  ++entries_;
  std::int64_t line_number = 0;
  const auto put = [&](const std::string& account, const std::string& contra,
                       const money::Money& amount) {
    write_row({.entry = entry,
               .entry_number = entries_,
               .line_number = ++line_number,
               .account = account,
               .contra = contra,
               .amount = amount});
  };
  if (template_.layout == ExportTemplate::Layout::kLines) {
    for (const EntryLine& line : entry.lines) put(line.account, "", line.amount);
  } else {
    for (const AccountPair& pair : pair_off(entry.lines)) {
      put(pair.debited, pair.credited, pair.amount);
    }
  }
  sink_.pass_on();
}

void TemplateWriter::finish() {
  sink_.flush();
}

void TemplateWriter::write_row(const Row& row) {
  std::string line;
  for (const ExportColumn& column : template_.columns) {
    if (&column != &template_.columns.front()) line += template_.separator;
    line += cell(column, row);
  }
  put_line(std::move(line));
}

std::string TemplateWriter::number_of(const std::string& account) const {
  const auto found = std::ranges::find(chart_.accounts, account, &domain::LedgerAccount::name);
  return found == chart_.accounts.end() || found->number.empty() ? account : found->number;
}

std::string TemplateWriter::title_of(const std::string& account) const {
  const auto found = std::ranges::find(chart_.accounts, account, &domain::LedgerAccount::name);
  return found == chart_.accounts.end() ? account : found->title;
}

std::string TemplateWriter::shown(const money::Money& amount) const {
  std::string text = amount.to_string();
  std::ranges::replace(text, '.', template_.decimal_sign);
  return text;
}

std::string TemplateWriter::cell(const ExportColumn& column, const Row& row) const {
  const bool is_debit = row.amount.sign() > 0;
  const money::Money absolute = is_debit ? row.amount : -row.amount;
  std::string text;
  switch (column.field) {
    case ExportField::kText:
      text = column.text;
      break;
    case ExportField::kBookedOn:
      text = shown_day(row.entry.booked_on, column.format);
      break;
    case ExportField::kCustomer:
      text = defused(row.entry.customer);
      break;
    case ExportField::kEntry:
      text = row.entry.name;
      break;
    case ExportField::kReference:
      text = defused(row.entry.reference);
      break;
    case ExportField::kLegalEntity:
      text = row.entry.legal_entity;
      break;
    case ExportField::kCurrency:
      text = row.amount.currency().code();
      break;
    case ExportField::kEntryNumber:
      text = std::to_string(row.entry_number);
      break;
    case ExportField::kLineNumber:
      text = std::to_string(row.line_number);
      break;
    case ExportField::kAccount:
      text = row.account;
      break;
    case ExportField::kAccountNumber:
      text = number_of(row.account);
      break;
    case ExportField::kAccountTitle:
      text = title_of(row.account);
      break;
    case ExportField::kContraNumber:
      text = number_of(row.contra);
      break;
    case ExportField::kAmount:
      text = shown(row.amount);
      break;
    case ExportField::kAbsolute:
      text = shown(absolute);
      break;
    case ExportField::kDebit:
      text = is_debit ? shown(absolute) : "";
      break;
    case ExportField::kCredit:
      text = is_debit ? "" : shown(absolute);
      break;
    case ExportField::kSide:
      text = is_debit ? column.debit : column.credit;
      break;
  }
  const bool bare = is_number(column.field);
  const bool never = template_.quotes == ExportTemplate::Quotes::kNever;
  for (char& c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (control || (never && !bare && (c == template_.separator || c == '"'))) c = ' ';
  }
  if (column.length_max && !bare) {
    text = cut_off(text, static_cast<std::size_t>(*column.length_max));
  }
  const bool special =
      text.find_first_of(std::string("\"") + template_.separator) != std::string::npos;
  const bool texts = template_.quotes == ExportTemplate::Quotes::kTexts && !bare;
  return !never && (special || texts) ? quoted(text) : text;
}

void TemplateWriter::put_line(std::string line) {
  line += template_.line_end;
  const bool ansi = template_.encoding == ExportTemplate::Encoding::kWindows1252;
  sink_.buffer() += ansi ? to_windows_1252(line) : line;
}

}  // namespace reckoner::exports
