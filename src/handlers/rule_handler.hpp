#pragma once

#include "engine/handler.hpp"

namespace reckoner::handlers {

/// Statement phase: lets a DMN decision model set fees and credit limits. Facts it may use:
/// docs/rules.md.
engine::HandlerSpec rule_spec();

/// An output of a model that means something to it, for whoever writes rules.
struct RuleOutput {
  std::string name;
  std::string help;
};
std::vector<RuleOutput> rule_outputs();

}  // namespace reckoner::handlers
