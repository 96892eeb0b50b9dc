#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_exports.hpp"

namespace reckoner::app {

/// Declares the commands that hand over the ledger and the documents, and holds what was typed for
/// them. Must outlive the command that is run.
class ExportCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;
  /// What a word that commands follow does when none does.
  using DefaultTo = std::function<void(CLI::App* group, Work work)>;

  ExportCommands(CLI::App& app, const Declare& declare, const DefaultTo& default_to);
  ExportCommands(const ExportCommands&) = delete;
  ExportCommands& operator=(const ExportCommands&) = delete;

 private:
  void add_new(CLI::App& group, const Declare& declare);
  void add_focus(CLI::App& group, const Declare& declare);

  ExportArguments arguments_;
  JournalExportArguments focus_;
  FocusReadArguments read_;
};

}  // namespace reckoner::app
