#include "rules/functions.hpp"

#include <algorithm>

namespace reckoner::rules {

const std::vector<Builtin>& builtins() {
  static const std::vector<Builtin> all = [] {
    std::vector<Builtin> out;
    for (auto part : {conversion_builtins, number_builtins, string_builtins, list_builtins,
                      statistics_builtins, context_builtins, range_builtins, temporal_builtins})
      for (Builtin& each : part()) out.push_back(std::move(each));
    return out;
  }();
  return all;
}

const std::vector<std::string>& builtin_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out = {"sort", "now", "today"};  // the parser has words of its own
    for (const Builtin& each : builtins()) out.emplace_back(each.name);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }();
  return names;
}

}  // namespace reckoner::rules
