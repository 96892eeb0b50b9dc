#pragma once

// Inside of web: what requests say about days and books.

#include <optional>
#include <string>
#include <string_view>

#include "config/configuration.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// A day; none where the parameter is missing. Throws Problem 400 for what is none.
std::optional<time::Date> day_parameter(const Request& request, std::string_view name);

/// The id of the legal entity that the parameter `legal_entity` names; none where it is missing.
/// Throws Problem 400 for one that there is not.
std::optional<std::string> entity_parameter(const Request& request,
                                            const config::Configuration& active);

}  // namespace reckoner::web
