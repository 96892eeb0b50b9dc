#pragma once

#include "engine/facts.hpp"

namespace reckoner::engine {

/// Everything that the connection's snapshot shows: the last cut, and what was acknowledged since.
Knowledge current_knowledge(store::Connection& connection);

}  // namespace reckoner::engine
