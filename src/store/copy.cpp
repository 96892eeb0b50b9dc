#include "store/copy.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <string>

#include "store/binary_format.hpp"

namespace reckoner::store {

namespace {
/// What is gathered before it is handed to libpq.
constexpr std::size_t kPieceBytes = 128 * 1024;

void append_identifier(std::string& sql, std::string_view identifier) {
  sql += '"';
  for (const char c : identifier) {
    if (c == '"') sql += '"';
    sql += c;
  }
  sql += '"';
}

bool needs_escape(char c) {
  return c == '\\' || c == '\t' || c == '\n' || c == '\r';
}

std::string copy_statement(std::string_view table, std::span<const std::string_view> columns,
                           std::string_view options = "") {
  std::string sql = "copy ";
  if (const auto dot = table.find('.'); dot != std::string_view::npos) {
    append_identifier(sql, table.substr(0, dot));
    sql += '.';
    table.remove_prefix(dot + 1);
  }
  append_identifier(sql, table);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    sql += i == 0 ? " (" : ", ";
    append_identifier(sql, columns[i]);
  }
  return sql.append(") from stdin").append(options);
}
}  // namespace

CopyStream::CopyStream(Connection& connection, std::string_view name, const std::string& sql)
    : connection_(connection), name_(name), step_(name_) {
  connection_.count(name_);
  PGresult* result = PQexec(connection_.libpq_, sql.c_str());
  if (PQresultStatus(result) != PGRES_COPY_IN) connection_.fail(name_, result);
  PQclear(result);
  connection_.copying_ = true;
  buffer_.reserve(kPieceBytes + kPieceBytes / 4);
}

CopyStream::~CopyStream() {
  if (connection_.copying_) PQclear(end_copy("not finished"));
}

/// Ends the COPY, with success when there is no `reason` against it, and gives the server's
/// verdict.
PGresult* CopyStream::end_copy(const char* reason) {
  connection_.copying_ = false;
  PQputCopyEnd(connection_.libpq_, reason);
  PGresult* verdict = PQgetResult(connection_.libpq_);
  // The rest is read for the connection to go on; a lost one may stay in COPY for ever.
  for (bool more = true; more;) {
    PGresult* rest = PQgetResult(connection_.libpq_);
    more = rest != nullptr && PQresultStatus(rest) != PGRES_COPY_IN;
    PQclear(rest);
  }
  return verdict;
}

void CopyStream::send() {
  if (buffer_.empty()) return;
  if (PQputCopyData(connection_.libpq_, buffer_.data(), static_cast<int>(buffer_.size())) != 1) {
    connection_.fail(name_, end_copy("not sent"));
  }
  buffer_.clear();
}

std::int64_t CopyStream::finish() {
  RK_CHECK(connection_.copying_);
  send();
  PGresult* verdict = end_copy(nullptr);
  if (PQresultStatus(verdict) != PGRES_COMMAND_OK) connection_.fail(name_, verdict);
  const std::int64_t rows = std::stoll(PQcmdTuples(verdict));
  PQclear(verdict);
  return rows;
}

void CopyStream::row_ended() {
  if (buffer_.size() >= kPieceBytes) send();
}

Copy::Copy(Connection& connection, std::string_view name, std::string_view table,
           std::span<const std::string_view> columns)
    : stream_(connection, name, copy_statement(table, columns)), columns_(columns.size()) {
  RK_CHECK(!columns.empty());
}

void Copy::RowWriter::begin_value() {
  if (values_++ > 0) copy_.stream_.buffer() += '\t';
}

Copy::RowWriter& Copy::RowWriter::add(std::string_view text) {
  begin_value();
  std::string& out = copy_.stream_.buffer();
  const std::size_t start = out.size();
  append_text(out, text);
  if (std::none_of(text.begin(), text.end(), needs_escape)) return *this;
  out.resize(start);
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
  return *this;
}

Copy::RowWriter& Copy::RowWriter::add(Bytes bytes) {
  begin_value();
  copy_.stream_.buffer() += '\\';  // the backslash of \x is doubled
  append_text(copy_.stream_.buffer(), bytes);
  return *this;
}

Copy::RowWriter& Copy::RowWriter::add(std::nullopt_t) {
  begin_value();
  copy_.stream_.buffer() += "\\N";
  return *this;
}

void Copy::RowWriter::end() {
  RK_CHECK(values_ == copy_.columns_);
  copy_.stream_.buffer() += '\n';
  copy_.stream_.row_ended();
}

BinaryCopy::BinaryCopy(Connection& connection, std::string_view name, std::string_view table,
                       std::initializer_list<std::string_view> columns)
    : stream_(connection, name,
              copy_statement(table, std::span(columns.begin(), columns.size()),
                             " with (format binary)")),
      columns_(columns.size()) {
  RK_CHECK(columns_ > 0);
  stream_.buffer().append("PGCOPY\n\xff\r\n\0", 11);
  append_binary<std::int32_t>(stream_.buffer(), 0);  // no flags
  append_binary<std::int32_t>(stream_.buffer(), 0);  // no extension of the header
}

std::int64_t BinaryCopy::finish() {
  append_binary<std::int16_t>(stream_.buffer(), -1);
  return stream_.finish();
}

BinaryCopy::RowWriter::RowWriter(BinaryCopy& copy) : copy_(copy) {
  append_binary(copy_.stream_.buffer(), static_cast<std::int16_t>(copy_.columns_));
}

void BinaryCopy::RowWriter::begin_value(std::size_t bytes) {
  ++values_;
  append_binary(copy_.stream_.buffer(), static_cast<std::int32_t>(bytes));
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(std::int64_t number) {
  begin_value(sizeof number);
  append_binary(copy_.stream_.buffer(), number);
  return *this;
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(std::int32_t number) {
  begin_value(sizeof number);
  append_binary(copy_.stream_.buffer(), number);
  return *this;
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(std::string_view text) {
  RK_CHECK(std::in_range<std::int32_t>(text.size()));
  begin_value(text.size());
  append_text(copy_.stream_.buffer(), text);
  return *this;
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(bool value) {
  begin_value(1);
  copy_.stream_.buffer() += value ? '\1' : '\0';
  return *this;
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(const money::Decimal& decimal) {
  const BinaryNumeric numeric(decimal);
  begin_value(numeric.bytes());
  numeric.append_to(copy_.stream_.buffer());
  return *this;
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(Bytes bytes) {
  RK_CHECK(std::in_range<std::int32_t>(bytes.value.size()));
  begin_value(bytes.value.size());
  copy_.stream_.buffer() += bytes.value;
  return *this;
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(const Uuid& uuid) {
  begin_value(uuid.bytes.size());
  copy_.stream_.buffer().append(reinterpret_cast<const char*>(uuid.bytes.data()),
                                uuid.bytes.size());
  return *this;
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(time::Instant instant) {
  // PostgreSQL counts microseconds from the year 2000.
  constexpr std::int64_t kEpoch = 946'684'800'000'000;
  return add(instant.time_since_epoch().count() - kEpoch);
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(time::Date date) {
  // PostgreSQL counts days from the year 2000.
  constexpr std::chrono::sys_days kEpoch = std::chrono::year(2000) / 1 / 1;
  return add(static_cast<std::int32_t>((std::chrono::sys_days(date) - kEpoch).count()));
}

BinaryCopy::RowWriter& BinaryCopy::RowWriter::add(std::nullopt_t) {
  ++values_;
  append_binary<std::int32_t>(copy_.stream_.buffer(), -1);
  return *this;
}

void BinaryCopy::RowWriter::end() {
  RK_CHECK(values_ == copy_.columns_);
  copy_.stream_.row_ended();
}

}  // namespace reckoner::store
