#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/value.hpp"

namespace reckoner::rules {

/// Where a text stands in a file, so that an error about it reads "file:line: reason".
struct Source {
  std::string file;
  int line = 0;  ///< from 1

  /// "file:line".
  std::string to_string() const;
};

/// A text of the expression language as it was found.
struct Text {
  std::string text;
  Source source;  ///< where its first character stands
};

/// The values of the facts, by slot; null where nothing is known. Made by FactNames::unknown().
using Facts = std::vector<Value>;

/// The names that texts may use, each with its type and its slot in Facts. A name may contain
/// blanks and dots
/// ("plan.name", "monthly fee"). Filled once, then only read, by any number of threads.
class FactNames {
 public:
  /// The slot of the new name: 0, 1, 2 … Runs of blanks in it count as one. Throws Error for a name
  /// that cannot stand in a text (empty, no letter in front, a word of the language) and for one
  /// given before.
  std::size_t add(std::string_view name, Type type);

  std::optional<std::size_t> slot(std::string_view name) const;
  std::size_t size() const { return names_.size(); }
  const std::string& name(std::size_t slot) const { return names_.at(slot); }
  Type type(std::size_t slot) const { return types_.at(slot); }
  /// By slot.
  const std::vector<std::string>& names() const { return names_; }
  /// One null for every name.
  Facts unknown() const { return Facts(size()); }

 private:
  std::vector<std::string> names_;
  std::vector<Type> types_;
  std::map<std::string, std::size_t, std::less<>> slots_;
};

}  // namespace reckoner::rules
