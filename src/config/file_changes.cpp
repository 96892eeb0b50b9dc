#include "config/file_changes.hpp"

#include <set>

namespace reckoner::config {

namespace {

using Kind = FileChange::Kind;

template <class Map>
std::set<std::string> names_of(const Map& before, const Map& after) {
  std::set<std::string> names;
  for (const auto& [name, content] : before) names.insert(name);
  for (const auto& [name, content] : after) names.insert(name);
  return names;
}

template <class Content>
Kind kind_of(const Content* before, const Content* after) {
  if (before == nullptr) return Kind::kAdded;
  return after == nullptr ? Kind::kRemoved : Kind::kChanged;
}

template <class Map>
const typename Map::mapped_type* find(const Map& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

std::string_view to_string(FileChange::Kind kind) {
  switch (kind) {
    case Kind::kAdded:
      return "added";
    case Kind::kRemoved:
      return "removed";
    case Kind::kChanged:
      return "changed";
  }
  return "";
}

std::vector<FileChange> changes_between(const Files& before, const Files& after) {
  std::vector<FileChange> changes;
  for (const std::string& name : names_of(before.content, after.content)) {
    const std::string* const old_text = find(before.content, name);
    const std::string* const new_text = find(after.content, name);
    if (old_text != nullptr && new_text != nullptr && *old_text == *new_text) continue;
    changes.push_back({name, kind_of(old_text, new_text),
                       text::line_difference(old_text == nullptr ? "" : *old_text,
                                             new_text == nullptr ? "" : *new_text)});
  }
  for (const std::string& name : names_of(before.libraries, after.libraries)) {
    const Sha256* const old_hash = find(before.libraries, name);
    const Sha256* const new_hash = find(after.libraries, name);
    if (old_hash != nullptr && new_hash != nullptr && *old_hash == *new_hash) continue;
    changes.push_back({name, kind_of(old_hash, new_hash), {}});
  }
  return changes;
}

}  // namespace reckoner::config
