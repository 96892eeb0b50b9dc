#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct DunningArguments {
  std::string customer;
  bool all = false;
  std::string state = "open";
  std::string document;
  std::string reason;
  int limit = 100;
};
int list_dunning_command(System& system, const Console& console, const DunningArguments& arguments);
int list_write_offs_command(System& system, const Console& console,
                            const DunningArguments& arguments);
int accept_write_off_command(System& system, const Console& console,
                             const DunningArguments& arguments);
int refuse_write_off_command(System& system, const Console& console,
                             const DunningArguments& arguments);

/// Declares `dunning` and `write-offs`, and holds what was typed for them. Must outlive the command
/// that is run.
class DunningCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;

  DunningCommands(CLI::App& app, const Declare& declare);
  DunningCommands(const DunningCommands&) = delete;
  DunningCommands& operator=(const DunningCommands&) = delete;

 private:
  DunningArguments arguments_;
};

}  // namespace reckoner::app
