#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_allocation.hpp"

namespace reckoner::app {

/// Declares the commands about cost pools, and holds what was typed for them. Must outlive the
/// command that is run.
class AllocationCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;
  /// What a group does when none of its commands is named.
  using DefaultTo = std::function<void(CLI::App* group, Work work)>;

  AllocationCommands(CLI::App& app, const Declare& declare, const DefaultTo& default_to);
  AllocationCommands(const AllocationCommands&) = delete;
  AllocationCommands& operator=(const AllocationCommands&) = delete;

 private:
  void add_focus(CLI::App* command);
  void add_pool_and_month(CLI::App* command);

  AllocationArguments arguments_;
  FocusPoolArguments focus_;
};

}  // namespace reckoner::app
