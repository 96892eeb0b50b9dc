#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/database_error.hpp"
#include "store/lineage.hpp"
#include "store/params.hpp"
#include "store/rows.hpp"
#include "time/time.hpp"

namespace soci {
class session;
class soci_error;
}  // namespace soci
typedef struct pg_conn PGconn;

namespace reckoner::store {

/// An SQL statement with the name under which it is prepared, counted and spoken of in errors. One
/// name, one text. Names have 1 to 63 characters.
struct Statement {
  std::string_view name;
  std::string_view sql;
};

struct ConnectionOptions {
  /// A libpq connection string: keyword=value pairs or a postgresql:// URL, of one server or of
  /// several (store/servers.hpp). Never shown in an error.
  std::string conninfo;
  /// The longest a statement, and the longest silence inside a transaction, may last; 0 is without
  /// limit.
  std::chrono::milliseconds statement_timeout{0};
  std::chrono::milliseconds idle_in_transaction_timeout{0};
  std::string application_name = "reckoner";
  /// Taken on with SET ROLE after connecting.
  std::optional<std::string> role = std::nullopt;
  /// Runs before each attempt to connect: a private cluster is started again there
  /// (EmbeddedCluster::ensure_running). A StartError of it becomes a DatabaseError.
  std::function<void()> before_connect = {};
  /// How long Transaction::commit() may look for an answer that was lost.
  std::chrono::milliseconds commit_patience{10'000};
};

/// A connection to PostgreSQL: one SOCI session. Statements with parameters and transactions
/// (Transaction) go through libpq on that same session, because arrays as parameters, COPY,
/// SQLSTATE, the violated constraint's name and what COMMIT answers need it. The session speaks
/// UTF-8, ISO dates in UTC, and READ COMMITTED. Gives up connecting after 10 seconds, and a peer
/// that does not answer keep-alives after 25, unless the connection string says otherwise; the
/// server ends the statements of a client that has died within a second. Refuses a server that a
/// promoted one has replaced, where this process has worked with that (note_lineage). Not
/// thread-safe. Movable, but not while a Copy on it exists. Everything throws DatabaseError when
/// the database refuses.
class Connection {
 public:
  explicit Connection(const ConnectionOptions& options);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Runs a statement, prepared at its first use, and gives its rows.
  Rows query(const Statement& statement, const Params& params = {});
  /// Runs a statement and gives the number of rows it inserted, updated, deleted or selected.
  std::int64_t execute(const Statement& statement, const Params& params = {});
  /// Runs a text of several statements, without parameters and unprepared.
  void run_script(const Statement& script);

  /// Queries, executions, scripts and COPYs since connecting, failed ones too; all, or those of one
  /// name.
  std::int64_t statements_executed() const { return statements_executed_; }
  std::int64_t statements_executed(std::string_view name) const;

  /// Together they identify this connection on the server, for ever: process ids alone come back.
  std::int32_t backend_pid() const;
  time::Instant backend_start() const { return backend_start_; }
  /// As it was on connecting.
  const Lineage& lineage() const { return lineage_; }

  /// Whether transactions begun from now on leave a mark by which it can be told later, whatever
  /// happened to the server, that they were kept. Costs an insert.
  void mark_commits(bool marks) { marks_commits_ = marks; }

  bool in_transaction() const;
  /// False when the server or the network is known to have closed the connection, or the server
  /// has refused to write. Asks nobody, waits for nothing.
  bool is_alive();

 private:
  friend class Transaction;
  friend class CopyStream;

  void count(std::string_view name);
  void prepare(const Statement& statement);
  PGresult* run(const Statement& statement, const Params& params);
  /// Runs statements without parameters and gives the first field of the last result, or "".
  /// Neither prepared nor counted.
  std::string run_plain(std::string_view name, const std::string& sql);
  /// Ends the result and throws what it says. `result` may be null.
  [[noreturn]] void fail(std::string_view statement, PGresult* result);
  /// Runs a piece of work on the SOCI session and turns its errors into DatabaseError.
  template <class Work>
  void with_session(std::string_view name, Work work);
  DatabaseError from_soci(std::string_view name, const soci::soci_error& error) const;
  DatabaseError error_with(std::string_view name, std::string sqlstate, std::string message,
                           std::string constraint = {}) const;

  ConnectionOptions options_;
  std::unique_ptr<soci::session> session_;
  PGconn* libpq_ = nullptr;  // the session's
  time::Instant backend_start_{};
  Lineage lineage_;
  std::map<std::string, std::string, std::less<>> prepared_;  // name → text
  std::map<std::string, std::int64_t, std::less<>> counts_;
  std::int64_t statements_executed_ = 0;
  bool copying_ = false;
  bool reads_only_ = false;  ///< in a transaction that is to write nothing
  bool marks_commits_ = false;
  mutable bool server_reads_only_ = false;  ///< it has said so, when it was to write
};

}  // namespace reckoner::store
