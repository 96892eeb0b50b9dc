#include "config/dmn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>

#include "base/suggest.hpp"

namespace reckoner::config {

namespace {

using rules::DecisionTableText;

constexpr std::array<std::string_view, 5> kNamespaces{
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",  // 1.1
    "http://www.omg.org/spec/DMN/20180521/MODEL/",   // 1.2
    "https://www.omg.org/spec/DMN/20191111/MODEL/",  // 1.3
    "https://www.omg.org/spec/DMN/20211108/MODEL/",  // 1.4
    "https://www.omg.org/spec/DMN/20230324/MODEL/",  // 1.5
};

rules::Source source_of(const Element& element) {
  const domain::Place place = element.place();
  return {place.file, place.line};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Children that mean something: those of the model's namespace, without documentation and
/// extensions.
std::vector<Element> model_children(const Element& element) {
  std::vector<Element> children = element.children();
  std::erase_if(children, [&](const Element& child) {
    return child.namespace_uri() != element.namespace_uri() ||
           is_one_of(child.name(), {"description", "extensionElements"});
  });
  return children;
}

[[noreturn]] void refuse(const Element& element, const Element& parent) {
  element.fail(fmt::format("'{}' in {} is not supported; a file holds one decision table",
                           element.name(), parent.name()));
}

void check_language(const Element& element) {
  const std::optional<std::string> language = element.attribute("expressionLanguage");
  if (!language) return;
  std::string upper = *language;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (upper.find("FEEL") == std::string::npos) {
    element.fail(fmt::format("expression language '{}' is not supported; use FEEL", *language));
  }
}

/// The text an element such as inputEntry holds in its child `text`.
rules::Text text_of(const Element& element) {
  check_language(element);
  const Element text = element.required_child("text");
  return {text.text(), source_of(text)};
}

/// What a column takes from the type it names.
struct ColumnType {
  std::string name;  ///< "string", "number", "boolean" or empty
  std::optional<rules::Text> allowed;
};

class DmnReader {
 public:
  DecisionTableText read(const Element& root) {
    check_language(root);
    std::optional<Element> decision;
    for (const Element& child : model_children(root)) {
      const std::string_view name = child.name();
      if (name == "itemDefinition") {
        items_.emplace(child.required("name"), child);
      } else if (name == "decision") {
        if (decision) child.fail("a second decision; a file holds one decision table");
        decision = child;
      } else if (name == "import") {
        child.fail("imports are refused");
      } else if (name == "businessKnowledgeModel") {
        child.fail("functions (business knowledge models) are refused");
      } else if (!is_one_of(name, {"inputData", "knowledgeSource", "textAnnotation", "association",
                                   "group"})) {
        refuse(child, root);
      }
    }
    if (!decision) root.fail("there is no decision");
    return read_decision(*decision);
  }

 private:
  DecisionTableText read_decision(const Element& decision) {
    std::optional<Element> table;
    for (const Element& child : model_children(decision)) {
      const std::string_view name = child.name();
      if (name == "decisionTable") {
        if (table) child.fail("a second decision table in the decision");
        table = child;
      } else if (name == "informationRequirement") {
        if (const auto required = child.child("requiredDecision")) {
          required->fail("a decision that needs another decision is refused");
        }
      } else if (name == "knowledgeRequirement") {
        child.fail("functions (business knowledge models) are refused");
      } else if (!is_one_of(name,
                            {"variable", "question", "allowedAnswers", "authorityRequirement"})) {
        refuse(child, decision);
      }
    }
    if (!table) decision.fail("the decision has no decision table");
    DecisionTableText text = read_table(*table);
    text.id = decision.attribute("id").value_or("");
    text.name = decision.required("name");
    return text;
  }

  DecisionTableText read_table(const Element& table) {
    DecisionTableText text;
    text.source = source_of(table);
    read_hit_policy(table, text);
    for (const Element& child : model_children(table)) {
      const std::string_view name = child.name();
      if (name == "input") {
        text.inputs.push_back(read_input(child));
      } else if (name == "output") {
        text.outputs.push_back(read_output(child));
      } else if (name == "rule") {
        text.rules.push_back(read_rule(child));
      } else if (name != "annotation") {
        refuse(child, table);
      }
    }
    return text;
  }

  static void read_hit_policy(const Element& table, DecisionTableText& text) {
    const std::string policy = table.attribute("hitPolicy").value_or("");
    const auto known_policy = rules::hit_policy_named(policy);
    if (!known_policy) {
      const std::array<std::string, 7> names{"UNIQUE",  "FIRST",      "PRIORITY",    "ANY",
                                             "COLLECT", "RULE ORDER", "OUTPUT ORDER"};
      table.fail(fmt::format("unknown hit policy '{}'{}", policy, suggestion(policy, names)));
    }
    text.hit_policy = *known_policy;
    const std::string aggregation = table.attribute("aggregation").value_or("");
    const auto known_aggregation = rules::aggregation_named(aggregation);
    if (!known_aggregation) {
      const std::array<std::string, 4> names{"SUM", "MIN", "MAX", "COUNT"};
      table.fail(
          fmt::format("unknown aggregation '{}'{}", aggregation, suggestion(aggregation, names)));
    }
    text.aggregation = *known_aggregation;
  }

  DecisionTableText::Input read_input(const Element& element) {
    DecisionTableText::Input input;
    input.source = source_of(element);
    input.label = element.attribute("label").value_or("");
    const Element expression = element.required_child("inputExpression");
    input.expression = text_of(expression);
    ColumnType type = type_of(expression);
    input.type = std::move(type.name);
    const std::optional<Element> values = element.child("inputValues");
    input.allowed = values ? text_of(*values) : std::move(type.allowed);
    return input;
  }

  DecisionTableText::Output read_output(const Element& element) {
    DecisionTableText::Output output;
    output.source = source_of(element);
    output.name = element.attribute("name").value_or("");
    output.label = element.attribute("label").value_or("");
    ColumnType type = type_of(element);
    output.type = std::move(type.name);
    const std::optional<Element> values = element.child("outputValues");
    output.allowed = values ? text_of(*values) : std::move(type.allowed);
    if (const auto entry = element.child("defaultOutputEntry")) {
      output.default_value = text_of(*entry);
    }
    return output;
  }

  static DecisionTableText::Rule read_rule(const Element& element) {
    DecisionTableText::Rule rule;
    rule.source = source_of(element);
    rule.id = element.attribute("id").value_or("");
    if (const auto description = element.child("description")) {
      rule.annotation = description->text();
    }
    for (const Element& child : model_children(element)) {
      if (child.name() == "inputEntry") {
        rule.inputs.push_back(text_of(child));
      } else if (child.name() == "outputEntry") {
        rule.outputs.push_back(text_of(child));
      } else if (child.name() == "annotationEntry") {
        const std::string note = text_of(child).text;
        rule.annotation += (rule.annotation.empty() || note.empty() ? "" : "; ") + note;
      } else {
        refuse(child, element);
      }
    }
    return rule;
  }

  /// The type an element names with `typeRef`: an attribute, or in item definitions (and DMN 1.1) a
  /// child.
  ColumnType type_of(const Element& element, int depth = 0) {
    std::string type = element.attribute("typeRef").value_or("");
    if (const auto child = element.child("typeRef")) type = child->text();
    if (const std::size_t colon = type.find(':'); colon != std::string::npos) {
      type.erase(0, colon + 1);
    }
    const auto item = items_.find(type);
    if (item == items_.end()) {
      const bool basic = type == "string" || type == "number" || type == "boolean";
      if (!basic && !type.empty() && type != "Any") {
        element.fail(
            fmt::format("type '{}' is not supported; use string, number or boolean", type));
      }
      return {basic ? type : "", std::nullopt};
    }
    const Element& definition = item->second;
    if (depth == kDefinitionsMax)
      definition.fail("item definitions refer to each other in a circle");
    if (definition.attribute("isCollection").value_or("false") == "true" ||
        definition.child("itemComponent") || definition.child("functionItem")) {
      element.fail(
          fmt::format("type '{}' is not a simple type; use string, number or boolean", type));
    }
    ColumnType result = type_of(definition, depth + 1);
    if (const auto values = definition.child("allowedValues")) result.allowed = text_of(*values);
    return result;
  }

  static constexpr int kDefinitionsMax = 8;
  std::map<std::string, Element> items_;
};

}  // namespace

rules::DecisionTableText read_dmn(const Element& root) {
  const std::string_view uri = root.namespace_uri();
  if (root.name() != "definitions" ||
      std::find(kNamespaces.begin(), kNamespaces.end(), uri) == kNamespaces.end()) {
    root.fail(
        fmt::format("the root element is '{}' of namespace '{}', not definitions of DMN 1.1 "
                    "to 1.5",
                    root.name(), uri));
  }
  return DmnReader().read(root);
}

}  // namespace reckoner::config
