#include "config/declared_names.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "config/file_kind.hpp"
#include "config/xml.hpp"

namespace reckoner::config {

namespace {

void add(std::vector<std::string>& names, const std::optional<std::string>& name) {
  if (!name || name->empty()) return;
  if (std::find(names.begin(), names.end(), *name) == names.end()) names.push_back(*name);
}

void read_billing_config(const Element& root, DeclaredNames& names) {
  for (const Element& engine : root.children("engine")) add(names.engines, engine.attribute("id"));
  for (const Element& section : root.children("population-facts")) {
    for (const Element& fact : section.children()) {
      add(names.population_facts, fact.attribute("name"));
    }
  }
  for (const Element& section : root.children("legal-entities")) {
    for (const Element& entity : section.children()) {
      add(names.legal_entities, entity.attribute("id"));
    }
  }
}

/// The parts between commas, without blanks.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts(1);
  for (const char c : list) {
    if (c == ',') {
      parts.emplace_back();
    } else if (c != ' ') {
      parts.back() += c;
    }
  }
  std::erase(parts, "");
  return parts;
}

void read_meters(const Element& root, DeclaredNames& names) {
  for (const Element& element : root.children("meter")) {
    DeclaredNames::Meter meter{element.attribute("name").value_or(""),
                               element.attribute("unit").value_or(""),
                               parts_of(element.attribute("group-by").value_or(""))};
    for (const Element& dimension : element.children("dimension")) {
      add(meter.dimensions, dimension.attribute("name"));
    }
    if (!meter.name.empty()) names.meters.push_back(std::move(meter));
  }
}

void read_pricing(const Element& root, DeclaredNames& names) {
  add(names.strategies, root.attribute("strategy"));
  for (const Element& plan : root.children("plan")) {
    add(names.plans, plan.attribute("name"));
    for (const Element& charge : plan.children()) {
      if (charge.name() != "price-book") add(names.charges, charge.attribute("name"));
    }
  }
}

void read_file(const std::string& name, const std::string& content, DeclaredNames& names) {
  const auto kind = kind_of_file(name);
  if (kind != FileKind::kBillingConfig && kind != FileKind::kMeters && kind != FileKind::kPricing) {
    return;
  }
  const Document document = parse_xml(name, content);
  switch (*kind) {
    case FileKind::kBillingConfig:
      return read_billing_config(document.root(), names);
    case FileKind::kMeters:
      return read_meters(document.root(), names);
    default:
      return read_pricing(document.root(), names);
  }
}

}  // namespace

DeclaredNames declared_names(const Files& files) {
  DeclaredNames names;
  for (const auto& [name, content] : files.content) {
    names.files.push_back(name);
    try {
      read_file(name, content, names);
    } catch (const Error&) {
      continue;
    }
  }
  return names;
}

}  // namespace reckoner::config
