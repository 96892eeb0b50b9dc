#pragma once

#include <string>
#include <vector>

#include "rules/model_text.hpp"

/// What must hold between the parts of a model before any of it is compiled. All throw Error
/// "file:line: reason".
namespace reckoner::rules::model_checks {

/// Names and ids are unique; there is a decision.
void check_names(const DmnModel& text);
/// Indices, each behind those it needs. Refuses circles and unknown ids.
std::vector<std::size_t> order_of_decisions(const DmnModel& text);
std::vector<std::size_t> order_of_functions(const DmnModel& text);
/// The names of the decisions that no other needs.
std::vector<std::string> top_decisions(const DmnModel& text);

}  // namespace reckoner::rules::model_checks
