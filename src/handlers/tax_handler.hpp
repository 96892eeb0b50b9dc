#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Taxes the document.
engine::HandlerSpec tax_spec();

}  // namespace reckoner::handlers
