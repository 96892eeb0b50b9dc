#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_exports.hpp"
#include "app/commands_journal.hpp"

namespace reckoner::app {

/// Declares the commands that look at the ledger and close its months, and holds what was typed for
/// them. Must outlive the command that is run.
class JournalCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;
  /// What a word that commands follow does when none does.
  using DefaultTo = std::function<void(CLI::App* group, Work work)>;

  JournalCommands(CLI::App& app, const Declare& declare, const DefaultTo& default_to);
  JournalCommands(const JournalCommands&) = delete;
  JournalCommands& operator=(const JournalCommands&) = delete;

 private:
  void add_export(CLI::App& journal, const Declare& declare);
  void add_filter(CLI::App* command);
  void add_month(CLI::App* command);

  JournalArguments arguments_;
  JournalExportArguments export_;
};

}  // namespace reckoner::app
