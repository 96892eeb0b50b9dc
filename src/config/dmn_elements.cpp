#include "config/dmn_elements.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::config::dmn {

rules::Source source_of(const Element& element) {
  const domain::Place place = element.place();
  return {place.file, place.line};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Element> model_children(const Element& element) {
  std::vector<Element> children = element.children();
  std::erase_if(children, [&](const Element& child) {
    return child.namespace_uri() != element.namespace_uri() ||
           is_one_of(child.name(), {"description", "extensionElements"});
  });
  return children;
}

void refuse(const Element& element, const Element& parent) {
  element.fail(fmt::format("'{}' in {} is not supported", element.name(), parent.name()));
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

rules::Text text_of(const Element& element) {
  check_language(element);
  const Element text = element.required_child("text");
  return {text.text(), source_of(text)};
}

std::string type_of(const Element& element) {
  std::string type = element.attribute("typeRef").value_or("");
  if (const auto child = element.child("typeRef")) type = child->text();
  if (const std::size_t colon = type.find(':'); colon != std::string::npos) {
    type.erase(0, colon + 1);
  }
  return type;
}

}  // namespace reckoner::config::dmn
