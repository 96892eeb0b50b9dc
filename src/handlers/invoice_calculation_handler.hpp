#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Statement phase: turns fees and usage into statement lines.
engine::HandlerSpec invoice_calculation_spec();

}  // namespace reckoner::handlers
