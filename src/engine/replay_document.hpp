#pragma once

// Inside of replay: one document of a customer whose history is known.

#include "engine/replay.hpp"
#include "engine/replay_lines.hpp"

namespace reckoner::engine {

/// Computes the document again; `billed` has those before it.
Replayed replay_document(const CustomerHistory& history, const BilledSoFar& billed,
                         const store::ScannedDocument& scanned, PricingVersions& versions,
                         const UsageReach& reach);

}  // namespace reckoner::engine
