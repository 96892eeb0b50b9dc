#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Statement phase: lets a DMN decision model set fees and credit limits. Facts it may use:
/// docs/rules.md.
engine::HandlerSpec rule_spec();

}  // namespace reckoner::handlers
