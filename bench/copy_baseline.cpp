#include "copy_baseline.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "copy_session.hpp"
#include "machine.hpp"

namespace reckoner::bench {

namespace {

constexpr std::size_t kPieceBytes = 128 * 1024;

struct ResultRows {
  std::string_view table;
  std::string_view condition;  ///< which of its rows a run has inserted
};

// A run inserts the period behind each one it bills; that is the open one.
constexpr std::array kResultRows{
    ResultRows{"document", "true"},
    ResultRows{"document_line", "true"},
    ResultRows{"posting", "true"},
    ResultRows{"issued", "true"},
    ResultRows{"outbox", "true"},
    ResultRows{"customer_balance", "true"},
    ResultRows{"billing_period", "billed_cut is null"},
};

/// Gives the number of rows.
std::int64_t copy_file(CopySession& session, const std::string& sql,
                       const std::filesystem::path& path) {
  session.begin_copy_in(sql);
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(kPieceBytes);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
    session.put({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  return session.end_copy_in(sql);
}

}  // namespace

CopyBaseline copy_result_rows(const std::string& conninfo, const std::filesystem::path& directory,
                              CopyFormat format, const std::function<void()>& before_copy) {
  const std::string_view options = format == CopyFormat::kBinary ? "with (format binary)" : "";
  CopySession session(conninfo);
  session.execute("set client_min_messages = warning");
  session.execute("create schema copied");
  for (const auto& [table, condition] : kResultRows) {
    session.execute(fmt::format("create table copied.{0} (like public.{0} including all)", table));
    std::ofstream file(directory / table, std::ios::binary);
    session.copy_out(
        fmt::format("copy (select * from public.{} where {}) to stdout {}", table, condition,
                    options),
        [&](std::string_view row) { file.write(row.data(), std::streamsize(row.size())); });
    if (!file.flush()) throw Error(fmt::format("cannot write {}", (directory / table).string()));
  }
  before_copy();

  CopyBaseline baseline;
  const Stopwatch watch;
  session.execute("begin");
  for (const auto& rows : kResultRows) {
    baseline.rows +=
        copy_file(session, fmt::format("copy copied.{} from stdin {}", rows.table, options),
                  directory / rows.table);
  }
  session.execute("commit");
  baseline.seconds = watch.seconds();
  for (const auto& rows : kResultRows) std::filesystem::remove(directory / rows.table);
  session.execute("drop schema copied cascade");
  return baseline;
}

}  // namespace reckoner::bench
