#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reckoner::text {

/// Longest row a reader accepts, in bytes: a quote that is never closed does not read a whole file
/// into memory.
inline constexpr std::size_t kCsvRowBytesMax = 1U << 20U;

struct CsvRow {
  std::size_t line = 0;  ///< the line the row starts on, from 1
  std::vector<std::string> fields;
};

/// Reads CSV (RFC 4180) row by row: quoted fields with line breaks and doubled quotes, CRLF or LF,
/// a last line with or without a line end. A byte order mark at the start and empty lines are
/// skipped. Every Error says "line N: …": a quote never closed (N is where it was opened), text
/// behind a closing quote, a quote inside an unquoted field, a carriage return without line feed, a
/// field that is not UTF-8 or holds NUL, a row longer than kCsvRowBytesMax. After an Error the
/// reader is of no more use.
class CsvReader {
 public:
  /// Uses `in`, which must outlive the reader. The delimiter is neither a quote nor a line break.
  explicit CsvReader(std::istream& in, char delimiter = ',');

  /// Reads the next row into `row`; false at the end, with `row` empty.
  bool next(CsvRow& row);

 private:
  enum class End { kField, kRow };

  bool skip_empty_lines();
  End read_field(CsvRow& row);
  void read_quoted(std::string& field);
  void read_plain(std::string& field);
  End read_end();
  int peek() const;
  int take();
  void append(std::string& field, int c);

  std::streambuf* in_;
  char delimiter_;
  std::string head_;  ///< the first bytes, while they might have been a byte order mark
  std::size_t line_ = 1;
  std::size_t row_bytes_ = 0;
};

/// All rows of a text.
std::vector<CsvRow> parse_csv(std::string_view text, char delimiter = ',');

/// Reads CSV whose first row names the columns. Columns may come in any order; every row has as
/// many fields as the header. Errors are those of CsvReader, and: no header, a column without a
/// name or named twice, "line N: 3 fields, but the header has 5".
class CsvTable {
 public:
  /// Reads the header. Uses `in`, which must outlive the table.
  explicit CsvTable(std::istream& in, char delimiter = ',');

  const std::vector<std::string>& columns() const { return columns_; }
  /// Index of the column, if the file has it.
  std::optional<std::size_t> find(std::string_view column) const;
  /// Index of a column the file must have; throws Error when it has not.
  std::size_t require(std::string_view column) const;
  /// Throws Error for a column that is not in the list, naming the nearest.
  void allow_only(std::span<const std::string> columns) const;

  /// Goes to the next row; false at the end.
  bool next();
  /// The line the current row starts on.
  std::size_t line() const { return row_.line; }
  /// A field of the current row, until the next call of next().
  const std::string& at(std::size_t column) const { return row_.fields.at(column); }

 private:
  CsvReader reader_;
  std::vector<std::string> columns_;
  CsvRow row_;
};

/// Writes CSV (RFC 4180, lines end with CRLF), quoting where it must. What it writes, CsvReader
/// reads back.
class CsvWriter {
 public:
  /// Uses `out`, which must outlive the writer.
  explicit CsvWriter(std::ostream& out, char delimiter = ',');

  /// Adds a text cell. One that starts with = + - @ TAB or CR gets an apostrophe in front, or a
  /// spreadsheet would run it as a formula (OWASP ASVS 5.0, 1.2.10).
  CsvWriter& text(std::string_view cell);
  /// Adds a numeric cell as it is: [+-] digits, a point, an exponent. Anything else is a Bug.
  CsvWriter& number(std::string_view cell);
  /// Ends the row, which has at least one cell.
  void end_row();

 private:
  void cell(std::string_view bytes);

  std::ostream& out_;
  char delimiter_;
  std::size_t cells_ = 0;
  bool row_is_blank_ = true;
};

}  // namespace reckoner::text
