#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Draws prepaid credits (after tax).
engine::HandlerSpec credit_spec();

}  // namespace reckoner::handlers
