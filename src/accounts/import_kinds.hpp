#pragma once

// Inside of accounts: the kinds of files, each in a file of its own.

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "accounts/import.hpp"
#include "accounts/problems.hpp"
#include "accounts/table_file.hpp"

namespace reckoner::accounts {

/// A file being imported. Everything happens in the transaction of the connection.
struct Import {
  store::Connection& connection;
  const config::Configuration& active;
  time::Instant now;
  const std::vector<TableRow>& rows;
  Problems& problems;
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
