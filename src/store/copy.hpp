#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/connection.hpp"

namespace reckoner::store {

/// COPY … FROM STDIN: rows into a table, fast. Nothing else may run on the connection until
/// finish(); destroyed before that, the whole COPY is taken back and the transaction around it has
/// failed.
///   Copy copy(connection, "copy_lines", "invoice_line", {{"customer_id", "line_key", "amount"}});
///   copy.row().add(customer_id).add(line_key).add(std::nullopt).end();
///   copy.finish();
/// Errors of rows (constraints, formats) may come as late as finish(). Values are those of Params,
/// without arrays.
class Copy {
 public:
  class RowWriter {
   public:
    template <class Value>
    RowWriter& add(const Value& value) {
      begin_value();
      append_text(copy_.buffer_, value);
      return *this;
    }
    RowWriter& add(std::string_view text);
    RowWriter& add(const std::string& text) { return add(std::string_view(text)); }
    RowWriter& add(const char* text) { return add(std::string_view(text)); }
    RowWriter& add(Bytes bytes);
    RowWriter& add(std::nullopt_t);
    template <class Value>
    RowWriter& add(const std::optional<Value>& value) {
      return value ? add(*value) : add(std::nullopt);
    }
    /// Ends the row, which must have a value for each column.
    void end();

   private:
    friend class Copy;
    explicit RowWriter(Copy& copy) : copy_(copy) {}
    void begin_value();
    Copy& copy_;
    std::size_t values_ = 0;
  };

  /// `name` is that of a Statement. Table and columns are identifiers; a dot in the table divides
  /// schema and table.
  Copy(Connection& connection, std::string_view name, std::string_view table,
       std::span<const std::string_view> columns);
  Copy(Connection& connection, std::string_view name, std::string_view table,
       std::initializer_list<std::string_view> columns)
      : Copy(connection, name, table, std::span(columns.begin(), columns.size())) {}
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  RowWriter row() { return RowWriter(*this); }
  /// Once; gives the number of rows that are in the table now.
  std::int64_t finish();

 private:
  void send();
  PGresult* end_copy(const char* reason);

  Connection& connection_;
  std::string name_;
  std::size_t columns_;
  std::string buffer_;
};

}  // namespace reckoner::store
