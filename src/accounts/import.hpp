#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/rules.hpp"
#include "base/error.hpp"
#include "store/connection.hpp"

namespace reckoner::accounts {

enum class ImportKind {
  kCustomers,
  kSubscriptions,
  kPayments,
  kDiscounts,
  kCharges,
  kCredits,
  kAgreements,
  kCostPools,
};

/// "customers", "subscriptions", "payments", "discounts", "charges", "credits", "agreements",
/// "cost-pools".
std::string_view to_string(ImportKind kind);
/// Throws UsageError for anything else, naming the nearest.
ImportKind parse_import_kind(std::string_view text);

/// What became of the rows of a file: rows = created + changed + unchanged.
struct ImportResult {
  std::int64_t rows = 0;
  std::int64_t created = 0;
  std::int64_t changed = 0;
  std::int64_t unchanged = 0;
};

/// Most messages that are kept of one file.
inline constexpr std::size_t kImportProblemsMax = 1000;

/// Something is wrong with the file. Nothing of it is stored.
class ImportError : public Error {
 public:
  ImportError(std::vector<std::string> problems, std::size_t total);

  /// "customers.csv:7: unknown time zone 'Europ/Berlin'; did you mean 'Europe/Berlin'?", in the
  /// order of the file; the first kImportProblemsMax.
  const std::vector<std::string>& problems() const { return problems_; }
  /// All problems, those that are not kept included.
  std::size_t total() const { return total_; }

 private:
  std::vector<std::string> problems_;
  std::size_t total_;
};

/// Told after each row that was looked at; what it throws ends the import, and nothing is stored.
using ImportProgress = std::function<void(std::int64_t done, std::int64_t rows)>;

/// Imports a whole file in one transaction of its own, all or nothing. docs/import.md says what the
/// files hold. A file is CSV with a header when its name ends with .csv, JSON lines when it ends
/// with .jsonl or .json-lines, and otherwise what its first character shows ('{' is JSON lines).
/// Rows are recognised by their natural key: a file imported twice changes nothing. Imports wait
/// for one another, and for batches that hold one of the customers. The number of statements does
/// not depend on the number of rows. The file is in memory, with its rows beside it. `connection`
/// is in no transaction.
/// Throws ImportError for everything that is wrong with the file, and store::DatabaseError; where
/// that is retryable(), the same call may be repeated.
ImportResult import_file(store::Connection& connection, ImportKind kind, std::string_view file_name,
                         std::string_view content, const ChangeRules& rules,
                         const ImportProgress& progress = {});

}  // namespace reckoner::accounts
