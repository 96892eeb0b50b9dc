#pragma once

#include "engine/chain.hpp"

namespace reckoner::handlers {

/// AllocationHandler: what the customer bears of cost pools.
engine::HandlerSpec allocation_spec();

}  // namespace reckoner::handlers
