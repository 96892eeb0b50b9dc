#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace reckoner::bench {

enum class CopyFormat { kText, kBinary };

/// How long PostgreSQL takes to store rows when nobody computes anything.
struct CopyBaseline {
  double seconds = 0.0;
  std::int64_t rows = 0;
};

/// Takes every row that a run has inserted (documents, lines, postings, numbers, mails, balances
/// and the periods that follow) and stores them again, by COPY over one connection in one
/// transaction, in tables of the same columns, checks and indexes, which are dropped afterwards.
/// These tables have no triggers and no foreign keys. Only the storing is timed, from BEGIN to the
/// end of COMMIT. `conninfo` is the owner's; `directory` takes the rows meanwhile; `before_copy`
/// runs when everything is prepared. Throws Error.
CopyBaseline copy_result_rows(const std::string& conninfo, const std::filesystem::path& directory,
                              CopyFormat format, const std::function<void()>& before_copy);

}  // namespace reckoner::bench
