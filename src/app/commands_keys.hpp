#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct KeyArguments {
  std::string name;
  std::string scopes = "ingest,query";
  std::string customer;
  std::string namespace_name;
  std::string expires;  ///< an instant or a day (UTC); empty: never
};
int create_key_command(System& system, const Console& console, const KeyArguments& arguments);
int list_keys_command(System& system, const Console& console);
int revoke_key_command(System& system, const Console& console, std::int64_t key);

/// Declares `key create|list|revoke`, and holds what was typed for them. Must outlive the command
/// that is run.
class KeyCommands {
 public:
  using Declare =
      std::function<CLI::App*(CLI::App& parent, const std::string& name, const std::string& help,
                              std::function<int(System&, const Console&)> work)>;

  KeyCommands(CLI::App& app, const Declare& declare);
  KeyCommands(const KeyCommands&) = delete;
  KeyCommands& operator=(const KeyCommands&) = delete;

 private:
  KeyArguments key_;
  std::int64_t number_ = 0;
};

}  // namespace reckoner::app
