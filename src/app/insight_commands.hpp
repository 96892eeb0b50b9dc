#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

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

  /// `invoices` is the word that the comparison follows.
  InsightCommands(CLI::App& app, CLI::App& invoices, const Declare& declare);
  InsightCommands(const InsightCommands&) = delete;
  InsightCommands& operator=(const InsightCommands&) = delete;

 private:
  static constexpr int kRows = 100;

  std::string customer_;
  std::string meter_;
  std::string number_;
  int days_ = 30;
  int limit_ = kRows;
};

}  // namespace reckoner::app
