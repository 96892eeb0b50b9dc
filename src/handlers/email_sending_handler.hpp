#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Document phase: puts a mail for each issued document that asks for money into the outbox, in the
/// document's own transaction.
engine::HandlerSpec email_sending_spec();

}  // namespace reckoner::handlers
