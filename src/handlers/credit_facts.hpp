#pragma once

#include <functional>
#include <vector>

#include "engine/handler.hpp"
#include "invoicing/credits.hpp"

namespace reckoner::handlers {

/// Applies the customers' credits of one kind to every document of the context: `see` turns its
/// lines as billed into what the credits see of them, `take` gets the outcome. Movements go to the
/// work.
void apply_credits_to(
    engine::DocumentContext& context, domain::CreditKind kind,
    const std::function<void(const engine::DocumentWork&, std::vector<invoicing::CreditLine>&)>&
        see,
    const std::function<void(engine::DocumentWork&, invoicing::CreditsApplied&&)>& take);

}  // namespace reckoner::handlers
