#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_structure.hpp"

namespace reckoner::app {

/// Declares the commands that tell what customers and cost centres cost together, and holds what
/// was typed for them. Must outlive the command that is run.
class StructureCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;

  StructureCommands(CLI::App& app, const Declare& declare);
  StructureCommands(const StructureCommands&) = delete;
  StructureCommands& operator=(const StructureCommands&) = delete;

 private:
  void add_analytics(CLI::App& app, const Declare& declare);

  RollUpArguments roll_up_;
  CollectiveArguments collective_;
  MarginArguments margin_;
  AnalyticsArguments analytics_;
};

}  // namespace reckoner::app
