#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Dunning: tells the customer by mail, and programs by dunning.suspension_notice, that service is
/// to be suspended.
engine::HandlerSpec suspension_notice_spec();

}  // namespace reckoner::handlers
