#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/serve_options.hpp"
#include "app/system.hpp"

namespace reckoner::app {

/// Every command gives its exit code (docs/command-line.md): 0 done, 1 did work but something is
/// wrong. What it throws becomes 1 (Error), 2 (UsageError) or 3 (StartError) in run_command_line.

struct RunArguments {
  std::string engine;
  std::string period;
  std::string customer;
  bool dry_run = false;
  bool retry_parked = false;
  bool true_ups = false;
};
int run_command(System& system, const Console& console, const RunArguments& arguments);

int interim_command(System& system, const Console& console, const std::string& customer,
                    const std::string& as_of);
int invoices_command(System& system, const Console& console, const std::string& customer,
                     int limit);
int show_command(System& system, const Console& console, const std::string& number);
/// `mode`: "rebill" or "waive".
int void_command(System& system, const Console& console, const std::string& number,
                 const std::string& mode, const std::string& reason);
/// `lines`: "2" for all of line 2, "2=1.50" for a part; `nature`: "correction" or "concession".
int credit_command(System& system, const Console& console, const std::string& number,
                   const std::vector<std::string>& lines, const std::string& nature,
                   const std::string& reason);
int customers_command(System& system, const Console& console, int limit);
/// `state`: "pending", "sent", "dead", or "" for all.
int list_mails_command(System& system, const Console& console, const std::string& state, int limit);
int retry_mail_command(System& system, const Console& console, const std::string& name);

int import_command(System& system, const Console& console, const std::string& kind,
                   const std::string& file);

struct IngestArguments {
  std::vector<std::string> files;
  std::string source;
  std::string mapping;
};
int ingest_command(System& system, const Console& console, const IngestArguments& arguments);

/// Reads and checks a directory; needs no database.
int config_check_command(const CommonOptions& options, const Console& console,
                         const std::string& directory);
/// `reprice`: "FROM" or "FROM..TO", days on which billed periods start; "" looks at open ones.
int config_plan_command(System& system, const Console& console, const std::string& directory,
                        const std::string& reprice);
struct ApplyArguments {
  std::string directory;
  std::string comment;
  std::string reprice;  ///< as above; "" leaves what was billed alone
  std::vector<std::string> dropped_meters;  ///< may be missing in the directory
};
int config_apply_command(System& system, const Console& console, const ApplyArguments& arguments);
int config_history_command(System& system, const Console& console);
int config_activate_command(System& system, const Console& console, std::int64_t version);
int handlers_command(const Console& console);

int serve_command(System& system, const CommonOptions& options, const Console& console,
                  const ServeArguments& arguments);

struct DemoArguments {
  bool no_serve = false;
  ServeArguments serve;
};
int demo_command(CommonOptions options, const Console& console, const DemoArguments& arguments);

/// "2026-10-15T12:00:00Z", or a day: its first instant in the customer's zone. Throws UsageError.
time::Instant parse_as_of(const std::string& text, const time::Zone& zone);
/// Tells people that a list stops at its limit.
void note_limit(const Console& console, std::size_t shown, int limit);
/// Shared by commands: the file's content; Error when it cannot be read.
std::string read_file(const std::string& path);

}  // namespace reckoner::app
