#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct BankArguments {
  std::string file;
  std::string state;
  int limit = 100;
  std::int64_t entry = 0;
  std::string customer;
  std::string document;
  bool as_instructed = false;
  std::string reason;
};
int import_bank_command(System& system, const Console& console, const BankArguments& arguments);
int list_bank_command(System& system, const Console& console, const BankArguments& arguments);
int settle_bank_command(System& system, const Console& console, const BankArguments& arguments);
int set_aside_bank_command(System& system, const Console& console, const BankArguments& arguments);

/// Declares `bank import|list|settle|set-aside`, and holds what was typed for them. Must outlive
/// the command that is run.
class BankCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;

  BankCommands(CLI::App& app, const Declare& declare);
  BankCommands(const BankCommands&) = delete;
  BankCommands& operator=(const BankCommands&) = delete;

 private:
  BankArguments arguments_;
};

}  // namespace reckoner::app
