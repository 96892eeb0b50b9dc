#include "web/routes_api.hpp"

#include <algorithm>
#include <tuple>

#include "text/json.hpp"

namespace reckoner::web {

namespace {

struct Listed {
  std::string pattern;
  std::string method;
  std::optional<Right> right;
};

std::string listing_of(std::vector<Listed> routes) {
  std::sort(routes.begin(), routes.end(), [](const Listed& a, const Listed& b) {
    return std::tie(a.pattern, a.method) < std::tie(b.pattern, b.method);
  });
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const Listed& route : routes) {
    json.begin_object().key("method").string(route.method).key("pattern").string(route.pattern);
    json.key("right");
    route.right ? json.string(to_string(*route.right)) : json.null();
    json.end_object();
  }
  json.end_array().end_object();
  return json.finish();
}

}  // namespace

Route routes_route(const std::vector<Route>& routes) {
  Route own{"GET", "/api/v1/routes", Right::kConsole, {}};
  std::vector<Listed> listed{{own.pattern, own.method, own.right}};
  for (const Route& route : routes) listed.push_back({route.pattern, route.method, route.right});
  own.endpoint = [body = listing_of(std::move(listed))](const Request&) {
    return Response{200, "application/json", body};
  };
  return own;
}

}  // namespace reckoner::web
