#include "config/schema_hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "base/embedded.hpp"
#include "base/error.hpp"
#include "config/xml.hpp"

namespace reckoner::config {

namespace schemas {
std::span<const EmbeddedFile> embedded_files();
}

namespace {

/// A type is known by where it is declared.
using TypeKey = std::string;

bool is_simple_name(std::string_view type) {
  return type.find(':') == std::string_view::npos;
}

std::string documentation_of(const Element& element) {
  const auto annotation = element.child("annotation");
  const auto documentation = annotation ? annotation->child("documentation") : std::nullopt;
  return documentation ? documentation->text() : "";
}

class SchemaReader {
 public:
  explicit SchemaReader(const Element& schema) : schema_(schema) {}

  SchemaHints read() {
    hints_.namespace_uri = schema_.attribute("targetNamespace").value_or("");
    const Element root = schema_.required_child("element");
    hints_.root = root.required("name");
    read_element(root, "");
    const std::string said = documentation_of(schema_);
    if (hints_.elements.front().documentation.empty()) hints_.elements.front().documentation = said;
    return std::move(hints_);
  }

 private:
  Element named(std::string_view kind, const std::string& name, const Element& user) const {
    for (const Element& element : schema_.children(kind)) {
      if (element.attribute("name") == name) return element;
    }
    user.fail(fmt::format("there is no {} '{}'", kind, name));
  }

  /// The complexType of an element; none for one that holds nothing.
  std::optional<Element> type_of(const Element& element) const {
    if (const auto inner = element.child("complexType")) return inner;
    const auto type = element.attribute("type");
    if (!type || !is_simple_name(*type)) return std::nullopt;
    for (const Element& candidate : schema_.children("complexType")) {
      if (candidate.attribute("name") == *type) return candidate;
    }
    return std::nullopt;
  }

  void read_element(const Element& element, const std::string& parent) {
    const std::string name = element.required("name");
    const std::optional<Element> type = type_of(element);
    const TypeKey key = fmt::format("{} {}", name, type ? type->place().line : 0);
    if (const auto known = known_.find(key); known != known_.end()) {
      std::vector<std::string>& parents = hints_.elements[known->second].parents;
      if (std::find(parents.begin(), parents.end(), parent) == parents.end()) {
        parents.push_back(parent);
      }
      return;
    }
    const std::size_t index = hints_.elements.size();
    known_.emplace(key, index);
    ElementHint hint{name, {}, documentation_of(element), {}, {}};
    if (!parent.empty()) hint.parents.push_back(parent);
    if (hint.documentation.empty() && type) hint.documentation = documentation_of(*type);
    if (type) read_type(*type, hint);
    hints_.elements.push_back(std::move(hint));
    if (type) {
      for (const Element& child : children_of(*type)) read_element(child, name);
    }
  }

  /// Attributes and children, those of what it extends first.
  void read_type(const Element& type, ElementHint& hint) const {
    if (const auto content = type.child("complexContent")) {
      const Element extension = content->required_child("extension");
      read_type(named("complexType", extension.required("base"), extension), hint);
      read_type(extension, hint);
      return;
    }
    for (const Element& part : type.children()) {
      if (part.name() == "attribute") hint.attributes.push_back(read_attribute(part));
      if (part.name() == "attributeGroup") add_group(part, hint);
      add_children(part, false, false, hint.children);
    }
  }

  void add_group(const Element& user, ElementHint& hint) const {
    const Element group = named("attributeGroup", user.required("ref"), user);
    for (const Element& part : group.children()) {
      if (part.name() == "attribute") hint.attributes.push_back(read_attribute(part));
      if (part.name() == "attributeGroup") add_group(part, hint);
    }
  }

  /// Sequences, choices and groups; what is in a choice is not required.
  void add_children(const Element& part, bool optional, bool repeats,
                    std::vector<ChildHint>& children) const {
    optional = optional || part.attribute("minOccurs") == "0";
    repeats = repeats || part.attribute("maxOccurs") == "unbounded";
    const std::string_view kind = part.name();
    if (kind == "element") {
      const std::string name = part.required("name");
      const auto same = std::find_if(children.begin(), children.end(),
                                     [&](const ChildHint& child) { return child.name == name; });
      if (same == children.end()) children.push_back({name, !optional, repeats});
    } else if (kind == "group" && part.attribute("ref")) {
      for (const Element& inner : named("group", part.required("ref"), part).children()) {
        add_children(inner, optional, repeats, children);
      }
    } else if (kind == "sequence" || kind == "choice" || kind == "all") {
      for (const Element& inner : part.children()) {
        add_children(inner, optional || kind == "choice", repeats, children);
      }
    }
  }

  std::vector<Element> children_of(const Element& type) const {
    std::vector<Element> elements;
    collect(type, elements);
    return elements;
  }

  void collect(const Element& part, std::vector<Element>& elements) const {
    const std::string_view kind = part.name();
    if (kind == "element") {
      elements.push_back(part);
    } else if (kind == "group" && part.attribute("ref")) {
      const Element group = named("group", part.required("ref"), part);
      for (const Element& inner : group.children()) collect(inner, elements);
    } else if (kind == "extension") {
      collect(named("complexType", part.required("base"), part), elements);
      for (const Element& inner : part.children()) collect(inner, elements);
    } else {
      for (const Element& inner : part.children()) collect(inner, elements);
    }
  }

  AttributeHint read_attribute(const Element& element) const {
    AttributeHint hint;
    hint.name = element.required("name");
    hint.required = element.attribute("use") == "required";
    hint.default_value = element.attribute("default");
    hint.documentation = documentation_of(element);
    if (const auto inner = element.child("simpleType")) {
      read_simple(*inner, hint);
    } else if (const auto type = element.attribute("type"); type && is_simple_name(*type)) {
      read_simple(named("simpleType", *type, element), hint);
    }
    return hint;
  }

  void read_simple(const Element& type, AttributeHint& hint) const {
    if (hint.documentation.empty()) hint.documentation = documentation_of(type);
    const auto restriction = type.child("restriction");
    if (!restriction) return;  // what a union or a list may be is more than a few values
    for (const Element& value : restriction->children("enumeration")) {
      hint.values.push_back(value.required("value"));
    }
    if (const auto pattern = restriction->child("pattern")) {
      hint.pattern = pattern->required("value");
    }
    const std::string base = restriction->attribute("base").value_or("");
    if (is_simple_name(base)) read_simple(named("simpleType", base, *restriction), hint);
  }

  const Element schema_;
  SchemaHints hints_;
  std::map<TypeKey, std::size_t> known_;
};

}  // namespace

std::optional<std::string_view> schema_named(std::string_view name) {
  for (const EmbeddedFile& file : schemas::embedded_files()) {
    if (file.name == name) return file.content;
  }
  return std::nullopt;
}

std::optional<std::string_view> schema_of(FileKind kind) {
  return schema_named(fmt::format("{}.xsd", to_string(kind)));
}

SchemaHints read_schema(std::string_view name, std::string_view schema) {
  const Document document = parse_xml(std::string(name), schema);
  const Element root = document.root();
  root.expect("http://www.w3.org/2001/XMLSchema", "schema");
  return SchemaReader(root).read();
}

std::vector<std::string> charge_models(const SchemaHints& pricing) {
  std::vector<std::string> models;
  for (const ElementHint& element : pricing.elements) {
    if (element.name != "metered" && element.name != "recurring") continue;
    for (const ChildHint& child : element.children) {
      if (child.name != "from" &&
          std::find(models.begin(), models.end(), child.name) == models.end()) {
        models.push_back(child.name);
      }
    }
  }
  std::sort(models.begin(), models.end());
  return models;
}

}  // namespace reckoner::config
