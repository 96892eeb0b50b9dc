#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Every handler that ships, in the order of the manual.
engine::Catalogue catalogue();

}  // namespace reckoner::handlers
