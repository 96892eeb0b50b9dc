#pragma once

// Inside of the audit: claims that need each document whole.

#include "engine/audit.hpp"

namespace reckoner::engine {

/// That configuration versions have the files they were made of (V11).
store::CheckOutcome audit_versions(store::Connection& connection, Versions& versions);

/// In one scan over all documents:
///   contents  V11  what a document says hashes to what it said when it was issued
///   taxes     V4   each rate's tax is that of its base, rounded as the version says
///   parts     V5   what was split, or worked out from stored figures, comes to its whole
///   keys      V9   a document bills a line key of a period once
void audit_contents(store::Connection& connection, Versions& versions,
                    const AuditListener& listener);

}  // namespace reckoner::engine
