#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/decision_table.hpp"

namespace reckoner::rules {

/// The compiled logic of a decision or function.
struct Logic {
  NodePointer node;
  std::optional<DecisionTable> table;     ///< when it is one
  std::vector<std::string> output_names;  ///< of a table or a context; else the name alone
};

/// Throws Error "file:line: reason". `name` is that of the decision or function.
Logic compile_logic(const LogicText& text, const std::string& name, Scope& scope,
                    const ItemTypes& types);

/// Puts the names that entries of its results may have into `members`.
void collect_members(const LogicText& text, std::set<std::string, std::less<>>& members);

}  // namespace reckoner::rules
