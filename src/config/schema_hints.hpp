#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/file_kind.hpp"

namespace reckoner::config {

/// What an attribute may be.
struct AttributeHint {
  std::string name;
  bool required = false;
  std::optional<std::string> default_value = std::nullopt;
  std::vector<std::string> values = {};               ///< the only ones; empty: others, too
  std::optional<std::string> pattern = std::nullopt;  ///< of XML Schema
  std::string documentation = {};
};

struct ChildHint {
  std::string name;
  bool required = false;
  bool repeats = false;
};

/// An element, in all places where it means the same.
struct ElementHint {
  std::string name;
  std::vector<std::string> parents;  ///< none: the root
  std::string documentation;
  std::vector<AttributeHint> attributes;
  std::vector<ChildHint> children;
};

/// What a schema says of one kind of file, for completion in an editor.
struct SchemaHints {
  std::string namespace_uri;
  std::string root;
  std::vector<ElementHint> elements;  ///< the root first
};

/// The shipped schema of a kind of files (config/schema), compiled into the program; nullopt for
/// kinds that have none: decisions and mail.
std::optional<std::string_view> schema_of(FileKind kind);
/// By its file's name, "pricing.xsd".
std::optional<std::string_view> schema_named(std::string_view name);

/// Of a schema as ours are written: elements with named or inner types, groups, attribute groups,
/// extensions, restrictions by enumeration and pattern, unions. Throws Error for what is no schema
/// and for a name in it that does not exist.
SchemaHints read_schema(std::string_view name, std::string_view schema);

/// The elements that price a charge: in `metered` or `recurring`, but for `from`.
std::vector<std::string> charge_models(const SchemaHints& pricing);

}  // namespace reckoner::config
