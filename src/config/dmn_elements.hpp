#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "config/xml.hpp"
#include "rules/model_text.hpp"

/// What the readers of .dmn files share. For these files only.
namespace reckoner::config::dmn {

rules::Source source_of(const Element& element);

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names);

/// Children that mean something: those of the model's namespace, without documentation and
/// extensions.
std::vector<Element> model_children(const Element& element);

/// Refuses a child that is not understood.
[[noreturn]] void refuse(const Element& element, const Element& parent);

/// Refuses an expression language that is not FEEL.
void check_language(const Element& element);

/// The text an element such as inputEntry holds in its child `text`.
rules::Text text_of(const Element& element);

/// The name of the type an element names with `typeRef`: an attribute, or in item definitions (and
/// DMN 1.1) a child. Without a prefix such as "feel:"; empty when there is none.
std::string type_of(const Element& element);

/// The logic of a decision or function, or within a box: `element` is a decisionTable, a
/// literalExpression and so on.
rules::LogicText read_logic(const Element& element);
bool is_logic(std::string_view name);

/// A decisionTable element.
rules::DecisionTableText read_table(const Element& table);

}  // namespace reckoner::config::dmn
