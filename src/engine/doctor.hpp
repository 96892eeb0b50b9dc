#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/run_status.hpp"
#include "store/connection.hpp"
#include "store/server_facts.hpp"
#include "time/time.hpp"

namespace reckoner::engine {

enum class Verdict { kOk, kWarning, kWrong };

/// "ok", "warning", "wrong".
std::string_view to_string(Verdict verdict);

/// What was found about one thing that a guarantee rests on.
struct Finding {
  std::string subject;  ///< "durability"
  Verdict verdict = Verdict::kOk;
  std::string says;  ///< what is so
  std::string todo;  ///< what to do about it; empty when nothing is to be done
};

/// What stands in the database and waits for somebody.
struct Backlog {
  std::int64_t unfinished_runs = 0;
  std::vector<UnattendedRun> unattended_runs;  ///< those of them that nobody works on
  std::int64_t parked = 0;
  std::int64_t held = 0;
  std::int64_t quarantined = 0;  ///< open
  std::int64_t mails_pending = 0;
  std::int64_t mails_dead = 0;
  std::optional<time::Instant> oldest_mail;    ///< since when the oldest pending one is due
  std::optional<time::Instant> oldest_batch;   ///< received, and not in a cut yet
  std::vector<std::string> undivided = {};     ///< months of cost pools that could not be: why
  std::vector<std::string> lost_budgets = {};  ///< on which nothing can be spent: why
};

struct Disk {
  std::uintmax_t free = 0;  ///< bytes
  std::uintmax_t size = 0;
};

/// The judgements; nothing is asked of anybody here.
std::vector<Finding> judge_server(const store::ServerFacts& facts);
/// The two clocks, read at about the same time.
Finding judge_clock(time::Instant servers, time::Instant ours);
/// `applied` of the `known` migrations of this program.
Finding judge_schema(std::int64_t applied, std::int64_t known);
/// `gap`: why rows of customers are kept apart by statements alone; "": policies do it.
Finding judge_isolation(const std::string& gap);
Finding judge_disk(std::optional<Disk> disk, std::int64_t database_bytes);
std::vector<Finding> judge_backlog(const Backlog& backlog, time::Instant now);

/// None where it cannot be seen.
std::optional<Disk> disk_of(const std::filesystem::path& directory);

/// Read at about the same time.
struct Clocks {
  time::Instant servers;
  time::Instant ours;
};

/// All of it, of the database behind the connection, which is in no transaction: server, clock,
/// disk, schema, and where the schema is this program's, what `configuration` finds (where it is
/// not empty) and the backlog.
std::vector<Finding> examine_database(store::Connection& connection, Versions& versions,
                                      std::optional<Disk> disk, const Clocks& clocks,
                                      const std::function<Finding()>& configuration = {});

/// 1 when something is wrong, else 0.
int exit_code_of(const std::vector<Finding>& findings);

}  // namespace reckoner::engine
