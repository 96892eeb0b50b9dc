#include "store/commit_fate.hpp"

#include <thread>

#include "base/log.hpp"
#include "store/backoff.hpp"

namespace reckoner::store {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Statement kStatus{"status of a transaction", "select pg_xact_status($1::xid8) as status"};
constexpr std::string_view kNumberOfTheFuture = "22023";

constexpr Statement kMarked{"look for a mark",
                            "select exists (select from commit_mark where mark = $1) as kept"};

// It never got the COMMIT, and does not know yet that its client has gone.
constexpr Statement kEndWaiting{"end a backend that waits for its client", R"(
  select pg_terminate_backend(pid) from pg_stat_activity
   where pid = $1 and backend_start = $2 and state like 'idle in transaction%')"};

// Its own commit waits for the standbys, and they have all that was written before it.
constexpr Statement kPassStandbys{"wait for standbys",
                                  "select pg_logical_emit_message(true, 'reckoner', '')"};

/// "in progress", "committed", "aborted"; empty: forgotten long ago.
std::string status_of(Connection& connection, const std::string& xid) {
  try {
    return connection.query(kStatus, {xid}).only().optional_text("status").value_or("");
  } catch (const DatabaseError& error) {
    if (error.sqlstate() != kNumberOfTheFuture) throw;
    return "aborted";  // never given out on this server's history, so nothing of it is there
  }
}

/// None: not decided yet.
std::optional<CommitFate> ask(Connection& connection, const UnansweredCommit& commit) {
  const bool same_history = connection.lineage() == commit.lineage;
  if (!same_history && !commit.mark.empty()) {
    const bool kept = connection.query(kMarked, {commit.mark}).only().boolean("kept");
    return kept ? CommitFate::kKept : CommitFate::kNotKept;
  }
  const std::string status = status_of(connection, commit.xid);
  if (status == "aborted") return CommitFate::kNotKept;
  if (!same_history || status.empty()) return CommitFate::kUnknown;
  if (status == "committed") return CommitFate::kKept;
  return std::nullopt;
}

/// As the one who logged in: another role sees neither state nor start of the session.
void end_waiting(const UnansweredCommit& commit, ConnectionOptions options) {
  options.role = std::nullopt;
  Connection(options).query(kEndWaiting, {commit.backend_pid, commit.backend_start});
}

}  // namespace

CommitFate fate_of(const UnansweredCommit& commit, const ConnectionOptions& options,
                   std::optional<Connection>& renewed) {
  const auto deadline = Clock::now() + options.commit_patience;
  std::optional<CommitFate> fate;
  for (Backoff backoff; Clock::now() < deadline; std::this_thread::sleep_for(backoff.next())) {
    try {
      if (!renewed || !renewed->is_alive()) renewed.emplace(options);
      if (!fate) fate = ask(*renewed, commit);
      if (!fate) end_waiting(commit, options);
      if (fate == CommitFate::kKept) renewed->query(kPassStandbys);
      if (fate) return *fate;
    } catch (const DatabaseError& error) {
      log::debug("asking for transaction {}: {}", commit.xid, error.what());
    }
  }
  return fate.value_or(CommitFate::kUnknown);
}

}  // namespace reckoner::store
