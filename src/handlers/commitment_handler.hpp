#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Tops a period up to its minimum and cuts it off at its maximum: of each subscription as its plan
/// says, then of the customer for each strategy.
engine::HandlerSpec commitment_spec();

}  // namespace reckoner::handlers
