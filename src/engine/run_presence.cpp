#include "engine/run_presence.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "base/stoppable_wait.hpp"
#include "store/transaction.hpp"

namespace reckoner::engine {

namespace {

constexpr std::chrono::milliseconds kLook{500};
constexpr std::chrono::seconds kPoolWait{5};

constexpr store::Statement kEnter{"enter run workers", R"(
  insert into run_worker (host, process, started_at) values ($1, $2, $3) returning worker_id)"};

// Whoever was silent for long may have been taken for dead, and its row away.
constexpr store::Statement kBeat{"beat", R"(
  insert into run_worker (worker_id, host, process, started_at) overriding system value
  values ($1, $2, $3, $4)
  on conflict (worker_id) do update set beat = run_worker.beat + 1)"};

constexpr store::Statement kOthers{"beats of others", R"(
  select worker_id, beat from run_worker where worker_id <> $1)"};

constexpr store::Statement kClaims{"claimed batches", R"(
  select run_id, batch, token, worker_id, backend_pid, backend_start
    from run_batch where state = 'open' and worker_id is not null)"};

// The login's own role sees and ends backends of the login; the role it took on may not.
constexpr store::Statement kAsLogin{"act as login", "select set_config('role', 'none', true)"};

constexpr store::Statement kAlive{"live backends", R"(
  select k.position
    from unnest($1::int[], $2::timestamptz[]) with ordinality as k(pid, backend_start, position)
    join pg_stat_activity a on a.pid = k.pid and a.backend_start = k.backend_start)"};

constexpr store::Statement kEnd{"end backends", R"(
  select pg_terminate_backend(a.pid, 2000)
    from unnest($1::int[], $2::timestamptz[]) as k(pid, backend_start)
    join pg_stat_activity a on a.pid = k.pid and a.backend_start = k.backend_start)"};

// A row that is locked belongs to a transaction that still writes for its holder.
constexpr store::Statement kFree{"free batches", R"(
  update run_batch b set token = b.token + 1, worker_id = null
    from (select r.run_id, r.batch
            from run_batch r
            join unnest($1::bigint[], $2::int[], $3::bigint[]) as f(run_id, batch, token)
              on f.run_id = r.run_id and f.batch = r.batch and f.token = r.token
           where r.state = 'open' for update of r skip locked) free
   where b.run_id = free.run_id and b.batch = free.batch)"};

constexpr store::Statement kForget{"forget run workers", R"(
  delete from run_worker w using unnest($1::bigint[], $2::bigint[]) as s(worker_id, beat)
   where w.worker_id = s.worker_id and w.beat = s.beat
     and not exists (select from run_batch b
                      where b.state = 'open' and b.worker_id = w.worker_id))"};

constexpr store::Statement kFreeOwn{"free own batches", R"(
  update run_batch set token = token + 1, worker_id = null
   where state = 'open' and worker_id = $1)"};

constexpr store::Statement kLeave{"leave run workers",
                                  "delete from run_worker where worker_id = $1"};

std::string host_name() {
  std::array<char, 256> name{"localhost"};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// Claims as columns.
struct Claims {
  std::vector<std::int64_t> runs;
  std::vector<std::int64_t> batches;
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> workers;
  std::vector<std::int64_t> pids;
  std::vector<time::Instant> backend_starts;

  std::size_t size() const { return runs.size(); }
  void add(const Claims& from, std::size_t i) {
    runs.push_back(from.runs[i]);
    batches.push_back(from.batches[i]);
    tokens.push_back(from.tokens[i]);
    workers.push_back(from.workers[i]);
    pids.push_back(from.pids[i]);
    backend_starts.push_back(from.backend_starts[i]);
  }
};

Claims read_claims(store::Connection& connection) {
  Claims claims;
  for (const store::Row& row : connection.query(kClaims)) {
    claims.runs.push_back(row.int64("run_id"));
    claims.batches.push_back(row.int64("batch"));
    claims.tokens.push_back(row.int64("token"));
    claims.workers.push_back(row.int64("worker_id"));
    claims.pids.push_back(row.int64("backend_pid"));
    claims.backend_starts.push_back(row.instant("backend_start"));
  }
  return claims;
}

Claims without_backend(store::Connection& connection, const Claims& claims) {
  std::vector<bool> alive(claims.size(), false);
  store::Transaction transaction(connection);
  connection.query(kAsLogin);
  for (const store::Row& row : connection.query(kAlive, {claims.pids, claims.backend_starts})) {
    alive[static_cast<std::size_t>(row.int64("position") - 1)] = true;
  }
  transaction.rollback();
  Claims gone;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (!alive[i]) gone.add(claims, i);
  }
  return gone;
}

void end_backends(store::Connection& connection, const Claims& claims) {
  try {
    store::Transaction transaction(connection);
    connection.query(kAsLogin);
    connection.query(kEnd, {claims.pids, claims.backend_starts});
    transaction.rollback();
  } catch (const store::DatabaseError& error) {
    if (error.connection_lost()) throw;
    log::error("the connections of a worker that is silent cannot be ended: {}", error.what());
  }
}

void free(store::Connection& connection, const Claims& claims) {
  if (claims.size() == 0) return;
  connection.execute(kFree, {claims.runs, claims.batches, claims.tokens});
}

}  // namespace

std::vector<SilenceWatch::Beat> SilenceWatch::silent(const std::vector<Beat>& seen,
                                                     Steady::time_point now,
                                                     std::chrono::milliseconds silence) {
  const auto elapsed = observed_.empty() ? std::chrono::milliseconds(0)
                                         : std::chrono::floor<std::chrono::milliseconds>(
                                               std::min<Steady::duration>(now - last_look_, look_));
  last_look_ = now;
  std::map<std::int64_t, Observed> observed;
  std::vector<Beat> silent;
  for (const Beat& beat : seen) {
    const auto before = observed_.find(beat.worker);
    const bool stands_still = before != observed_.end() && before->second.beat == beat.beat;
    const auto silent_for =
        stands_still ? before->second.silent_for + elapsed : std::chrono::milliseconds(0);
    observed.emplace(beat.worker, Observed{beat.beat, silent_for});
    if (stands_still && silent_for >= silence) silent.push_back(beat);
  }
  observed_ = std::move(observed);
  return silent;
}

Presence::Presence(store::Pool& pool, const time::Clock& clock,
                   std::chrono::milliseconds silence_max)
    : pool_(pool), silence_max_(silence_max), watch_(2 * kLook), started_at_(clock()) {
  {
    auto connection = pool_.take(kPoolWait);
    enter(*connection);
    look_after_others(*connection);
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { live(stop); });
}

Presence::~Presence() {
  thread_.request_stop();
  thread_.join();
  try {
    auto connection = pool_.take(kPoolWait);
    connection->execute(kFreeOwn, {worker_});
    connection->execute(kLeave, {worker_});
  } catch (const Error& error) {
    log::debug("others find out that this process has gone: {}", error.what());
  }
}

void Presence::enter(store::Connection& connection) {
  worker_ = connection.query(kEnter, {host_name(), getpid(), started_at_}).only().int64(0);
}

void Presence::beat(store::Connection& connection) {
  connection.execute(kBeat, {worker_, host_name(), getpid(), started_at_});
}

void Presence::look_after_others(store::Connection& connection) {
  std::vector<SilenceWatch::Beat> beats;
  for (const store::Row& row : connection.query(kOthers, {worker_})) {
    beats.push_back({row.int64("worker_id"), row.int64("beat")});
  }
  const auto silent = watch_.silent(beats, SilenceWatch::Steady::now(), silence_max_);
  const Claims claims = read_claims(connection);
  if (claims.size() > 0) free(connection, without_backend(connection, claims));
  if (silent.empty()) return;

  Claims overdue;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const bool is_silent = std::any_of(silent.begin(), silent.end(), [&](const auto& beat) {
      return beat.worker == claims.workers[i];
    });
    if (is_silent) overdue.add(claims, i);
  }
  if (overdue.size() > 0) {
    log::warning("a worker has been silent for {} s: its {} batches are taken over",
                 silence_max_.count() / 1000, overdue.size());
    end_backends(connection, overdue);
    free(connection, overdue);
  }
  std::vector<std::int64_t> workers;
  std::vector<std::int64_t> last_beats;
  for (const SilenceWatch::Beat& beat : silent) {
    workers.push_back(beat.worker);
    last_beats.push_back(beat.beat);
  }
  connection.execute(kForget, {workers, last_beats});
}

void Presence::live(const std::stop_token& stop) {
  while (waited_unstopped(stop, kLook)) {
    try {
      auto connection = pool_.take(kPoolWait);
      beat(*connection);
      look_after_others(*connection);
    } catch (const std::exception& error) {
      log::debug("run workers: {}", error.what());
    }
  }
}

}  // namespace reckoner::engine
