#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

struct MigrateArguments {
  bool distribute = false;
  int shards = 16;
};

/// Declares the command that looks after the schema, and holds what was typed for it. Must outlive
/// the command that is run.
class SchemaCommands {
 public:
  /// Declares one command under its parent.
  using Declare =
      std::function<CLI::App*(CLI::App& parent, const std::string& name, const std::string& help,
                              std::function<int(System&, const Console&)> work)>;

  SchemaCommands(CLI::App& app, const Declare& declare);
  SchemaCommands(const SchemaCommands&) = delete;
  SchemaCommands& operator=(const SchemaCommands&) = delete;

 private:
  MigrateArguments migrate_;
};

}  // namespace reckoner::app
