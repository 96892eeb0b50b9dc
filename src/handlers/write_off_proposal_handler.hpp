#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Dunning: puts an overdue document on the work list of what may be given up.
engine::HandlerSpec write_off_proposal_spec();

}  // namespace reckoner::handlers
