#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Statement phase: reads the subscriptions of the customers in hand.
engine::HandlerSpec subscription_feeding_spec();

}  // namespace reckoner::handlers
