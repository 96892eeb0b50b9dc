#include "copy_baseline.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <fstream>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.hpp"
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

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

class Session {
 public:
  explicit Session(const std::string& conninfo)
      : connection_(PQconnectdb(conninfo.c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) fail("connecting");
  }

  void execute(const std::string& sql) { expect(PQexec(connection_.get(), sql.c_str()), sql); }

  void copy_out(const std::string& sql, const std::filesystem::path& path) {
    expect(PQexec(connection_.get(), sql.c_str()), sql);
    std::ofstream file(path, std::ios::binary);
    char* row = nullptr;
    for (int size = 0; (size = PQgetCopyData(connection_.get(), &row, 0)) > 0; PQfreemem(row)) {
      file.write(row, size);
    }
    end_copy(sql);
    if (!file.flush()) throw Error(fmt::format("cannot write {}", path.string()));
  }

  /// Gives the number of rows.
  std::int64_t copy_in(const std::string& sql, const std::filesystem::path& path) {
    expect(PQexec(connection_.get(), sql.c_str()), sql);
    std::ifstream file(path, std::ios::binary);
    std::vector<char> piece(kPieceBytes);
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
      if (PQputCopyData(connection_.get(), piece.data(), static_cast<int>(file.gcount())) != 1) {
        fail(sql);
      }
    }
    if (PQputCopyEnd(connection_.get(), nullptr) != 1) fail(sql);
    return end_copy(sql);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw Error(fmt::format("{}: {}", what, PQerrorMessage(connection_.get())));
  }

  std::int64_t expect(PGresult* raw, std::string_view sql) const {
    const Result result(raw, &PQclear);
    const ExecStatusType status = PQresultStatus(raw);
    if (status != PGRES_COMMAND_OK && status != PGRES_COPY_IN && status != PGRES_COPY_OUT) {
      fail(sql);
    }
    return std::atoll(PQcmdTuples(raw));
  }

  std::int64_t end_copy(std::string_view sql) {
    const std::int64_t rows = expect(PQgetResult(connection_.get()), sql);
    RK_CHECK(PQgetResult(connection_.get()) == nullptr);
    return rows;
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

}  // namespace

CopyBaseline copy_result_rows(const std::string& conninfo, const std::filesystem::path& directory,
                              const std::function<void()>& before_copy) {
  Session session(conninfo);
  session.execute("create schema copied");
  for (const auto& [table, condition] : kResultRows) {
    session.execute(fmt::format("create table copied.{0} (like public.{0} including all)", table));
    session.copy_out(
        fmt::format("copy (select * from public.{} where {}) to stdout", table, condition),
        directory / table);
  }
  before_copy();

  CopyBaseline baseline;
  const Stopwatch watch;
  session.execute("begin");
  for (const auto& rows : kResultRows) {
    baseline.rows += session.copy_in(fmt::format("copy copied.{} from stdin", rows.table),
                                     directory / rows.table);
  }
  session.execute("commit");
  baseline.seconds = watch.seconds();
  return baseline;
}

}  // namespace reckoner::bench
