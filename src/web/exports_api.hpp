#pragma once

#include "accounts/exports.hpp"
#include "engine/versions.hpp"
#include "text/json.hpp"
#include "web/console_api.hpp"

namespace reckoner::web {

/// The versions that exports are made with; `versions` outlives it.
accounts::VersionOf views_of(engine::Versions& versions);
accounts::VersionView view_of(std::shared_ptr<const engine::CompiledVersion> version);

/// An export as the API and the command line show it.
void write_export(text::JsonWriter& json, const accounts::ExportRecord& record);

/// The section "exports" of the contract.
std::vector<Route> export_routes(const ConsoleApi& api);

}  // namespace reckoner::web
