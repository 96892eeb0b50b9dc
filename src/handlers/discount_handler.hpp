#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Statement phase: takes percentage discounts off what the earlier handlers put on the statement,
/// one negative line for each discount and subscription, in the order of their numbers, each on
/// what the ones before left.
engine::HandlerSpec discount_spec();

}  // namespace reckoner::handlers
