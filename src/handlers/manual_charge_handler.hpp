#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Adds the charges typed in by hand to the period that contains their day.
engine::HandlerSpec manual_charge_spec();

}  // namespace reckoner::handlers
