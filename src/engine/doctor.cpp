#include "engine/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/cost_centre.hpp"
#include "engine/cost_centre_budgets.hpp"
#include "engine/cost_pools.hpp"
#include "store/isolation.hpp"
#include "store/migrations.hpp"
#include "store/schema.hpp"

namespace reckoner::engine {

namespace {

constexpr store::Statement kBacklog{"backlog", R"(
  select (select count(*) from engine_run where state = 'running') as unfinished_runs,
         (select count(*) from parked) as parked,
         (select count(*) from quarantine where state = 'open') as quarantined,
         (select count(*) from outbox where state = 'pending') as mails_pending,
         (select count(*) from outbox where state = 'dead') as mails_dead,
         (select min(next_try_at) from outbox where state = 'pending') as oldest_mail,
         (select min(received_at) from ingest_batch where cut is null) as oldest_batch)"};

constexpr store::Statement kHeld{"held documents",
                                 "select count(*) as held from held where state = 'open'"};
constexpr store::Statement kHasHeld{"has held documents",
                                    "select to_regclass('held') is not null as held"};

/// Of cost centres: whoever looks at a customer's sees them marked there.
std::vector<std::string> lost_budgets(store::Connection& connection, Versions& versions) {
  std::vector<std::string> lost;
  const std::vector<CostCentreBudgets> all = list_cost_centre_budgets(connection);
  const auto active = all.empty() ? std::nullopt : versions.active(connection);
  if (!active) return lost;
  try {
    const auto version = versions.load(connection, *active);
    const domain::CostCentres centres(version->configuration().allocation);
    for (const CostCentreBudgets& one : all) {
      if (centres.find(one.cost_centre)) continue;
      lost.push_back(fmt::format("there is no cost centre {}", one.cost_centre));
    }
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error&) {
    // That the configuration does not work here is a finding of its own.
  }
  return lost;
}

Backlog read_backlog(store::Connection& connection, Versions& versions, time::Instant now) {
  const store::Row row = connection.query(kBacklog).only();
  Backlog backlog{.unfinished_runs = row.int64("unfinished_runs"),
                  .unattended_runs = unattended_runs(connection, versions, now),
                  .parked = row.int64("parked"),
                  .held = 0,
                  .quarantined = row.int64("quarantined"),
                  .mails_pending = row.int64("mails_pending"),
                  .mails_dead = row.int64("mails_dead"),
                  .oldest_mail = row.optional_instant("oldest_mail"),
                  .oldest_batch = row.optional_instant("oldest_batch")};
  if (connection.query(kHasHeld).only().boolean("held")) {
    backlog.held = connection.query(kHeld).only().int64("held");
  }
  for (const PoolProblem& problem : pool_problems(connection)) {
    backlog.undivided.push_back(
        fmt::format("{} of {}: {}", problem.pool, problem.month, problem.reason));
  }
  backlog.lost_budgets = lost_budgets(connection, versions);
  return backlog;
}

constexpr std::int64_t kOldestVersion = 150'000;
constexpr std::chrono::seconds kClockWarning{1};
constexpr std::chrono::seconds kClockWrong{60};
constexpr std::uintmax_t kDiskWarning = std::uintmax_t{2} << 30;
constexpr std::uintmax_t kDiskWrong = std::uintmax_t{200} << 20;
constexpr std::chrono::minutes kCutLate{5};
constexpr std::chrono::hours kMailLate{24};

std::string mebibytes(std::uintmax_t bytes) {
  return fmt::format("{} MiB", bytes >> 20);
}

Finding judge_durability(const store::ServerFacts& facts) {
  const auto dangers = store::dangers_of(facts);
  if (!dangers.empty()) {
    return {
        "durability", Verdict::kWrong,
        fmt::format("{}: a power cut loses or spoils what was committed", fmt::join(dangers, ", ")),
        "set fsync and full_page_writes to on and restart the server"};
  }
  if (facts.synchronous_commit == "off") {
    return {"durability", Verdict::kWarning, store::doubts_about(facts).front(),
            "set synchronous_commit to on"};
  }
  return {"durability", Verdict::kOk,
          fmt::format("commits are on disk before they are acknowledged (fsync, full_page_writes "
                      "on; synchronous_commit {})",
                      facts.synchronous_commit),
          ""};
}

Finding judge_standbys(const store::ServerFacts& facts) {
  auto doubts = store::doubts_about(facts);
  if (facts.synchronous_commit == "off") doubts.erase(doubts.begin());
  if (!doubts.empty()) {
    return {"failover", Verdict::kWarning, doubts.front(),
            "name the standby in synchronous_standby_names, with synchronous_commit on"};
  }
  if (facts.standbys.empty()) {
    return {
        "failover", Verdict::kOk,
        "no standby: one server carries everything, its disk and your backups are the guarantee",
        ""};
  }
  return {"failover", Verdict::kOk,
          fmt::format("{} connected; commits wait for the synchronous one ({})",
                      facts.standbys.size() == 1
                          ? "a standby is"
                          : fmt::format("{} standbys are", facts.standbys.size()),
                      facts.synchronous_standby_names),
          ""};
}

Finding judge_role(const store::ServerFacts& facts) {
  if (facts.superuser) {
    return {
        "role", Verdict::kWarning,
        fmt::format("works as '{}', a superuser: nothing keeps it from changing what was issued",
                    facts.user),
        "name another user in --database, best one who is a member of reckoner_writer"};
  }
  if (facts.user != "reckoner_writer") {
    return {"role", Verdict::kWarning,
            fmt::format("works as '{}', who owns the tables: what was issued is kept by triggers "
                        "alone",
                        facts.user),
            "create the role reckoner_writer, grant it to the user and run reckoner migrate"};
  }
  return {"role", Verdict::kOk, "works as reckoner_writer, which may not change what was issued",
          ""};
}

Finding judge_connections(const store::ServerFacts& facts) {
  const std::string says =
      fmt::format("{} of {} connections are used", facts.connections, facts.connections_max);
  if (facts.connections * 10 < facts.connections_max * 9) {
    return {"connections", Verdict::kOk, says, ""};
  }
  return {"connections", Verdict::kWarning, says, "raise max_connections, or find who holds them"};
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kWrong:
      return "wrong";
  }
  return "";
}

std::vector<Finding> judge_server(const store::ServerFacts& facts) {
  std::vector<Finding> findings;
  const bool known = facts.version_number >= kOldestVersion;
  findings.push_back({"server", known ? Verdict::kOk : Verdict::kWrong,
                      fmt::format("PostgreSQL {}", facts.version),
                      known ? "" : "use PostgreSQL 15 or later"});
  findings.push_back(judge_durability(facts));
  findings.push_back(judge_standbys(facts));
  findings.push_back(
      {"sharding", Verdict::kOk,
       facts.citus ? fmt::format("Citus {}", *facts.citus) : "one server, plain PostgreSQL", ""});
  findings.push_back(judge_role(facts));
  findings.push_back(judge_connections(facts));
  const bool left = facts.prepared_transactions > 0;
  findings.push_back({"prepared transactions", left ? Verdict::kWarning : Verdict::kOk,
                      left ? fmt::format("{} left: they hold their locks until they are ended",
                                         facts.prepared_transactions)
                           : "none left",
                      left ? "look at pg_prepared_xacts; Citus ends its own within a minute" : ""});
  return findings;
}

Finding judge_clock(time::Instant servers, time::Instant ours) {
  const auto difference = std::chrono::abs(servers - ours);
  const std::string says =
      fmt::format("the server's clock and this machine's differ by {} ms",
                  std::chrono::duration_cast<std::chrono::milliseconds>(difference).count());
  const std::string todo = "let both machines follow a time server";
  if (difference >= kClockWrong) return {"clock", Verdict::kWrong, says, todo};
  if (difference >= kClockWarning) return {"clock", Verdict::kWarning, says, todo};
  return {"clock", Verdict::kOk, says, ""};
}

Finding judge_schema(std::int64_t applied, std::int64_t known) {
  const std::string says = fmt::format("{} of {} migrations are applied", applied, known);
  if (applied == known) return {"schema", Verdict::kOk, says, ""};
  return {"schema", Verdict::kWarning, says,
          "reckoner migrate, or any other command, applies them"};
}

Finding judge_isolation(const std::string& gap) {
  if (gap.empty()) {
    return {"isolation", Verdict::kOk,
            "row-level security shows who reads for a customer that customer's rows alone", ""};
  }
  return {"isolation", Verdict::kWarning,
          fmt::format("rows of customers are kept apart by statements alone: {}", gap),
          "make the roles of docs/command-line.md and run reckoner migrate"};
}

Finding judge_disk(std::optional<Disk> disk, std::int64_t database_bytes) {
  const std::string used =
      fmt::format("the database has {}", mebibytes(static_cast<std::uintmax_t>(database_bytes)));
  if (!disk) {
    return {"disk", Verdict::kOk, used + "; the server's disk cannot be seen from here", ""};
  }
  const std::string says =
      fmt::format("{}; {} of {} are free", used, mebibytes(disk->free), mebibytes(disk->size));
  if (disk->free < kDiskWrong) return {"disk", Verdict::kWrong, says, "make room"};
  if (disk->free < kDiskWarning) return {"disk", Verdict::kWarning, says, "make room soon"};
  return {"disk", Verdict::kOk, says, ""};
}

std::vector<Finding> judge_backlog(const Backlog& backlog, time::Instant now) {
  std::vector<Finding> findings;
  const auto add = [&](std::string_view subject, std::int64_t count, std::string_view what,
                       std::string_view todo) {
    const bool any = count > 0;
    findings.push_back({std::string(subject), any ? Verdict::kWarning : Verdict::kOk,
                        any ? fmt::format("{} {}", count, what) : "none",
                        any ? std::string(todo) : ""});
  };
  add("unfinished runs", backlog.unfinished_runs, "not finished",
      "reckoner runs; a daemon, or reckoner run of the same engine, finishes them");
  for (const UnattendedRun& run : backlog.unattended_runs) {
    findings.push_back({"unattended run", Verdict::kWarning, run.says(), run.todo()});
  }
  add("parked customers", backlog.parked, "cannot be billed",
      "reckoner runs show RUN says why; reckoner run ENGINE --retry-parked tries again");
  const auto tell = [&](std::string_view subject, const std::vector<std::string>& problems,
                        std::string_view what, std::string_view todo) {
    add(subject, static_cast<std::int64_t>(problems.size()),
        problems.empty() ? "" : fmt::format("{}; the first: {}", what, problems.front()), todo);
  };
  tell("cost pools", backlog.undivided, "months could not be divided",
       "reckoner allocation says why; each run of the pool's engine tries again");
  tell("budgets", backlog.lost_budgets, "have nothing to be spent on any more",
       "reckoner budgets lists them; budgets remove, or put it back into the configuration");
  add("held documents", backlog.held, "wait for approval", "reckoner runs approve");
  add("quarantine", backlog.quarantined, "events could not be counted", "reckoner quarantine");

  const bool cut_late = backlog.oldest_batch && now - *backlog.oldest_batch > kCutLate;
  findings.push_back({"usage", cut_late ? Verdict::kWarning : Verdict::kOk,
                      cut_late ? fmt::format("received since {}, and in no cut yet",
                                             time::to_string(*backlog.oldest_batch))
                               : "cuts are closed",
                      cut_late ? "run reckoner serve with the role ingest, or reckoner cut" : ""});

  const bool mail_late = backlog.oldest_mail && now - *backlog.oldest_mail > kMailLate;
  if (backlog.mails_dead > 0) {
    findings.push_back(
        {"outbox", Verdict::kWarning,
         fmt::format("{} mails are given up, {} wait", backlog.mails_dead, backlog.mails_pending),
         "reckoner mails --state dead; reckoner mails retry NAME"});
  } else {
    findings.push_back({"outbox", mail_late ? Verdict::kWarning : Verdict::kOk,
                        fmt::format("{} mails wait", backlog.mails_pending),
                        mail_late ? "run reckoner serve with the role delivery" : ""});
  }
  return findings;
}

std::optional<Disk> disk_of(const std::filesystem::path& directory) {
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  if (error) return std::nullopt;
  return Disk{.free = space.available, .size = space.capacity};
}

std::vector<Finding> examine_database(store::Connection& connection, Versions& versions,
                                      std::optional<Disk> disk, const Clocks& clocks,
                                      const std::function<Finding()>& configuration) {
  const store::ServerFacts facts = store::read_server_facts(connection);
  std::vector<Finding> findings = judge_server(facts);
  findings.push_back(judge_clock(clocks.servers, clocks.ours));
  findings.push_back(judge_disk(disk, facts.database_bytes));
  const auto files = store::schema::embedded_files();
  const auto known = static_cast<std::int64_t>(files.size());
  try {
    const std::int64_t pending = store::pending_migrations(connection, files);
    findings.push_back(judge_schema(known - pending, known));
    if (pending > 0) return findings;
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    findings.push_back({"schema", Verdict::kWrong, error.what(), "use the program it names"});
    return findings;
  }
  if (configuration) findings.push_back(configuration());
  findings.push_back(judge_isolation(store::isolation_gap(connection)));
  for (Finding& finding :
       judge_backlog(read_backlog(connection, versions, clocks.ours), clocks.ours)) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

int exit_code_of(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& f) { return f.verdict == Verdict::kWrong; })
             ? 1
             : 0;
}

}  // namespace reckoner::engine
