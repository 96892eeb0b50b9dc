#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "money/decimal.hpp"
#include "time/time.hpp"

typedef struct pg_result PGresult;

namespace reckoner::store {

/// A column of a result, by position from 0 or by name.
class Column {
 public:
  Column(int position) : position_(position) {}   // NOLINT(google-explicit-constructor)
  Column(std::string_view name) : name_(name) {}  // NOLINT(google-explicit-constructor)
  Column(const char* name)
      : Column(std::string_view(name)) {}  // NOLINT(google-explicit-constructor)

 private:
  friend class Row;
  int position_ = -1;
  std::string_view name_;
};

namespace detail {
struct Result;
}

/// One row. Shares ownership of its result: it stays valid when the Rows it came from have gone.
/// A missing column, NULL where a value is asked for and a column of another type are Bugs; a
/// number or time outside our ranges is an Error naming the statement and the column.
class Row {
 public:
  bool is_null(Column column) const;
  std::int64_t int64(Column column) const;
  std::string text(Column column) const;
  money::Decimal decimal(Column column) const;
  time::Instant instant(Column column) const;
  time::Date date(Column column) const;
  bool boolean(Column column) const;
  std::string bytes(Column column) const;
  std::array<std::uint8_t, 16> uuid(Column column) const;

  std::optional<std::int64_t> optional_int64(Column column) const;
  std::optional<std::string> optional_text(Column column) const;
  std::optional<money::Decimal> optional_decimal(Column column) const;
  std::optional<time::Instant> optional_instant(Column column) const;
  std::optional<time::Date> optional_date(Column column) const;
  std::optional<bool> optional_boolean(Column column) const;
  std::optional<std::string> optional_bytes(Column column) const;

 private:
  friend class Rows;
  Row(std::shared_ptr<const detail::Result> result, int index)
      : result_(std::move(result)), index_(index) {}
  int position_of(Column column) const;
  std::string_view value(Column column) const;
  std::string place(Column column) const;
  template <class Parser>
  auto parsed(std::string_view text, Column column, Parser parser) const;
  template <class Getter>
  auto unless_null(Column column, Getter getter) const;

  std::shared_ptr<const detail::Result> result_;
  int index_;
};

/// The result of a query, all of it in memory. Cheap to copy; may be read by several threads.
class Rows {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Row;
    Row operator*() const { return Row(result_, index_); }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

   private:
    friend class Rows;
    Iterator(std::shared_ptr<const detail::Result> result, int index)
        : result_(std::move(result)), index_(index) {}
    std::shared_ptr<const detail::Result> result_;
    int index_;
  };

  /// Takes the result over.
  Rows(PGresult* result, std::string_view statement);

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  Row operator[](std::size_t index) const;
  Iterator begin() const { return Iterator(result_, 0); }
  Iterator end() const { return Iterator(result_, static_cast<int>(size())); }

  /// The row of a query that gives exactly one; any other number is a Bug.
  Row only() const;
  /// The row of a query that gives at most one; more are a Bug.
  std::optional<Row> at_most_one() const;

 private:
  std::shared_ptr<const detail::Result> result_;
};

}  // namespace reckoner::store
