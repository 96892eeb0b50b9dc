#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "web/http.hpp"

namespace reckoner::web {

/// Finds the route of a path. Immutable; may be used by several threads.
class Router {
 public:
  /// A pattern begins with '/'. Two routes that match the same are a Bug.
  explicit Router(std::vector<Route> routes);

  const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    std::size_t route;  ///< in routes()
    std::map<std::string, std::string, std::less<>> path_values;
  };
  /// The route for a path as it was sent (without query): its parts are told apart before they are
  /// percent-decoded, so that "%2F" is a part's own. A literal part wins over "{name}". A pattern
  /// that is "/{name...}" has what no other pattern matches, whatever the method; the whole path
  /// without its first '/' is its value. HEAD is answered by GET. Throws Problem 404, or 405 with
  /// Allow.
  Match find(std::string_view method, std::string_view raw_path) const;

 private:
  struct Part {
    std::string text;  ///< the literal, or the variable's name
    bool variable;
    friend bool operator==(const Part&, const Part&) = default;
  };
  using Parts = std::vector<Part>;
  bool matches(const Parts& pattern, const std::vector<std::string>& path) const;
  std::string allowed(const std::vector<std::string>& path) const;

  std::vector<Route> routes_;
  std::vector<Parts> patterns_;     ///< of each route
  std::vector<std::size_t> order_;  ///< routes, those with earlier literal parts first
  std::map<std::string, std::size_t, std::less<>> rest_;  ///< by method, for all other paths
  /// Routes without variables by method and pattern: they are found without taking the path apart.
  std::map<std::string, std::map<std::string, std::size_t, std::less<>>, std::less<>> literal_;
};

}  // namespace reckoner::web
