#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Statement phase: builds, for each period, the tree of subscriptions (each clipped to its own
/// dates), their plans and charges.
engine::HandlerSpec subscription_tree_building_spec();

}  // namespace reckoner::handlers
