#include <fmt/format.h>

#include "config/dmn_elements.hpp"

namespace reckoner::config::dmn {

namespace {

using rules::ContextText;
using rules::InvocationText;
using rules::ListText;
using rules::LogicText;

/// The one child that is logic.
LogicText inner_logic(const Element& element) {
  std::optional<LogicText> found;
  for (const Element& child : model_children(element)) {
    if (is_one_of(child.name(), {"variable", "parameter"})) continue;
    if (found) child.fail(fmt::format("{} holds one expression only", element.name()));
    found = read_logic(child);
  }
  if (!found) element.fail(fmt::format("{} needs an expression", element.name()));
  return *found;
}

InvocationText read_invocation(const Element& element) {
  InvocationText out;
  bool has_function = false;
  for (const Element& child : model_children(element)) {
    if (child.name() == "literalExpression" && !has_function) {
      out.function = text_of(child);
      has_function = true;
    } else if (child.name() == "binding") {
      out.bindings.push_back({.parameter = child.required_child("parameter").required("name"),
                              .value = {inner_logic(child)},
                              .source = source_of(child)});
    } else {
      refuse(child, element);
    }
  }
  if (!has_function) element.fail("invocation needs an element 'literalExpression'");
  return out;
}

ContextText read_context(const Element& element) {
  ContextText out;
  for (const Element& child : model_children(element)) {
    if (child.name() != "contextEntry") refuse(child, element);
    const std::optional<Element> variable = child.child("variable");
    out.entries.push_back({.name = variable ? variable->required("name") : "",
                           .type = variable ? type_of(*variable) : "",
                           .value = {inner_logic(child)},
                           .source = source_of(child)});
  }
  return out;
}

ListText read_list(const Element& element) {
  ListText out;
  for (const Element& child : model_children(element)) out.items.push_back(read_logic(child));
  return out;
}

/// A relation is a list of contexts: one for each row, with an entry for each column.
ListText read_relation(const Element& element) {
  std::vector<std::string> columns;
  ListText out;
  for (const Element& child : model_children(element)) {
    if (child.name() == "column") {
      columns.push_back(child.required("name"));
      continue;
    }
    if (child.name() != "row") refuse(child, element);
    const std::vector<Element> cells = model_children(child);
    if (cells.size() != columns.size()) {
      child.fail(fmt::format("the row has {} expressions, but the relation has {} columns",
                             cells.size(), columns.size()));
    }
    ContextText row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      row.entries.push_back({.name = columns[i],
                             .type = "",
                             .value = {read_logic(cells[i])},
                             .source = source_of(cells[i])});
    }
    out.items.push_back({.content = std::move(row), .type = "", .source = source_of(child)});
  }
  return out;
}

}  // namespace

bool is_logic(std::string_view name) {
  return is_one_of(
      name, {"literalExpression", "decisionTable", "invocation", "context", "list", "relation",
             "functionDefinition", "conditional", "filter", "for", "some", "every"});
}

LogicText read_logic(const Element& element) {
  check_language(element);
  LogicText out{.content = {}, .type = type_of(element), .source = source_of(element)};
  const std::string_view name = element.name();
  if (name == "literalExpression") {
    if (element.child("importedValues")) element.fail("imports are refused");
    out.content = text_of(element);
  } else if (name == "decisionTable") {
    out.content = read_table(element);
  } else if (name == "invocation") {
    out.content = read_invocation(element);
  } else if (name == "context") {
    out.content = read_context(element);
  } else if (name == "list") {
    out.content = read_list(element);
  } else if (name == "relation") {
    out.content = read_relation(element);
  } else {
    element.fail(
        fmt::format("boxed expression '{}' is not supported; use a decision table, a "
                    "literal expression, an invocation, a context, a list or a relation",
                    name));
  }
  return out;
}

}  // namespace reckoner::config::dmn
