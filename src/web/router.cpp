#include "web/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "web/percent.hpp"

namespace reckoner::web {

namespace {

/// The parts of a path between its slashes; what stands before the first is dropped.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool is_rest(std::string_view pattern) {
  return pattern.starts_with("/{") && pattern.ends_with("...}") &&
         pattern.find('/', 1) == std::string_view::npos;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  std::set<std::string> known;
  for (const Route& route : routes_) {
    RK_CHECK(route.pattern.starts_with('/'));
    RK_CHECK(route.endpoint != nullptr);
    Parts parts;
    if (is_rest(route.pattern)) {
      RK_CHECK(rest_.emplace(route.method, patterns_.size()).second);
      patterns_.push_back({});
      continue;
    }
    std::string shape = route.method;
    for (const std::string_view part : split(route.pattern)) {
      const bool variable = part.starts_with('{') && part.ends_with('}');
      parts.push_back({std::string(variable ? part.substr(1, part.size() - 2) : part), variable});
      shape += variable ? "/{}" : fmt::format("/{}", part);
    }
    if (route.pattern.find_first_of("{%") == std::string::npos) {
      literal_[route.method].emplace(route.pattern, patterns_.size());
    }
    if (!known.insert(shape).second) throw Bug(fmt::format("bug: two routes match {}", shape));
    patterns_.push_back(std::move(parts));
  }
  order_.resize(routes_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(
        patterns_[a].begin(), patterns_[a].end(), patterns_[b].begin(), patterns_[b].end(),
        [](const Part& first, const Part& second) { return !first.variable && second.variable; });
  });
}

bool Router::matches(const Parts& pattern, const std::vector<std::string>& path) const {
  return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                    [](const Part& part, const std::string& text) {
                      return part.variable ? !text.empty() : part.text == text;
                    });
}

std::string Router::allowed(const std::vector<std::string>& path) const {
  std::set<std::string> methods;
  for (std::size_t route = 0; route < routes_.size(); ++route) {
    if (!matches(patterns_[route], path)) continue;
    methods.insert(routes_[route].method);
    if (routes_[route].method == "GET") methods.insert("HEAD");
  }
  return fmt::format("{}", fmt::join(methods, ", "));
}

Router::Match Router::find(std::string_view method, std::string_view raw_path) const {
  const std::string_view wanted = method == "HEAD" ? std::string_view("GET") : method;
  if (const auto paths = literal_.find(wanted); paths != literal_.end()) {
    const auto route = paths->second.find(raw_path);
    if (route != paths->second.end()) return {route->second, {}};
  }
  std::vector<std::string> path;
  for (const std::string_view part : split(raw_path)) {
    auto text = percent_decoded(part, Plus::kIsItself);
    if (!text) throw Problem(400, "the path has a wrong escape, or is not UTF-8");
    path.push_back(*std::move(text));
  }
  for (const std::size_t route : order_) {
    if (routes_[route].method != wanted || !matches(patterns_[route], path)) continue;
    Match match{route, {}};
    for (std::size_t i = 0; i < path.size(); ++i) {
      const Part& part = patterns_[route][i];
      if (part.variable) match.path_values.emplace(part.text, std::move(path[i]));
    }
    return match;
  }
  std::string allow = allowed(path);
  if (const auto rest = rest_.find(wanted); allow.empty() && rest != rest_.end()) {
    const std::string& pattern = routes_[rest->second].pattern;
    return {rest->second,
            {{pattern.substr(2, pattern.size() - 6), fmt::format("{}", fmt::join(path, "/"))}}};
  }
  if (allow.empty()) throw Problem(404, "there is nothing at this path");
  std::string detail = fmt::format("{} is not possible here, only {}", method, allow);
  throw Problem(405, std::move(detail)).header("Allow", std::move(allow));
}

}  // namespace reckoner::web
