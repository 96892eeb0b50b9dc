#pragma once

// Inside of accounts: the kinds of files, each in a file of its own.

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "accounts/change_scope.hpp"
#include "accounts/import.hpp"
#include "accounts/known_customers.hpp"
#include "accounts/problems.hpp"
#include "accounts/table_file.hpp"
#include "accounts/values.hpp"

namespace reckoner::accounts {

/// A file being imported. Everything happens in the transaction of the connection.
struct Import {
  store::Connection& connection;
  const ChangeRules& rules;
  const std::vector<TableRow>& rows;
  Problems& problems;
  const ImportProgress& progress;
};

/// What a kind of file holds and how it is stored. `run` checks all rows against each other and the
/// database, throws ImportError if there is any problem, and writes. It leaves ImportResult::rows.
struct ImportSpec {
  std::span<const Column> columns;
  ImportResult (*run)(const Import& import);
};

ImportSpec customer_import();
ImportSpec subscription_import();
ImportSpec payment_import();
ImportSpec discount_import();
ImportSpec charge_import();
ImportSpec credit_import();
ImportSpec agreement_import();
ImportSpec pool_import();

/// What the parsed rows of every kind begin with.
struct ImportRow {
  std::size_t line = 0;
  bool good = false;  ///< every value of it could be read; others are at their defaults
};

/// Locks the customers that the rows name in that member.
template <class Row>
KnownCustomers lock_customers(const Import& import, const std::vector<Row>& rows,
                              std::string Row::*key) {
  std::vector<std::string> keys;
  for (const Row& row : rows) keys.push_back(row.*key);
  return KnownCustomers::lock(import.connection, keys);
}

/// Takes the rows in their order. `look_up(row, problems)` checks what a row refers to, also where
/// something else is wrong with it; take(row) is for rows that are good, and may throw Error.
template <class Row, class LookUp, class Take>
void take_rows(const Import& import, const std::vector<Row>& rows, LookUp look_up, Take take) {
  std::int64_t done = 0;
  for (const Row& row : rows) {
    RowProblems problems(import.problems, row.line);
    look_up(row, problems);
    if (row.good && problems.good()) problems.check([&] { take(row); });
    if (import.progress) import.progress(++done, static_cast<std::int64_t>(rows.size()));
  }
}

/// Finds rows of one file that have the same natural key.
class KeysInFile {
 public:
  /// Throws Error for a key that an earlier line has; `what` describes the key for the message.
  void add(const std::string& key, const std::string& what, std::size_t line);

 private:
  std::unordered_map<std::string, std::size_t> lines_;
};

/// One text for two names; parse_key() lets neither hold a line break.
std::string natural_key(std::string_view customer, std::string_view name);

}  // namespace reckoner::accounts
