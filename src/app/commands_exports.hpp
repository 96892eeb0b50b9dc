#pragma once

#include <cstdint>
#include <string>

#include "app/console.hpp"
#include "app/system.hpp"

namespace reckoner::app {

// As in commands.hpp: each gives its exit code. What goes to a file is there whole or not at all;
// with
// --json a file must be named, and the document says what is in it.

struct JournalExportArguments {
  std::string format;
  std::string from;  ///< days, both included; empty: all
  std::string to;
  std::string customer;      ///< empty: all
  std::string legal_entity;  ///< empty: all
  std::string out;           ///< file; empty: standard output
};
int journal_export_command(System& system, const Console& console,
                           const JournalExportArguments& arguments);
/// Cost and usage of the documents issued on those days; no format.
int focus_export_command(System& system, const Console& console,
                         const JournalExportArguments& arguments);

struct ExportArguments {
  std::string kind;
  std::string format;
  std::string customer;      ///< empty: all
  std::string legal_entity;  ///< empty: all
  std::string out;           ///< file; empty: none of `new`, standard output of `write`
  std::int64_t id = 0;
  std::int64_t limit = 100;
};
int new_export_command(System& system, const Console& console, const ExportArguments& arguments);
int list_exports_command(System& system, const Console& console, const ExportArguments& arguments);
int show_export_command(System& system, const Console& console, const ExportArguments& arguments);
int write_export_command(System& system, const Console& console, const ExportArguments& arguments);

struct FocusReadArguments {
  std::string file;
  std::string metric = "billed";
  std::string month = "billing";
};
/// What a FOCUS file of somebody else comes to, by month, service and sub-account.
int read_focus_command(const Console& console, const FocusReadArguments& arguments);

}  // namespace reckoner::app
