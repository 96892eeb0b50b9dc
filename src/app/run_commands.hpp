#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "app/commands_runs.hpp"

namespace reckoner::app {

/// Declares the commands that look at runs and decide about them, and holds what was typed for
/// them. Must outlive the command that is run.
class RunCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;
  /// What a word that commands follow does when none does.
  using DefaultTo = std::function<void(CLI::App* group, Work work)>;

  RunCommands(CLI::App& app, const Declare& declare, const DefaultTo& default_to);
  RunCommands(const RunCommands&) = delete;
  RunCommands& operator=(const RunCommands&) = delete;

 private:
  void add_run(CLI::App* command);
  void add_verdict(CLI::App* command);

  std::int64_t run_ = 0;
  int limit_ = 100;
  VerdictArguments verdict_;
};

}  // namespace reckoner::app
