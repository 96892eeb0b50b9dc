#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Turns what comes back to customers on charges that say so (on-cancel or on-change = credit) into
/// prepaid credit: as far as a document gives money back in all, a new credit is granted instead of
/// lowering what the customer owes. After prepaid credits have been applied.
void grant_refunds_as_credit(engine::DocumentContext& context);

}  // namespace reckoner::handlers
