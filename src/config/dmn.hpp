#pragma once

#include "config/xml.hpp"
#include "rules/decision_table.hpp"

namespace reckoner::config {

/// The decision table of a .dmn file (DMN 1.1 to 1.5, any prefix), its texts not yet compiled. A
/// file holds one decision whose logic is a decision table. Diagrams, extensions, documentation,
/// and names and attributes of other namespaces are ignored; an item definition gives its base type
/// and allowed values to the columns that name it. Throws Error("file:line: reason") for everything
/// else, above all imports, functions (business knowledge models), other kinds of logic and
/// decisions that need decisions.
rules::DecisionTableText read_dmn(const Element& root);

}  // namespace reckoner::config
