#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/expression.hpp"
#include "rules/model_text.hpp"

namespace reckoner::rules {

/// A declared type: a simple one, a list of one type, or a context with given entries.
struct ItemType {
  std::string name;  ///< as declared
  Type kind = Type::kAny;
  std::shared_ptr<const ItemType> element = {};  ///< of a list; none: any
  std::vector<std::pair<std::string, std::shared_ptr<const ItemType>>> components = {};
  std::optional<UnaryTests> allowed = {};
  std::string allowed_text = {};

  /// nullptr when it has none of that name.
  const ItemType* component(std::string_view component_name) const;
};
using ItemTypePointer = std::shared_ptr<const ItemType>;

/// Why the value is not of the type: "is a string, not a number", "is not among the allowed values
/// …"; nullopt when it is. Null is of every type, and an entry that is missing is null.
std::optional<std::string> misfit(const Value& value, const ItemType& type);

/// The types of a model by name.
class ItemTypes {
 public:
  ItemTypes() = default;
  /// Throws Error "file:line: reason" for unknown types, circles and duplicate names. Names of
  /// entries are put into `layout.members`.
  ItemTypes(const std::vector<ItemDefinitionText>& definitions, Layout& layout);

  /// nullptr for "" and Any. Throws Error at `source` for an unknown name, with the nearest one;
  /// `what` has it, such as "input 'plan.name'".
  ItemTypePointer named(const std::string& name, const std::string& what,
                        const Source& source) const;
  /// Without refusing: nullptr for an unknown name, too.
  ItemTypePointer find(const std::string& name) const;

 private:
  ItemTypePointer compile(const ItemDefinitionText& text, Layout& layout);
  ItemTypePointer compile_base(const ItemDefinitionText& text, Layout& layout);

  const std::vector<ItemDefinitionText>* definitions_ = nullptr;
  std::map<std::string, ItemTypePointer, std::less<>> types_;
  std::vector<std::string> in_work_;
};

}  // namespace reckoner::rules
