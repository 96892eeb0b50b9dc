#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/system.hpp"
#include "engine/cost_pools.hpp"

namespace reckoner::app {

int list_runs_command(System& system, const Console& console, int limit);
int show_run_command(System& system, const Console& console, std::int64_t run);
/// Exit 1 when the run had ended already.
int cancel_run_command(System& system, const Console& console, std::int64_t run);
/// Exit 1 when somebody waits for a decision.
int list_held_command(System& system, const Console& console);

struct VerdictArguments {
  std::int64_t run = 0;
  std::string customer;  ///< "": all that the run holds
  std::string reason;
};
/// Exit 1 when something is another now and stays held.
int approve_command(System& system, const Console& console, const VerdictArguments& arguments);
int reject_command(System& system, const Console& console, const VerdictArguments& arguments);

/// A run as it is shown.
struct RunReport {
  engine::RunSummary run;
  std::vector<engine::ParkedCustomer> parked;
  std::vector<engine::HeldCustomer> held;
  std::optional<engine::RunProgress> progress = std::nullopt;
  std::vector<engine::UnattendedRun> unattended = {};  ///< this one, when nobody works on it
  std::vector<engine::PoolProblem> undivided = {};     ///< months of its engine's cost pools
};
/// Shows it, and gives the exit code: 1 when customers are parked or held, or a month of a cost
/// pool could not be divided.
int report_run(const Console& console, const RunReport& report);

void write_parked(text::JsonWriter& json, const std::vector<engine::ParkedCustomer>& parked);

}  // namespace reckoner::app
