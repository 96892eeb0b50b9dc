#pragma once

#include <string>

#include "store/connection.hpp"

namespace reckoner::store {

/// A query whose rows come in pages, so that a long result needs the memory of one page. The
/// snapshot is that of the moment it was opened. Lives within one transaction; one cursor of a
/// statement's name at a time on a connection, beside which other statements may run.
///   Cursor cursor(connection, kEvents, {customer_id});
///   for (Rows page = cursor.next(); !page.empty(); page = cursor.next()) …
class Cursor {
 public:
  static constexpr int kPageRows = 10'000;

  /// The statement's name has at most 50 characters.
  Cursor(Connection& connection, const Statement& statement, const Params& params = {},
         int page_rows = kPageRows);
  /// Closes it, unless the transaction has ended or failed.
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  /// The next rows; none when all were given.
  Rows next();

 private:
  Connection& connection_;
  const std::string name_;
  const std::string fetch_;
  const int page_rows_;
};

}  // namespace reckoner::store
