#include "store/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include "base/log.hpp"
#include "base/steps.hpp"
#include "store/disk_full.hpp"
#include "store/servers.hpp"
#include "store/session.hpp"

namespace reckoner::store {

namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using OwnedResult = std::unique_ptr<PGresult, ClearResult>;

std::string field(const PGresult* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

void log_notice(void*, const PGresult* notice) {
  const std::string severity = field(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  const std::string message = field(notice, PG_DIAG_MESSAGE_PRIMARY);
  // Such as: a commit that did not wait for the synchronous standby.
  if (severity == "WARNING") return log::warning("database: {}", message);
  log::debug("database: {}", message);
}

bool succeeded(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

/// The first failure among the results of what was sent, else the last result; null when nothing
/// could be sent. (PQexec and its like keep the last, which for a backend that was ended is only
/// that the connection closed, not why.)
OwnedResult receive(PGconn* libpq, int sent) {
  OwnedResult kept;
  while (sent != 0) {
    OwnedResult next(PQgetResult(libpq));
    if (!next) break;
    if (!kept || succeeded(kept.get())) kept = std::move(next);
    const ExecStatusType status = PQresultStatus(kept.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
  }
  return kept;
}

}  // namespace

namespace {
constexpr std::string_view kReadOnlyServer = "25006";
constexpr std::string_view kDiskFull = "53100";

DatabaseError cannot_connect(std::string message) {
  return DatabaseError({.statement = "connect",
                        .sqlstate = "08001",
                        .message = std::move(message),
                        .connection_lost = true});
}
}  // namespace

DatabaseError Connection::from_soci(std::string_view name, const soci::soci_error& error) const {
  std::string sqlstate;
  if (const auto* known = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
    sqlstate = known->sqlstate();
  }
  if (sqlstate.starts_with(' ')) sqlstate.clear();
  return error_with(name, std::move(sqlstate), error.get_error_message());
}

DatabaseError Connection::error_with(std::string_view name, std::string sqlstate,
                                     std::string message, std::string constraint) const {
  if (sqlstate == kDiskFull) note_disk_full();
  server_reads_only_ = server_reads_only_ || (sqlstate == kReadOnlyServer && !reads_only_);
  return DatabaseError(
      {.statement = std::string(name),
       .sqlstate = sqlstate.empty() ? "08006" : std::move(sqlstate),
       .message = std::move(message),
       .constraint = std::move(constraint),
       .connection_lost = PQstatus(libpq_) == CONNECTION_BAD || server_reads_only_});
}

Connection::Connection(const ConnectionOptions& options) : options_(options) {
  try {
    if (options.before_connect) options.before_connect();
    session_ = std::make_unique<soci::session>(
        soci::postgresql, server_url(options.conninfo, options.application_name));
  } catch (const StartError& error) {
    throw cannot_connect(error.what());
  } catch (const soci::soci_error& error) {
    std::string message = error.get_error_message();
    constexpr std::string_view kPrefix = "Cannot establish connection to the database.\n";
    if (message.starts_with(kPrefix)) message.erase(0, kPrefix.size());
    throw cannot_connect(std::move(message));
  }
  libpq_ = static_cast<soci::postgresql_session_backend*>(session_->get_backend())->conn_;
  PQsetNoticeReceiver(libpq_, &log_notice, nullptr);

  const std::string statement_timeout = fmt::format("{}ms", options.statement_timeout.count());
  const std::string idle_timeout = fmt::format("{}ms", options.idle_in_transaction_timeout.count());
  const std::string role = options.role.value_or("none");
  long long microseconds = 0;
  long long timeline = 0;
  long long recovery = 0;
  with_session("connect", [&](soci::session& session) {
    session << "select cast(extract(epoch from backend_start) * 1000000 as bigint),"
               " (select cast(system_identifier as text) from pg_control_system()),"
               " case when pg_is_in_recovery() then 0 else"
               "   cast(cast('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
               "     as bit(32)) as bigint) end,"
               " (select cast(extract(epoch from stats_reset) * 1000000 as bigint)"
               "    from pg_stat_wal),"
               " set_config('datestyle', 'ISO', false),"
               " set_config('timezone', 'UTC', false),"
               " set_config('intervalstyle', 'iso_8601', false),"
               " set_config('extra_float_digits', '3', false),"
               " set_config('bytea_output', 'hex', false),"
               " set_config('default_transaction_isolation', 'read committed', false),"
               " set_config('client_connection_check_interval', '1s', false),"
               " set_config('statement_timeout', :statement_timeout, false),"
               " set_config('idle_in_transaction_session_timeout', :idle_timeout, false),"
               " set_config('role', :role, false)"
               " from pg_stat_activity where pid = pg_backend_pid()",
        soci::into(microseconds), soci::into(lineage_.system), soci::into(timeline),
        soci::into(recovery), soci::use(statement_timeout, "statement_timeout"),
        soci::use(idle_timeout, "idle_timeout"), soci::use(role, "role");
  });
  backend_start_ = time::Instant(std::chrono::microseconds(microseconds));
  lineage_.timeline = timeline;
  lineage_.recovery = recovery;
  if (!note_lineage(lineage_)) {
    throw cannot_connect(
        fmt::format("the server writes timeline {}, but another one was promoted and has taken "
                    "over: nothing is written here",
                    lineage_.timeline));
  }
}

Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

void Connection::fail(std::string_view statement, PGresult* raw) {
  const OwnedResult result(raw);
  const std::string sqlstate = field(raw, PG_DIAG_SQLSTATE);
  std::string message = field(raw, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = PQerrorMessage(libpq_);
  // The key that clashed or was not found helps; the details of other errors show whole rows.
  if (sqlstate == "23505" || sqlstate == "23503") {
    message += ": " + field(raw, PG_DIAG_MESSAGE_DETAIL);
  }
  throw error_with(statement, sqlstate, std::move(message), field(raw, PG_DIAG_CONSTRAINT_NAME));
}

void Connection::count(std::string_view name) {
  RK_CHECK(!copying_);
  ++statements_executed_;
  const auto counted = counts_.find(name);
  if (counted != counts_.end()) {
    ++counted->second;
  } else {
    counts_.emplace(name, 1);
  }
}

void Connection::prepare(const Statement& statement) {
  RK_CHECK(!statement.name.empty() && statement.name.size() < 64);
  const auto known = prepared_.find(statement.name);
  if (known != prepared_.end()) {
    RK_CHECK(known->second == statement.sql);
    return;
  }
  const std::string name(statement.name);
  const std::string sql(statement.sql);
  OwnedResult result =
      receive(libpq_, PQsendPrepare(libpq_, name.c_str(), sql.c_str(), 0, nullptr));
  if (!succeeded(result.get())) fail(name, result.release());
  prepared_.emplace(name, sql);
}

PGresult* Connection::run(const Statement& statement, const Params& params) {
  const steps::Step step(statement.name);
  count(statement.name);
  prepare(statement);
  std::vector<const char*> values;
  values.reserve(params.values().size());
  for (const auto& value : params.values()) values.push_back(value ? value->c_str() : nullptr);
  const std::string name(statement.name);
  const int sent = PQsendQueryPrepared(libpq_, name.c_str(), static_cast<int>(values.size()),
                                       values.data(), nullptr, nullptr, 0);
  OwnedResult result = receive(libpq_, sent);
  if (!succeeded(result.get())) fail(name, result.release());
  return result.release();
}

Rows Connection::query(const Statement& statement, const Params& params) {
  return Rows(run(statement, params), statement.name);
}

std::int64_t Connection::execute(const Statement& statement, const Params& params) {
  const OwnedResult result(run(statement, params));
  const std::string affected = PQcmdTuples(result.get());
  return affected.empty() ? 0 : std::stoll(affected);
}

std::string Connection::run_plain(std::string_view name, const std::string& sql) {
  RK_CHECK(!copying_);
  OwnedResult result = receive(libpq_, PQsendQuery(libpq_, sql.c_str()));
  if (!succeeded(result.get())) fail(name, result.release());
  const bool has_field = PQntuples(result.get()) > 0 && PQnfields(result.get()) > 0;
  return has_field ? PQgetvalue(result.get(), 0, 0) : "";
}

void Connection::run_script(const Statement& script) {
  count(script.name);
  OwnedResult result = receive(libpq_, PQsendQuery(libpq_, std::string(script.sql).c_str()));
  if (!succeeded(result.get())) fail(script.name, result.release());
}

std::int64_t Connection::statements_executed(std::string_view name) const {
  const auto counted = counts_.find(name);
  return counted == counts_.end() ? 0 : counted->second;
}

std::int32_t Connection::backend_pid() const {
  return PQbackendPID(libpq_);
}

bool Connection::in_transaction() const {
  return PQtransactionStatus(libpq_) != PQTRANS_IDLE;
}

bool Connection::is_alive() {
  if (server_reads_only_) return false;
  // Reads what has come, a last word of the server perhaps, up to the end of the stream if that is
  // there.
  pollfd socket{.fd = PQsocket(libpq_), .events = POLLIN, .revents = 0};
  while (PQstatus(libpq_) == CONNECTION_OK && poll(&socket, 1, 0) > 0) {
    if (PQconsumeInput(libpq_) == 0) return false;
  }
  return PQstatus(libpq_) == CONNECTION_OK;
}

}  // namespace reckoner::store
