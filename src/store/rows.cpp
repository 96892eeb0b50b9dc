#include "store/rows.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace reckoner::store {

namespace detail {
struct Result {
  Result(PGresult* result, std::string_view name) : rows(result), statement(name) {
    for (int i = 0; i < PQnfields(result); ++i) columns.emplace_back(PQfname(result, i));
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  ~Result() { PQclear(rows); }

  PGresult* rows;
  std::string statement;
  std::vector<std::string> columns;
};
}  // namespace detail

namespace {
[[noreturn]] void wrong_type(std::string_view wanted, const std::string& place) {
  throw Bug(fmt::format("bug: {} is not {}", place, wanted));
}
}  // namespace

int Row::position_of(Column column) const {
  const auto& columns = result_->columns;
  if (column.position_ >= 0 && column.position_ < static_cast<int>(columns.size())) {
    return column.position_;
  }
  for (std::size_t i = 0; column.position_ < 0 && i < columns.size(); ++i) {
    if (columns[i] == column.name_) return static_cast<int>(i);
  }
  throw Bug(fmt::format(
      "bug: statement {} has no column {}", result_->statement,
      column.position_ < 0 ? std::string(column.name_) : std::to_string(column.position_)));
}

std::string Row::place(Column column) const {
  return fmt::format("statement {}, column {}", result_->statement,
                     result_->columns[static_cast<std::size_t>(position_of(column))]);
}

template <class Parser>
auto Row::parsed(std::string_view text, Column column, Parser parser) const {
  try {
    return parser(text);
  } catch (Error& error) {
    error.in(place(column));
    throw;
  }
}

bool Row::is_null(Column column) const {
  return PQgetisnull(result_->rows, index_, position_of(column)) != 0;
}

std::string_view Row::value(Column column) const {
  const int position = position_of(column);
  if (PQgetisnull(result_->rows, index_, position) != 0) {
    throw Bug(fmt::format("bug: {} is null", place(column)));
  }
  return {PQgetvalue(result_->rows, index_, position),
          static_cast<std::size_t>(PQgetlength(result_->rows, index_, position))};
}

std::int64_t Row::int64(Column column) const {
  const std::string_view digits = value(column);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    wrong_type("a bigint", place(column));
  }
  return number;
}

std::string Row::text(Column column) const {
  return std::string(value(column));
}

money::Decimal Row::decimal(Column column) const {
  return parsed(value(column), column, &money::Decimal::parse);
}

time::Instant Row::instant(Column column) const {
  // The session's zone is UTC and its date style ISO: 2026-10-31 23:59:59.5+00.
  std::string text(value(column));
  if (text.ends_with("+00")) text.replace(text.size() - 3, 3, "Z");
  return parsed(text, column, &time::parse_instant);
}

time::Date Row::date(Column column) const {
  return parsed(value(column), column, &time::parse_date);
}

bool Row::boolean(Column column) const {
  const std::string_view letter = value(column);
  if (letter != "t" && letter != "f") wrong_type("a boolean", place(column));
  return letter == "t";
}

std::string Row::bytes(Column column) const {
  const std::string_view hex = value(column);
  if (!hex.starts_with("\\x")) wrong_type("a bytea", place(column));
  return from_hex(hex.substr(2));
}

std::array<std::uint8_t, 16> Row::uuid(Column column) const {
  std::string hex(value(column));
  std::erase(hex, '-');
  if (hex.size() != 32) wrong_type("a uuid", place(column));
  const std::string bytes = from_hex(hex);
  std::array<std::uint8_t, 16> uuid;
  std::copy(bytes.begin(), bytes.end(), uuid.begin());
  return uuid;
}

template <class Getter>
auto Row::unless_null(Column column, Getter getter) const {
  using Value = decltype((this->*getter)(column));
  return is_null(column) ? std::optional<Value>() : std::optional<Value>((this->*getter)(column));
}

std::optional<std::int64_t> Row::optional_int64(Column column) const {
  return unless_null(column, &Row::int64);
}
std::optional<std::string> Row::optional_text(Column column) const {
  return unless_null(column, &Row::text);
}
std::optional<money::Decimal> Row::optional_decimal(Column column) const {
  return unless_null(column, &Row::decimal);
}
std::optional<time::Instant> Row::optional_instant(Column column) const {
  return unless_null(column, &Row::instant);
}
std::optional<time::Date> Row::optional_date(Column column) const {
  return unless_null(column, &Row::date);
}
std::optional<bool> Row::optional_boolean(Column column) const {
  return unless_null(column, &Row::boolean);
}
std::optional<std::string> Row::optional_bytes(Column column) const {
  return unless_null(column, &Row::bytes);
}

Rows::Rows(PGresult* result, std::string_view statement)
    : result_(std::make_shared<const detail::Result>(result, statement)) {}

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(result_->rows));
}

Row Rows::operator[](std::size_t index) const {
  RK_CHECK(index < size());
  return Row(result_, static_cast<int>(index));
}

Row Rows::only() const {
  if (size() != 1) {
    throw Bug(fmt::format("bug: statement {} gives {} rows, not one", result_->statement, size()));
  }
  return (*this)[0];
}

std::optional<Row> Rows::at_most_one() const {
  return empty() ? std::nullopt : std::optional(only());
}

}  // namespace reckoner::store
