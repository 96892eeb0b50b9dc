#include "config/export_settings.hpp"

#include <fmt/format.h>

#include <map>

#include "base/error.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

ExportSettings read_export_settings(const Files& files) {
  ExportSettings settings;
  for (const auto& [name, content] : files.content) {
    if (name == kAccountsFile) {
      settings.paths = read_account_paths(parse_xml(name, content).root());
    } else if (name.starts_with("exports/")) {
      domain::ExportTemplate read = read_export_template(parse_xml(name, content).root());
      for (const domain::ExportTemplate& other : settings.templates) {
        if (other.name != read.name) continue;
        throw Error(fmt::format("{}: export template '{}' is already declared at {}",
                                to_string(read.place), read.name, to_string(other.place)));
      }
      settings.templates.push_back(std::move(read));
    }
  }
  return settings;
}

void check_export_settings(const Files& files, const domain::Chart& chart) {
  const domain::AccountPaths paths(chart, read_export_settings(files).paths);
  std::map<std::string, const domain::LedgerAccount*> known;
  for (const domain::LedgerAccount& account : chart.accounts) {
    const std::string path = paths.of(account.name);
    const auto [other, is_new] = known.emplace(path, &account);
    if (is_new) continue;
    const bool is_later = account.place.line >= other->second->place.line;
    const auto& later = is_later ? account : *other->second;
    const auto& earlier = is_later ? *other->second : account;
    throw Error(fmt::format("{}: account '{}' has the path {} of account '{}'",
                            to_string(later.place), later.name, path, earlier.name));
  }
}

}  // namespace reckoner::config
