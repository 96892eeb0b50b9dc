#pragma once

#include "config/xml.hpp"
#include "rules/model_text.hpp"

namespace reckoner::config {

/// The decision model of a .dmn file (DMN 1.1 to 1.5, any prefix), its texts not yet compiled:
/// input data, item definitions, decisions and business knowledge models, whose logic is a decision
/// table, a literal expression, an invocation, a context, a list or a relation. Diagrams,
/// extensions, documentation, and names and attributes of other namespaces are ignored. Throws
/// Error("file:line: reason") for everything else, above all imports, functions of other languages
/// and other kinds of logic, and for what an element lacks.
rules::DmnModel read_dmn(const Element& root);

}  // namespace reckoner::config
