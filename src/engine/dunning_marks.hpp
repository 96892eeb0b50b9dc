#pragma once

// Inside of engine: what a run of dunning keeps, so that the next one need not read it again.

#include <map>

#include "engine/dunning.hpp"
#include "store/open_receivables.hpp"

namespace reckoner::engine {

struct MarkedPlan {
  DunningPlan plan;
  /// Of customers of whom it is another than before.
  std::map<CustomerId, store::DocumentMark> marks;
};

/// What plan_dunning() decides. Reads documents that are open, or new since a run has looked at
/// them; and everything of the customers of whom something ends, is undone or came back.
MarkedPlan plan_with_marks(store::Connection& connection, const CompiledVersion& version,
                           const std::string& engine, std::span<const std::int64_t> customers,
                           time::Instant now);

}  // namespace reckoner::engine
