#include "rules/item_type.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "rules/tree.hpp"

namespace reckoner::rules {

namespace {

[[noreturn]] void refuse_at(const Source& source, const std::string& reason) {
  throw Error(reason).in(source.to_string());
}

bool is_allowed(const Value& value, const UnaryTests& allowed) {
  return allowed.matches_alone(value);
}

std::optional<std::string> misfit_of_list(const Value& value, const ItemType& type) {
  if (value.list() == nullptr)
    return fmt::format("is a list, but {} is a {}", value.to_string(), name_of(value.type()));
  if (type.element == nullptr) return std::nullopt;
  for (const Value& item : *value.list())
    if (const auto reason = misfit(item, *type.element)) return reason;
  return std::nullopt;
}

}  // namespace

const ItemType* ItemType::component(std::string_view component_name) const {
  for (const auto& [each, type] : components)
    if (each == component_name) return type.get();
  return nullptr;
}

std::optional<std::string> misfit(const Value& value, const ItemType& type) {
  if (value.is_null()) return std::nullopt;
  if (type.kind == Type::kList) {
    if (const auto reason = misfit_of_list(value, type)) return reason;
  } else if (!conforms(value, type.kind)) {
    return fmt::format("is a {}, but {} is a {}", name_of(type.kind), value.to_string(),
                       name_of(value.type()));
  }
  for (const auto& [name, component] : type.components) {
    const Value* entry = value.entry(name);
    if (entry == nullptr || component == nullptr) continue;
    if (const auto reason = misfit(*entry, *component))
      return fmt::format("has an entry '{}' that {}", name, *reason);
  }
  if (type.kind == Type::kRange && type.element != nullptr && value.range() != nullptr)
    for (const Value& end : {value.range()->low, value.range()->high})
      if (const auto reason = misfit(end, *type.element)) return reason;
  if (type.allowed && !is_allowed(value, *type.allowed))
    return fmt::format("may not be {}: allowed is {}", value.to_string(), type.allowed_text);
  return std::nullopt;
}

ItemTypes::ItemTypes(const std::vector<ItemDefinitionText>& definitions, Layout& layout)
    : definitions_(&definitions) {
  for (const ItemDefinitionText& text : definitions) {
    const auto same = std::count_if(definitions.begin(), definitions.end(),
                                    [&](const auto& each) { return each.name == text.name; });
    if (same > 1) refuse_at(text.source, fmt::format("type '{}' is there twice", text.name));
    if (type_named(text.name))
      refuse_at(text.source, fmt::format("'{}' is a type of the language", text.name));
  }
  for (const ItemDefinitionText& text : definitions)
    if (!types_.contains(text.name)) types_[text.name] = compile(text, layout);
  definitions_ = nullptr;
}

ItemTypePointer ItemTypes::compile(const ItemDefinitionText& text, Layout& layout) {
  if (std::find(in_work_.begin(), in_work_.end(), text.name) != in_work_.end())
    refuse_at(text.source, "item definitions refer to each other in a circle");
  in_work_.push_back(text.name);
  const ItemTypePointer base = compile_base(text, layout);
  in_work_.pop_back();
  ItemType out = base != nullptr ? *base : ItemType();
  out.name = text.name;
  if (text.allowed) {
    out.allowed =
        UnaryTests::compile(*text.allowed, FactNames(), text.is_collection ? Type::kAny : out.kind);
    out.allowed_text = with_single_blanks(text.allowed->text);
  }
  if (!text.is_collection) return std::make_shared<const ItemType>(std::move(out));
  // The allowed values of a collection are those of its members.
  return std::make_shared<const ItemType>(
      ItemType{.name = text.name,
               .kind = Type::kList,
               .element = std::make_shared<const ItemType>(std::move(out))});
}

ItemTypePointer ItemTypes::compile_base(const ItemDefinitionText& text, Layout& layout) {
  if (text.components.empty()) {
    if (definitions_ != nullptr && !types_.contains(text.type)) {
      const auto found = std::find_if(definitions_->begin(), definitions_->end(),
                                      [&](const auto& each) { return each.name == text.type; });
      if (found != definitions_->end()) types_[text.type] = compile(*found, layout);
    }
    return named(text.type, fmt::format("type '{}'", text.name), text.source);
  }
  ItemType out{.name = text.name, .kind = Type::kContext};
  for (const ItemDefinitionText& each : text.components) {
    if (out.component(each.name) != nullptr)
      refuse_at(each.source,
                fmt::format("entry '{}' of type '{}' is there twice", each.name, text.name));
    layout.members.insert(each.name);
    out.components.emplace_back(each.name, compile(each, layout));
  }
  return std::make_shared<const ItemType>(std::move(out));
}

ItemTypePointer ItemTypes::find(const std::string& name) const {
  const auto found = types_.find(name);
  if (found != types_.end()) return found->second;
  const auto simple = type_named(name);
  if (!simple || *simple == Type::kAny) return nullptr;
  return std::make_shared<const ItemType>(
      ItemType{.name = std::string(name_of(*simple)), .kind = *simple});
}

ItemTypePointer ItemTypes::named(const std::string& name, const std::string& what,
                                 const Source& source) const {
  if (name.empty() || name == "Any") return nullptr;
  ItemTypePointer out = find(name);
  if (out != nullptr) return out;
  std::vector<std::string> known = type_names();
  for (const auto& [each, unused] : types_) known.push_back(each);
  refuse_at(source,
            fmt::format("{} has the unknown type '{}'{}", what, name, suggestion(name, known)));
}

}  // namespace reckoner::rules
