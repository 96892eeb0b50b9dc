#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/steps.hpp"
#include "store/connection.hpp"

namespace reckoner::store {

/// What every COPY … FROM STDIN shares: its beginning, its bytes on the way, its end.
class CopyStream {
 public:
  CopyStream(Connection& connection, std::string_view name, const std::string& sql);
  ~CopyStream();
  CopyStream(const CopyStream&) = delete;
  CopyStream& operator=(const CopyStream&) = delete;

  /// What is to be sent; emptied now and then by row_ended().
  std::string& buffer() { return buffer_; }
  void row_ended();
  std::int64_t finish();

 private:
  void send();
  PGresult* end_copy(const char* reason);

  Connection& connection_;
  std::string name_;
  steps::Step step_;
  std::string buffer_;
};

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
      append_text(copy_.stream_.buffer(), value);
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

  RowWriter row() { return RowWriter(*this); }
  /// Once; gives the number of rows that are in the table now.
  std::int64_t finish() { return stream_.finish(); }

 private:
  CopyStream stream_;
  std::size_t columns_;
};

/// The same in PostgreSQL's binary format, for hot tables: each value must be of exactly its
/// column's type (bigint and std::int64_t or Id, int and std::int32_t, boolean, text, numeric,
/// bytea, uuid, timestamptz, date).
///   BinaryCopy copy(connection, "copy_keys", "event_key", {"key", "namespace"});
///   copy.row().add(key).add(namespace_name).end();
///   copy.finish();
class BinaryCopy {
 public:
  class RowWriter {
   public:
    RowWriter& add(std::int64_t number);
    RowWriter& add(std::int32_t number);
    /// Throws Error for a text with a zero byte, which PostgreSQL cannot hold.
    RowWriter& add(std::string_view text);
    RowWriter& add(const std::string& text) { return add(std::string_view(text)); }
    RowWriter& add(const char* text) { return add(std::string_view(text)); }
    RowWriter& add(bool value);
    RowWriter& add(const money::Decimal& decimal);
    RowWriter& add(Bytes bytes);
    RowWriter& add(const Uuid& uuid);
    RowWriter& add(time::Instant instant);
    RowWriter& add(time::Date date);
    RowWriter& add(std::nullopt_t);
    template <class Tag>
    RowWriter& add(Id<Tag> id) {
      return add(id.value);
    }
    template <class Value>
    RowWriter& add(const std::optional<Value>& value) {
      return value ? add(*value) : add(std::nullopt);
    }
    /// Ends the row, which must have a value for each column.
    void end();

   private:
    friend class BinaryCopy;
    explicit RowWriter(BinaryCopy& copy);
    void begin_value(std::size_t bytes);
    BinaryCopy& copy_;
    std::size_t values_ = 0;
  };

  BinaryCopy(Connection& connection, std::string_view name, std::string_view table,
             std::initializer_list<std::string_view> columns);

  RowWriter row() { return RowWriter(*this); }
  /// Once; gives the number of rows that are in the table now.
  std::int64_t finish();

 private:
  CopyStream stream_;
  std::size_t columns_;
};

}  // namespace reckoner::store
