#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Document phase: decides kind and due date and marks the documents to be issued.
engine::HandlerSpec finalizing_spec();

}  // namespace reckoner::handlers
