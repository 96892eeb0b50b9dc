#include "config/dmn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/mistakes.hpp"
#include "config/dmn_elements.hpp"

namespace reckoner::config {

namespace {

using namespace dmn;

constexpr std::array<std::string_view, 5> kNamespaces{
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",  // 1.1
    "http://www.omg.org/spec/DMN/20180521/MODEL/",   // 1.2
    "https://www.omg.org/spec/DMN/20191111/MODEL/",  // 1.3
    "https://www.omg.org/spec/DMN/20211108/MODEL/",  // 1.4
    "https://www.omg.org/spec/DMN/20230324/MODEL/",  // 1.5
};

/// "#id", with the model's own namespace in front at most.
rules::RequirementText read_href(const Element& element) {
  const std::string href = element.required("href");
  const std::size_t mark = href.find('#');
  if (mark == std::string::npos || mark + 1 == href.size()) {
    element.fail(fmt::format("href '{}' is not '#' and the id of an element", href));
  }
  return {href.substr(mark + 1), source_of(element)};
}

rules::ItemDefinitionText read_item(const Element& element) {
  rules::ItemDefinitionText out{
      .name = element.required("name"),
      .type = type_of(element),
      .is_collection = element.attribute("isCollection").value_or("false") == "true",
      .components = {},
      .allowed = {},
      .source = source_of(element)};
  for (const Element& child : model_children(element)) {
    if (child.name() == "itemComponent") {
      out.components.push_back(read_item(child));
    } else if (child.name() == "allowedValues") {
      out.allowed = text_of(child);
    } else if (!is_one_of(child.name(), {"typeRef", "typeConstraint"})) {
      refuse(child, element);
    }
  }
  return out;
}

/// The type of the variable that carries the value of a decision, function or input data.
std::string variable_type(const Element& element) {
  const std::optional<Element> variable = element.child("variable");
  return variable ? type_of(*variable) : "";
}

rules::InputDataText read_input_data(const Element& element) {
  return {.id = element.attribute("id").value_or(""),
          .name = element.required("name"),
          .type = variable_type(element),
          .source = source_of(element)};
}

void read_knowledge_requirement(const Element& element, std::vector<rules::RequirementText>& out) {
  out.push_back(read_href(element.required_child("requiredKnowledge")));
}

rules::KnowledgeText::Parameter read_parameter(const Element& element) {
  return {.name = element.required("name"), .type = type_of(element), .source = source_of(element)};
}

void read_encapsulated_logic(const Element& element, rules::KnowledgeText& function) {
  const std::string kind = element.attribute("kind").value_or("FEEL");
  if (kind != "FEEL") {
    element.fail(fmt::format("functions in {} are refused; use FEEL", kind));
  }
  std::optional<rules::LogicText> logic;
  for (const Element& child : model_children(element)) {
    if (child.name() == "formalParameter") {
      function.parameters.push_back(read_parameter(child));
    } else if (logic) {
      child.fail("a second expression in the function");
    } else if (is_logic(child.name())) {
      logic = read_logic(child);
    } else {
      refuse(child, element);
    }
  }
  if (!logic) element.fail("encapsulatedLogic needs an expression");
  function.logic = std::move(*logic);
}

rules::KnowledgeText read_knowledge(const Element& element) {
  rules::KnowledgeText out{.id = element.attribute("id").value_or(""),
                           .name = element.required("name"),
                           .type = {},
                           .parameters = {},
                           .logic = {},
                           .functions = {},
                           .source = source_of(element)};
  const Element logic = element.required_child("encapsulatedLogic");
  read_encapsulated_logic(logic, out);
  out.type = type_of(logic);
  for (const Element& child : model_children(element)) {
    if (child.name() == "knowledgeRequirement") {
      read_knowledge_requirement(child, out.functions);
    } else if (!is_one_of(child.name(),
                          {"variable", "encapsulatedLogic", "authorityRequirement"})) {
      refuse(child, element);
    }
  }
  return out;
}

void read_information_requirement(const Element& element, rules::DecisionText& decision) {
  if (const auto input = element.child("requiredInput")) {
    decision.inputs.push_back(read_href(*input));
  } else if (const auto needed = element.child("requiredDecision")) {
    decision.decisions.push_back(read_href(*needed));
  } else {
    element.fail("informationRequirement needs an element 'requiredInput' or 'requiredDecision'");
  }
}

rules::DecisionText read_decision(const Element& element) {
  rules::DecisionText out{.id = element.attribute("id").value_or(""),
                          .name = element.required("name"),
                          .type = variable_type(element),
                          .logic = {},
                          .inputs = {},
                          .decisions = {},
                          .functions = {},
                          .source = source_of(element)};
  bool has_logic = false;
  for (const Element& child : model_children(element)) {
    const std::string_view name = child.name();
    if (is_logic(name)) {
      if (has_logic) child.fail("a second expression in the decision");
      out.logic = read_logic(child);
      has_logic = true;
    } else if (name == "informationRequirement") {
      read_information_requirement(child, out);
    } else if (name == "knowledgeRequirement") {
      read_knowledge_requirement(child, out.functions);
    } else if (!is_one_of(name, {"variable", "question", "allowedAnswers", "authorityRequirement",
                                 "supportedObjective", "impactedPerformanceIndicator",
                                 "decisionMaker", "decisionOwner", "usingProcess", "usingTask"})) {
      refuse(child, element);
    }
  }
  if (!has_logic) element.fail("the decision has no expression");
  if (auto* table = std::get_if<rules::DecisionTableText>(&out.logic.content)) {
    table->id = out.id;
    table->name = out.name;
  }
  return out;
}

void read_part(const Element& part, const Element& root, rules::DmnModel& out) {
  const std::string_view name = part.name();
  if (name == "itemDefinition") {
    out.items.push_back(read_item(part));
  } else if (name == "inputData") {
    out.inputs.push_back(read_input_data(part));
  } else if (name == "businessKnowledgeModel") {
    out.functions.push_back(read_knowledge(part));
  } else if (name == "decision") {
    out.decisions.push_back(read_decision(part));
  } else if (name == "import") {
    part.fail("imports are refused");
  } else if (!is_one_of(name, {"knowledgeSource", "textAnnotation", "association", "group",
                               "elementCollection", "performanceIndicator", "organizationUnit"})) {
    refuse(part, root);
  }
}

}  // namespace

rules::DmnModel read_dmn(const Element& root) {
  const std::string_view uri = root.namespace_uri();
  if (root.name() != "definitions" ||
      std::find(kNamespaces.begin(), kNamespaces.end(), uri) == kNamespaces.end()) {
    root.fail(
        fmt::format("the root element is '{}' of namespace '{}', not definitions of DMN 1.1 "
                    "to 1.5",
                    root.name(), uri));
  }
  check_language(root);
  rules::DmnModel out{.name = root.attribute("name").value_or(""),
                      .items = {},
                      .inputs = {},
                      .functions = {},
                      .decisions = {},
                      .source = source_of(root)};
  MistakeCollector mistakes;
  for (const Element& child : model_children(root)) {
    mistakes.attempt([&] { read_part(child, root, out); });
  }
  mistakes.finish();
  if (out.decisions.empty()) root.fail("there is no decision");
  return out;
}

}  // namespace reckoner::config
