#include "store/cursor.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::store {

Cursor::Cursor(Connection& connection, const Statement& statement, const Params& params,
               int page_rows)
    : connection_(connection),
      name_(statement.name),
      fetch_(fmt::format("fetch {} from \"{}\"", page_rows, name_)),
      page_rows_(page_rows) {
  RK_CHECK(connection.in_transaction());
  RK_CHECK(name_.find('"') == name_.npos && page_rows > 0);
  connection_.execute({fmt::format("declare {}", name_),
                       fmt::format("declare \"{}\" no scroll cursor for {}", name_, statement.sql)},
                      params);
}

Cursor::~Cursor() {
  if (!connection_.in_transaction()) return;
  try {
    connection_.execute({fmt::format("close {}", name_), fmt::format("close \"{}\"", name_)});
  } catch (const DatabaseError&) {
    // A failed transaction takes its cursors with it.
  }
}

Rows Cursor::next() {
  return connection_.query({fmt::format("{} {}", page_rows_, name_), fetch_});
}

}  // namespace reckoner::store
