#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct UserArguments {
  std::string login;
  std::string role;
  std::string customer;
  std::string email;
  bool password = false;  ///< is read, instead of a one-time one being printed
};
int add_user_command(System& system, const Console& console, const UserArguments& arguments);
int list_users_command(System& system, const Console& console, const std::string& customer);
int disable_user_command(System& system, const Console& console, const std::string& login);
int enable_user_command(System& system, const Console& console, const std::string& login);
int reset_user_command(System& system, const Console& console, const UserArguments& arguments);

/// Declares `user add|list|disable|enable|reset`, and holds what was typed for them. Must outlive
/// the command that is run.
class UserCommands {
 public:
  using Declare =
      std::function<CLI::App*(CLI::App& parent, const std::string& name, const std::string& help,
                              std::function<int(System&, const Console&)> work)>;

  UserCommands(CLI::App& app, const Declare& declare);
  UserCommands(const UserCommands&) = delete;
  UserCommands& operator=(const UserCommands&) = delete;

 private:
  UserArguments user_;
};

}  // namespace reckoner::app
