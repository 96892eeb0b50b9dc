#include <fmt/format.h>

#include <array>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/dmn_elements.hpp"

namespace reckoner::config::dmn {

namespace {

using rules::DecisionTableText;

void read_hit_policy(const Element& table, DecisionTableText& text) {
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

std::optional<rules::Text> optional_text(const Element& element, std::string_view child) {
  const std::optional<Element> found = element.child(child);
  return found ? std::optional(text_of(*found)) : std::nullopt;
}

DecisionTableText::Input read_input(const Element& element) {
  const Element expression = element.required_child("inputExpression");
  return {.label = element.attribute("label").value_or(""),
          .expression = text_of(expression),
          .type = type_of(expression),
          .allowed = optional_text(element, "inputValues"),
          .source = source_of(element)};
}

DecisionTableText::Output read_output(const Element& element) {
  return {.name = element.attribute("name").value_or(""),
          .label = element.attribute("label").value_or(""),
          .type = type_of(element),
          .allowed = optional_text(element, "outputValues"),
          .default_value = optional_text(element, "defaultOutputEntry"),
          .source = source_of(element)};
}

DecisionTableText::Rule read_rule(const Element& element) {
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

}  // namespace

DecisionTableText read_table(const Element& table) {
  DecisionTableText text;
  text.source = source_of(table);
  read_hit_policy(table, text);
  MistakeCollector mistakes;
  for (const Element& child : model_children(table)) {
    mistakes.attempt([&] {
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
    });
  }
  mistakes.finish();
  return text;
}

}  // namespace reckoner::config::dmn
