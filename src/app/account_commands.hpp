#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/commands_accounts.hpp"

namespace reckoner::app {

/// Declares the commands that change what customers are billed by, and holds what was typed for
/// them. Must outlive the command that is run.
class AccountCommands {
 public:
  /// Declares one command under its parent.
  using Declare =
      std::function<CLI::App*(CLI::App& parent, const std::string& name, const std::string& help,
                              std::function<int(System&, const Console&)> work)>;

  AccountCommands(CLI::App& app, Declare declare);
  AccountCommands(const AccountCommands&) = delete;
  AccountCommands& operator=(const AccountCommands&) = delete;

 private:
  void add_subscribe();
  void add_change();
  void add_lifetime();
  void add_agree();
  void add_charge();
  void add_pay();
  void add_mode();
  void add_parent();
  void add_billing_details();
  void add_grants();
  void add_grant(CLI::App* command);
  static void add_when(CLI::App* command, WhenArguments& when);

  CLI::App& app_;
  const Declare declare_;
  SubscribeArguments subscribe_;
  ChangeArguments change_;
  SubscriptionArguments subscription_;
  AgreeArguments agree_;
  ChargeArguments charge_;
  GrantArguments grant_;
  PayArguments pay_;
  BillingModeArguments mode_;
  ParentArguments parent_;
  BillingDetailsArguments billing_details_;
};

}  // namespace reckoner::app
