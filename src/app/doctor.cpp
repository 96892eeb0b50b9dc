#include "app/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::app {

namespace {

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
  for (const engine::UnattendedRun& run : backlog.unattended_runs) {
    findings.push_back({"unattended run", Verdict::kWarning, run.says(), run.todo()});
  }
  add("parked customers", backlog.parked, "cannot be billed",
      "reckoner runs show RUN says why; reckoner run ENGINE --retry-parked tries again");
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

int exit_code_of(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings,
                             [](const Finding& f) { return f.verdict == Verdict::kWrong; })
             ? 1
             : 0;
}

}  // namespace reckoner::app
