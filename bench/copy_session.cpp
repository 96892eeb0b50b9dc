#include "copy_session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "base/error.hpp"

namespace reckoner::bench {

namespace {
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;
}  // namespace

void CopySession::Finish::operator()(PGconn* connection) const {
  PQfinish(connection);
}
void CopySession::Free::operator()(char* memory) const {
  PQfreemem(memory);
}

CopySession::CopySession(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) fail("connecting");
}
CopySession::~CopySession() = default;

void CopySession::fail(std::string_view what) const {
  throw Error(fmt::format("{}: {}", what, PQerrorMessage(connection_.get())));
}

void CopySession::execute(const std::string& sql) {
  const Result result(PQexec(connection_.get(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN &&
      status != PGRES_COPY_OUT) {
    fail(sql);
  }
}

bool CopySession::next_piece(std::string_view sql, std::string_view& piece) {
  char* bytes = nullptr;
  const int size = PQgetCopyData(connection_.get(), &bytes, 0);
  piece_.reset(bytes);
  if (size < 0) {
    end_copy(sql);
    return false;
  }
  piece = {bytes, static_cast<std::size_t>(size)};
  return true;
}

void CopySession::put(std::string_view bytes) {
  if (PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) {
    fail("COPY");
  }
}

std::int64_t CopySession::end_copy_in(std::string_view sql) {
  if (PQputCopyEnd(connection_.get(), nullptr) != 1) fail(sql);
  return end_copy(sql);
}

std::int64_t CopySession::end_copy(std::string_view sql) {
  const Result result(PQgetResult(connection_.get()), &PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(sql);
  RK_CHECK(PQgetResult(connection_.get()) == nullptr);
  return std::atoll(PQcmdTuples(result.get()));
}

}  // namespace reckoner::bench
