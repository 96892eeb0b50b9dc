#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Draws coupons (before tax).
engine::HandlerSpec coupon_spec();

}  // namespace reckoner::handlers
