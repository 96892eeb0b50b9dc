#include "store/copy.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <string>

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

std::string copy_statement(std::string_view table, std::span<const std::string_view> columns) {
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
  return sql + ") from stdin";
}
}  // namespace

Copy::Copy(Connection& connection, std::string_view name, std::string_view table,
           std::span<const std::string_view> columns)
    : connection_(connection), name_(name), columns_(columns.size()) {
  RK_CHECK(!columns.empty());
  connection_.count(name_);
  PGresult* result = PQexec(connection_.libpq_, copy_statement(table, columns).c_str());
  if (PQresultStatus(result) != PGRES_COPY_IN) connection_.fail(name_, result);
  PQclear(result);
  connection_.copying_ = true;
  buffer_.reserve(kPieceBytes + kPieceBytes / 4);
}

Copy::~Copy() {
  if (connection_.copying_) PQclear(end_copy("not finished"));
}

/// Ends the COPY, with success when there is no `reason` against it, and gives the server's
/// verdict.
PGresult* Copy::end_copy(const char* reason) {
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

void Copy::send() {
  if (buffer_.empty()) return;
  if (PQputCopyData(connection_.libpq_, buffer_.data(), static_cast<int>(buffer_.size())) != 1) {
    connection_.fail(name_, end_copy("not sent"));
  }
  buffer_.clear();
}

std::int64_t Copy::finish() {
  RK_CHECK(connection_.copying_);
  send();
  PGresult* verdict = end_copy(nullptr);
  if (PQresultStatus(verdict) != PGRES_COMMAND_OK) connection_.fail(name_, verdict);
  const std::int64_t rows = std::stoll(PQcmdTuples(verdict));
  PQclear(verdict);
  return rows;
}

void Copy::RowWriter::begin_value() {
  if (values_++ > 0) copy_.buffer_ += '\t';
}

Copy::RowWriter& Copy::RowWriter::add(std::string_view text) {
  begin_value();
  std::string& out = copy_.buffer_;
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
  copy_.buffer_ += '\\';  // the backslash of \x is doubled
  append_text(copy_.buffer_, bytes);
  return *this;
}

Copy::RowWriter& Copy::RowWriter::add(std::nullopt_t) {
  begin_value();
  copy_.buffer_ += "\\N";
  return *this;
}

void Copy::RowWriter::end() {
  RK_CHECK(values_ == copy_.columns_);
  copy_.buffer_ += '\n';
  if (copy_.buffer_.size() >= kPieceBytes) copy_.send();
}

}  // namespace reckoner::store
