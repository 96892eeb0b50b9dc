#pragma once

#include <vector>

#include "config/files.hpp"
#include "domain/account_paths.hpp"
#include "domain/export_template.hpp"

namespace reckoner::config {

/// What only exports need of a version: read when one is made, and checked with the rest by
/// parse().
struct ExportSettings {
  domain::AccountPaths::Chosen paths;  ///< of accounts.xml
  std::vector<domain::ExportTemplate>
      templates;  ///< of exports/*.xml, by file name; names are unique
};

/// Throws Error("file:line: reason") for what docs/exports.md does not allow.
ExportSettings read_export_settings(const Files& files);

/// Refuses two accounts of one path: in a plain-text ledger they would be one.
void check_export_settings(const Files& files, const domain::Chart& chart);

}  // namespace reckoner::config
