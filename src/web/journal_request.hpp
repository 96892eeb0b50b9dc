#pragma once

// Inside of web: what requests say about days and books.

#include <optional>
#include <string>
#include <string_view>

#include "config/configuration.hpp"
#include "web/http.hpp"

namespace reckoner::web {

/// The days of the parameters `from` and `to`, both included; where one is missing there is no
/// bound.
struct AskedDays {
  std::optional<time::Date> from;
  std::optional<time::Date> to;
};
/// Throws Problem 400 for what is no day, and for a last day before the first.
AskedDays asked_days(const Request& request);

/// The id of the legal entity that the parameter `legal_entity` names; none where it is missing.
/// Throws Problem 400 for one that there is not.
std::optional<std::string> entity_parameter(const Request& request,
                                            const config::Configuration& active);

}  // namespace reckoner::web
