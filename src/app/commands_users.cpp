#include "app/commands_users.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <limits>

#include "accounts/login.hpp"
#include "accounts/users.hpp"
#include "store/transaction.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using accounts::User;

/// A terminal that does not show what is typed, until the end.
class SilentTerminal {
 public:
  SilentTerminal() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

std::string read_line() {
  std::string line;
  if (!std::getline(std::cin, line)) throw UsageError("there is no password on standard input");
  return line;
}

std::string ask(std::string_view what) {
  std::cerr << what << ": " << std::flush;
  std::string line = read_line();
  std::cerr << '\n';
  return line;
}

/// From the terminal, twice, or the first line of standard input.
std::string typed_password() {
  if (isatty(STDIN_FILENO) == 0) return read_line();
  const SilentTerminal silent;
  std::string password = ask("password");
  if (ask("the same again") != password) throw UsageError("these were two different passwords");
  return password;
}

/// A password for somebody, and what is told of it.
struct Credentials {
  accounts::StoredPassword stored;
  std::string one_time;  ///< to be shown; empty where it was typed
};
Credentials credentials(System& system, const UserArguments& arguments, const std::string& login) {
  if (arguments.password) return {accounts::chosen_password(typed_password(), login), ""};
  auto made = accounts::one_time_password(system.clock()() +
                                          system.settings().duration("users.oneTimeTime"));
  return {std::move(made.stored), std::move(made.text)};
}

void write_user(text::JsonWriter& json, const User& user) {
  const auto instant = [&](std::string_view name, const std::optional<time::Instant>& value) {
    json.key(name);
    value ? json.string(time::to_string(*value)) : json.null();
  };
  json.key("id").number(user.user_id).key("login").string(user.login);
  json.key("role").string(accounts::to_string(user.role)).key("customer");
  user.customer ? json.string(user.customer_key) : json.null();
  json.key("email").string(user.email).key("totp").boolean(user.totp);
  instant("one_time_until", user.one_time_until);
  instant("disabled_at", user.disabled_at);
  instant("last_login_at", user.last_login_at);
  instant("created_at", user.created_at);
  json.key("created_by").string(user.created_by);
}

void show_user(const Console& console, const User& user, const std::string& one_time,
               std::string_view told) {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    if (!one_time.empty()) json.key("one_time_password").string(one_time);
    write_user(json, user);
    json.end_object();
    console.result(json);
    return;
  }
  if (one_time.empty()) {
    console.result(told);
    return;
  }
  console.note(fmt::format("{}. The one-time password, shown only now, is good until {}:", told,
                           time::to_string(*user.one_time_until)));
  console.result(one_time);
}

[[noreturn]] void fail_unknown(const std::string& login) {
  throw Error(fmt::format("there is no user '{}'", login));
}

User find(store::Connection& connection, const std::string& login) {
  auto user = accounts::find_user(connection, login);
  if (!user) fail_unknown(login);
  return *std::move(user);
}

int set_disabled(System& system, const Console& console, const std::string& login, bool disabled) {
  const User user = system.change([&](store::Connection& connection) {
    const User known = find(connection, login);
    return accounts::change_user(connection, known.user_id, std::nullopt,
                                 {.role = {}, .disabled = disabled, .email = {}}, {user_name()},
                                 system.clock()())
        .value();
  });
  show_user(console, user, "",
            disabled ? fmt::format("user '{}' is disabled; running daemons refuse it within 5 "
                                   "seconds",
                                   user.login)
                     : fmt::format("user '{}' is enabled", user.login));
  return 0;
}

}  // namespace

int add_user_command(System& system, const Console& console, const UserArguments& arguments) {
  const accounts::UserRequest request{.name = arguments.login,
                                      .role = accounts::parse_user_role(arguments.role),
                                      .customer = arguments.customer,
                                      .email = arguments.email};
  const Credentials given = credentials(system, arguments, accounts::login_of(request));
  const User user = system.change([&](store::Connection& connection) {
    return accounts::create_user(connection, request, given.stored, {user_name()},
                                 system.clock()());
  });
  show_user(console, user, given.one_time,
            fmt::format("user '{}' is {}{}", user.login, accounts::to_string(user.role),
                        user.customer ? fmt::format(" of {}", user.customer_key) : ""));
  return 0;
}

int list_users_command(System& system, const Console& console, const std::string& customer) {
  auto connection = system.connection();
  auto users = accounts::list_users(*connection, {.customer = {}, .after = ""},
                                    std::numeric_limits<std::int64_t>::max());
  if (!customer.empty()) {
    std::erase_if(users, [&](const User& user) { return user.customer_key != customer; });
  }
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("users").begin_array();
    for (const User& user : users) {
      json.begin_object();
      write_user(json, user);
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"login"},
                     {"role"},
                     {"customer"},
                     {"email"},
                     {"second factor"},
                     {"last login"},
                     {"disabled"}});
  for (const User& user : users) {
    table.add({user.login, std::string(accounts::to_string(user.role)), user.customer_key,
               user.email, user.totp ? "yes" : "",
               user.last_login_at ? time::to_string(*user.last_login_at) : "never",
               user.disabled_at ? time::to_string(*user.disabled_at) : ""});
  }
  console.result(table.to_string());
  return 0;
}

int disable_user_command(System& system, const Console& console, const std::string& login) {
  return set_disabled(system, console, login, true);
}

int enable_user_command(System& system, const Console& console, const std::string& login) {
  return set_disabled(system, console, login, false);
}

int reset_user_command(System& system, const Console& console, const UserArguments& arguments) {
  const Credentials given = credentials(system, arguments, arguments.login);
  const User user = system.change([&](store::Connection& connection) {
    const User known = find(connection, arguments.login);
    return accounts::reset_user(connection, known.user_id, given.stored, {user_name()},
                                system.clock()())
        .value();
  });
  show_user(console, user, given.one_time,
            fmt::format("user '{}' has another password and no second factor", user.login));
  return 0;
}

UserCommands::UserCommands(CLI::App& app, const Declare& declare) {
  CLI::App* group = app.add_subcommand("user", "people who log in");
  group->require_subcommand(1);
  CLI::App* add = declare(*group, "add", "add a user; a one-time password is shown only now",
                          [this](System& system, const Console& console) {
                            return add_user_command(system, console, user_);
                          });
  add->add_option("login", user_.login, "such as anna; with --customer the login is anna@CUSTOMER")
      ->required();
  add->add_option("--role", user_.role,
                  "tenant-viewer or tenant-admin of a customer; auditor, operator or billing-admin "
                  "of the house")
      ->required();
  add->add_option("--customer", user_.customer, "sees only this customer (its key)");
  add->add_option("--email", user_.email, "for people");
  CLI::App* list =
      declare(*group, "list", "all users", [this](System& system, const Console& console) {
        return list_users_command(system, console, user_.customer);
      });
  list->add_option("--customer", user_.customer, "only this customer's (its key)");
  const auto declare_one = [&](const std::string& name, const std::string& help,
                               std::function<int(System&, const Console&)> work) {
    CLI::App* command = declare(*group, name, help, std::move(work));
    command->add_option("login", user_.login, "such as anna@acme")->required();
    return command;
  };
  declare_one("disable", "let a user be refused within 5 seconds",
              [this](System& system, const Console& console) {
                return disable_user_command(system, console, user_.login);
              });
  declare_one("enable", "let a user log in again", [this](System& system, const Console& console) {
    return enable_user_command(system, console, user_.login);
  });
  CLI::App* reset =
      declare_one("reset", "another one-time password; second factor and sessions end",
                  [this](System& system, const Console& console) {
                    return reset_user_command(system, console, user_);
                  });
  for (CLI::App* command : {add, reset}) {
    command->add_flag("--password", user_.password,
                      "read the password from the terminal or standard input instead");
  }
}

}  // namespace reckoner::app
