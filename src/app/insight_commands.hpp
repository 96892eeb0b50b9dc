#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_budgets.hpp"
#include "app/commands_insight.hpp"

namespace reckoner::app {

/// Declares the commands that tell what figures mean, and holds what was typed for them. Must
/// outlive the command that is run.
class InsightCommands {
 public:
  using Work = std::function<int(System&, const Console&)>;
  /// Declares one command under its parent.
  using Declare = std::function<CLI::App*(CLI::App& parent, const std::string& name,
                                          const std::string& help, Work work)>;

  /// What a group of commands does where none of them is typed.
  using DefaultTo = std::function<void(CLI::App* group, Work work)>;

  /// `invoices` is the word that the comparison follows.
  InsightCommands(CLI::App& app, CLI::App& invoices, const Declare& declare,
                  const DefaultTo& default_to);
  InsightCommands(const InsightCommands&) = delete;
  InsightCommands& operator=(const InsightCommands&) = delete;

 private:
  void add_budgets(CLI::App& app, const Declare& declare, const DefaultTo& default_to);

  static constexpr int kRows = 100;

  std::string customer_;
  std::string meter_;
  std::string number_;
  BudgetArguments budgets_;
  int days_ = 30;
  int limit_ = kRows;
};

}  // namespace reckoner::app
