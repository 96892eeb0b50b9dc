#include "rules/facts.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "rules/lexer.hpp"
#include "rules/scope.hpp"

namespace reckoner::rules {

std::string Source::to_string() const {
  return fmt::format("{}:{}", file, line);
}

std::size_t FactNames::add(std::string_view text, Type type) {
  std::string name = with_single_blanks(text);
  if (name.empty() || !is_name_start(name.front()))
    throw Error(
        fmt::format("'{}' cannot be the name of a fact: it must begin with a letter", name));
  if (is_keyword(name))
    throw Error(
        fmt::format("'{}' cannot be the name of a fact: it is a word of the language", name));
  if (!slots_.emplace(name, names_.size()).second)
    throw Error(fmt::format("the fact '{}' is there twice", name));
  names_.push_back(std::move(name));
  types_.push_back(type);
  return names_.size() - 1;
}

std::optional<std::size_t> FactNames::slot(std::string_view name) const {
  const auto found = slots_.find(name);
  return found == slots_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace reckoner::rules
