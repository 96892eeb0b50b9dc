#pragma once

#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code.

struct JournalArguments {
  std::string from;  ///< days, both included; empty: all
  std::string to;
  std::string customer;
  std::string accounts;      ///< names or numbers, divided by commas; empty: all
  std::string legal_entity;  ///< empty: all; where a month is meant, the default one
  std::string month;
  std::string reason;
  int limit = 100;
};
int list_journal_command(System& system, const Console& console, const JournalArguments& arguments);
/// Exit 1 when the books do not balance.
int journal_balance_command(System& system, const Console& console,
                            const JournalArguments& arguments);
int journal_accounts_command(System& system, const Console& console);
int close_month_command(System& system, const Console& console, const JournalArguments& arguments);
int reopen_month_command(System& system, const Console& console, const JournalArguments& arguments);
int list_closings_command(System& system, const Console& console);

}  // namespace reckoner::app
