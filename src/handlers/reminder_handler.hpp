#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Dunning: reminds the customer of an overdue document by mail, perhaps for a fee that the next
/// invoice carries.
engine::HandlerSpec reminder_spec();

}  // namespace reckoner::handlers
