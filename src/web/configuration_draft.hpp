#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/mistakes.hpp"
#include "config/draft.hpp"
#include "engine/reprice.hpp"
#include "text/json.hpp"
#include "web/active_configuration.hpp"
#include "web/configuration_api.hpp"

namespace reckoner::web {

// What the endpoints of the configuration share.

/// What If-Match names: the same as long as the version is the active one.
std::string etag_of_version(VersionId version);

/// Refuses a member of the body that is not named here (400).
void allow_members(const text::Json& body, std::initializer_list<std::string_view> names);

/// The member `files`; throws Problem 400 when it is missing or no object of texts and nulls.
config::Edits edits_of(const text::Json& body);

/// `from` and `to`; throws Problem 400.
engine::RepriceRange range_of(const text::Json& json);

/// The draft, compiled. Throws Problem 400 whose items say what is wrong where
/// ("file:line:column").
std::shared_ptr<const engine::CompiledVersion> compiled_draft(const ConfigurationApi& api,
                                                              const engine::CompiledVersion& active,
                                                              const config::Edits& edits);

/// What is wrong with `files` as a Problem with items.
Problem problem_of_draft(const Error& error, const config::Files& files);

}  // namespace reckoner::web
