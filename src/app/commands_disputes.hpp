#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct DisputeArguments {
  std::string customer;
  std::string state;
  int limit = 100;
  std::string document;
  std::int64_t line = 0;  ///< 0: the document as a whole
  std::string amount;     ///< empty: all that is left
  std::string message;
  std::int64_t dispute = 0;
  std::string reason;
  std::string nature = "concession";
  std::vector<std::string> lines;  ///< "LINE" or "LINE=AMOUNT"
};
int list_disputes_command(System& system, const Console& console,
                          const DisputeArguments& arguments);
int show_dispute_command(System& system, const Console& console, const DisputeArguments& arguments);
int open_dispute_command(System& system, const Console& console, const DisputeArguments& arguments);
int credit_dispute_command(System& system, const Console& console,
                           const DisputeArguments& arguments);
int refuse_dispute_command(System& system, const Console& console,
                           const DisputeArguments& arguments);
int withdraw_dispute_command(System& system, const Console& console,
                             const DisputeArguments& arguments);

/// Declares `disputes …`, and holds what was typed for them. Must outlive the command that is run.
class DisputeCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;

  DisputeCommands(CLI::App& app, const Declare& declare);
  DisputeCommands(const DisputeCommands&) = delete;
  DisputeCommands& operator=(const DisputeCommands&) = delete;

 private:
  DisputeArguments arguments_;
};

}  // namespace reckoner::app
