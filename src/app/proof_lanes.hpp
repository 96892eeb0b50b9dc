#pragma once

#include <functional>
#include <vector>

#include "engine/audit.hpp"
#include "store/connection.hpp"

namespace reckoner::app {

/// Runs the parts of a proof on several connections beside each other, each in a transaction of one
/// snapshot that all share. `connect` gives connections; their number is small. What is found is
/// told to `listener` in the order of `parts`, with the time it took, by any thread but by one at a
/// time: `outcome` as soon as everything before it has been told. Throws what a part or `listener`
/// throws, when all have ended.
void prove(const std::function<store::Connection()>& connect,
           const std::vector<engine::AuditPart>& parts, const engine::AuditListener& listener);

}  // namespace reckoner::app
