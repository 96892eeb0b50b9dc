#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_audit.hpp"

namespace reckoner::app {

/// Declares the commands that prove what is stored, and holds what was typed for them. Must outlive
/// the command that is run.
class AuditCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;

  AuditCommands(CLI::App& app, const Declare& declare);
  AuditCommands(const AuditCommands&) = delete;
  AuditCommands& operator=(const AuditCommands&) = delete;

 private:
  void add_verify(CLI::App& app, const Declare& declare);
  void add_replay(CLI::App& app, const Declare& declare);

  VerifyArguments verify_;
  ReplayArguments replay_;
};

}  // namespace reckoner::app
