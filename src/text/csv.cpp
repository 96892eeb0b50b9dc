#include "text/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <ostream>
#include <sstream>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "text/utf8.hpp"

namespace reckoner::text {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[noreturn]] void fail(std::size_t line, std::string reason) {
  throw Error(std::move(reason)).in(fmt::format("line {}", line));
}

void check_delimiter(char delimiter) {
  RK_CHECK(delimiter != '"' && delimiter != '\r' && delimiter != '\n' && delimiter != '\0');
}

}  // namespace

CsvReader::CsvReader(std::istream& in, char delimiter) : in_(in.rdbuf()), delimiter_(delimiter) {
  check_delimiter(delimiter);
  while (head_.size() < kByteOrderMark.size() &&
         in_->sgetc() == std::char_traits<char>::to_int_type(kByteOrderMark[head_.size()])) {
    head_.push_back(std::char_traits<char>::to_char_type(in_->sbumpc()));
  }
  if (head_ == kByteOrderMark) head_.clear();
}

int CsvReader::peek() const {
  return head_.empty() ? in_->sgetc() : std::char_traits<char>::to_int_type(head_.front());
}

int CsvReader::take() {
  const int c = peek();
  if (head_.empty()) {
    in_->sbumpc();
  } else {
    head_.erase(0, 1);
  }
  if (c == '\n') ++line_;
  return c;
}

void CsvReader::append(std::string& field, int c) {
  if (++row_bytes_ > kCsvRowBytesMax) {
    fail(line_, fmt::format("the row is longer than {} bytes", kCsvRowBytesMax));
  }
  field.push_back(std::char_traits<char>::to_char_type(c));
}

bool CsvReader::skip_empty_lines() {
  while (peek() == '\n' || peek() == '\r') read_end();
  return peek() != kEnd;
}

bool CsvReader::next(CsvRow& row) {
  row.fields.clear();
  row_bytes_ = 0;
  if (!skip_empty_lines()) return false;
  row.line = line_;
  while (read_field(row) == End::kField) {
  }
  return true;
}

CsvReader::End CsvReader::read_field(CsvRow& row) {
  std::string& field = row.fields.emplace_back();
  if (peek() == '"') {
    read_quoted(field);
  } else {
    read_plain(field);
  }
  if (find_invalid_utf8(field)) {
    fail(row.line, fmt::format("field {} is not valid UTF-8", row.fields.size()));
  }
  if (field.find('\0') != std::string::npos) {
    fail(row.line, fmt::format("field {} holds a NUL character", row.fields.size()));
  }
  return read_end();
}

void CsvReader::read_quoted(std::string& field) {
  const std::size_t opened_on = line_;
  take();
  for (;;) {
    const int c = take();
    if (c == kEnd) fail(opened_on, "a quote is opened here and never closed");
    if (c == '"' && peek() != '"') return;
    append(field, c == '"' ? take() : c);
  }
}

void CsvReader::read_plain(std::string& field) {
  for (int c = peek(); c != kEnd && c != '\r' && c != '\n'; c = peek()) {
    if (c == std::char_traits<char>::to_int_type(delimiter_)) return;
    if (c == '"') fail(line_, "a quote inside a field that does not start with one");
    append(field, take());
  }
}

CsvReader::End CsvReader::read_end() {
  const std::size_t line = line_;
  const int c = take();
  if (c == std::char_traits<char>::to_int_type(delimiter_)) return End::kField;
  if (c == kEnd || c == '\n') return End::kRow;
  if (c != '\r') fail(line, "text behind the closing quote of a field");
  if (peek() != '\n') fail(line, "a carriage return without a line feed");
  take();
  return End::kRow;
}

std::vector<CsvRow> parse_csv(std::string_view text, char delimiter) {
  std::istringstream in{std::string(text)};
  CsvReader reader(in, delimiter);
  std::vector<CsvRow> rows;
  for (CsvRow row; reader.next(row);) rows.push_back(std::move(row));
  return rows;
}

CsvTable::CsvTable(std::istream& in, char delimiter) : reader_(in, delimiter) {
  if (!reader_.next(row_)) throw Error("the file is empty: its first line must name the columns");
  columns_ = std::move(row_.fields);
  for (auto column = columns_.begin(); column != columns_.end(); ++column) {
    if (column->empty()) {
      fail(row_.line, fmt::format("column {} has no name", column - columns_.begin() + 1));
    }
    if (std::find(columns_.begin(), column, *column) != column) {
      fail(row_.line, fmt::format("column '{}' is named twice", *column));
    }
  }
}

std::optional<std::size_t> CsvTable::find(std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

std::size_t CsvTable::require(std::string_view column) const {
  if (const auto index = find(column)) return *index;
  throw Error(
      fmt::format("there is no column '{}' (columns: {})", column, fmt::join(columns_, ", ")));
}

void CsvTable::allow_only(std::span<const std::string> columns) const {
  for (const std::string& column : columns_) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      throw Error(fmt::format("unknown column '{}'{}", column, suggestion(column, columns)));
    }
  }
}

bool CsvTable::next() {
  if (!reader_.next(row_)) return false;
  if (row_.fields.size() != columns_.size()) {
    fail(row_.line,
         fmt::format("{} fields, but the header has {}", row_.fields.size(), columns_.size()));
  }
  return true;
}

CsvWriter::CsvWriter(std::ostream& out, char delimiter) : out_(out), delimiter_(delimiter) {
  check_delimiter(delimiter);
}

void CsvWriter::cell(std::string_view bytes) {
  if (cells_++ > 0) out_ << delimiter_;
  row_is_blank_ = cells_ == 1 && bytes.empty();
  const bool plain = std::none_of(bytes.begin(), bytes.end(), [this](char c) {
    return c == delimiter_ || c == '"' || c == '\r' || c == '\n';
  });
  // At the start of a file a quoted cell cannot be taken for a byte order mark.
  if (plain && !bytes.starts_with(kByteOrderMark)) {
    out_ << bytes;
    return;
  }
  out_ << '"';
  for (const char c : bytes) {
    if (c == '"') out_ << '"';
    out_ << c;
  }
  out_ << '"';
}

CsvWriter& CsvWriter::text(std::string_view bytes) {
  const bool formula =
      !bytes.empty() && std::string_view("=+-@\t\r").find(bytes.front()) != std::string_view::npos;
  cell(formula ? std::string("'").append(bytes) : std::string(bytes));
  return *this;
}

CsvWriter& CsvWriter::number(std::string_view bytes) {
  RK_CHECK(!bytes.empty() && bytes.find_first_not_of("0123456789+-.eE") == std::string_view::npos);
  cell(bytes);
  return *this;
}

void CsvWriter::end_row() {
  RK_CHECK(cells_ > 0);
  // A row of one empty cell would be an empty line, which readers skip.
  out_ << (row_is_blank_ ? "\"\"\r\n" : "\r\n");
  cells_ = 0;
}

}  // namespace reckoner::text
