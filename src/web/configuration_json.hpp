#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/id.hpp"
#include "config/file_changes.hpp"
#include "text/json.hpp"
#include "web/http.hpp"

namespace reckoner::web {

// Differences of configurations as the API shows them.

/// The parameter `context`: unchanged lines around each change.
std::size_t context_of(const Request& request);

/// The members name, change, added, removed.
void write_change_counts(text::JsonWriter& json, const config::FileChange& change);

/// ConfigurationDifference; `after` is none for a draft.
Response difference_response(VersionId before, std::optional<VersionId> after,
                             const std::vector<config::FileChange>& changes, std::size_t context);

}  // namespace reckoner::web
