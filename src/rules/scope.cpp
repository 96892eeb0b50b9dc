#include "rules/scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "rules/frame.hpp"
#include "rules/lexer.hpp"

namespace reckoner::rules {

void Budget::refuse() {
  throw Error(fmt::format("the evaluation takes more than {} steps", kStepsMax));
}

Scope::Scope(const FactNames& facts, Layout& layout) : layout_(&layout) {
  for (std::size_t slot = 0; slot < facts.size(); ++slot)
    meanings_.push_back({facts.name(slot), Meaning::Kind::kFact, slot, facts.type(slot), {}, {}});
}

std::size_t Scope::add(std::string name, Type type, std::shared_ptr<const ItemType> item) {
  const std::size_t slot = layout_->locals++;
  add_alias(std::move(name), slot, type, std::move(item));
  return slot;
}

void Scope::add_alias(std::string name, std::size_t slot, Type type,
                      std::shared_ptr<const ItemType> item) {
  meanings_.push_back({std::move(name), Meaning::Kind::kLocal, slot, type, std::move(item), {}});
}

void Scope::add_fact(std::string name, std::size_t slot, Type type,
                     std::shared_ptr<const ItemType> item) {
  meanings_.push_back({std::move(name), Meaning::Kind::kFact, slot, type, std::move(item), {}});
}

void Scope::add_function(std::string name, std::shared_ptr<const Function> function) {
  meanings_.push_back(
      {std::move(name), Meaning::Kind::kFunction, 0, Type::kAny, {}, std::move(function)});
}

const Meaning* Scope::find(std::string_view name) const {
  const auto found = std::find_if(meanings_.rbegin(), meanings_.rend(),
                                  [&](const Meaning& each) { return each.name == name; });
  return found == meanings_.rend() ? nullptr : &*found;
}

std::vector<std::string> Scope::names() const {
  std::vector<std::string> out;
  for (const Meaning& each : meanings_) out.push_back(each.name);
  return out;
}

std::string with_single_blanks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_blank(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace reckoner::rules
