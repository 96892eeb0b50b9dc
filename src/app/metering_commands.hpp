#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_metering.hpp"

namespace reckoner::app {

/// Declares the commands that look at metering afterwards (corrections, quarantine,
/// archives), and holds what was typed for them. Must outlive the command that is run.
class MeteringCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;
  /// What a word that commands follow does when none does.
  using DefaultTo = std::function<void(CLI::App* group, Work work)>;

  MeteringCommands(CLI::App& app, Declare declare, DefaultTo default_to);
  MeteringCommands(const MeteringCommands&) = delete;
  MeteringCommands& operator=(const MeteringCommands&) = delete;

 private:
  CLI::App* group(const std::string& name, const std::string& help);
  void add_events();
  void add_find(CLI::App* command);
  void add_correction(CLI::App* command);
  void add_quarantine();
  void add_meters();
  void add_archive();
  static void add_limit(CLI::App* command, int& limit);

  CLI::App& app_;
  const Declare declare_;
  const DefaultTo default_to_;
  EventArguments event_;
  FindEventsArguments find_;
  QuarantineArguments quarantine_;
  std::string meter_;
  std::string from_;
  std::string month_;
  std::string directory_;
};

}  // namespace reckoner::app
