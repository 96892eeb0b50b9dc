#include "web/router.hpp"

#include <gtest/gtest.h>

namespace reckoner::web {
namespace {

Response nothing(const Request&) {
  return {};
}

Router router() {
  return Router({{"GET", "/meters/{meter}", std::nullopt, nothing},
                 {"GET", "/meters", std::nullopt, nothing},
                 {"POST", "/meters", std::nullopt, nothing},
                 {"GET", "/meters/{meter}/query", std::nullopt, nothing},
                 {"GET", "/meters/special", std::nullopt, nothing},
                 {"DELETE", "/meters/{other}", std::nullopt, nothing}});
}

std::string pattern_of(const Router& routes, std::string_view method, std::string_view path) {
  return routes.routes()[routes.find(method, path).route].pattern;
}

TEST(Router, FindsTheRouteAndItsValues) {
  const Router routes = router();
  EXPECT_EQ(pattern_of(routes, "GET", "/meters"), "/meters");
  EXPECT_EQ(pattern_of(routes, "HEAD", "/meters"), "/meters");
  EXPECT_EQ(pattern_of(routes, "GET", "/meters/special"), "/meters/special");
  const Router::Match match = routes.find("GET", "/meters/a%2Fb%20c/query");
  EXPECT_EQ(routes.routes()[match.route].pattern, "/meters/{meter}/query");
  EXPECT_EQ(match.path_values.at("meter"), "a/b c");
  EXPECT_EQ(routes.find("DELETE", "/meters/special").path_values.at("other"), "special");
}

TEST(Router, SaysWhatIsNotThere) {
  const Router routes = router();
  for (const std::string_view path : {"/", "/meter", "/meters/", "/meters/a/b", "*", "//meters"}) {
    try {
      routes.find("GET", path);
      ADD_FAILURE() << path;
    } catch (const Problem& problem) {
      EXPECT_EQ(problem.status(), 404) << path;
    }
  }
  try {
    routes.find("PATCH", "/meters/special");
    ADD_FAILURE();
  } catch (const Problem& problem) {
    EXPECT_EQ(problem.status(), 405);
    ASSERT_EQ(problem.headers().size(), 1u);
    EXPECT_EQ(problem.headers()[0].second, "DELETE, GET, HEAD");
  }
}

TEST(Router, HasARouteForAllOtherPaths) {
  const Router routes({{"GET", "/meters/{meter}", std::nullopt, nothing},
                       {"POST", "/meters", std::nullopt, nothing},
                       {"GET", "/{page...}", std::nullopt, nothing}});
  EXPECT_EQ(routes.find("GET", "/meters/a").route, 0u);
  for (const std::string path : {"", "a", "a/b", "meters/a/b", "a//b/"}) {
    const Router::Match match = routes.find("HEAD", "/" + path);
    EXPECT_EQ(match.route, 2u) << path;
    EXPECT_EQ(match.path_values.at("page"), path);
  }
  for (const auto& [method, path, status] :
       {std::tuple("GET", "/meters", 405), std::tuple("POST", "/a", 404),
        std::tuple("PUT", "/meters/a", 405)}) {
    try {
      routes.find(method, path);
      ADD_FAILURE() << path;
    } catch (const Problem& problem) {
      EXPECT_EQ(problem.status(), status) << path;
    }
  }
}

TEST(Router, RefusesTwoRoutesForTheSame) {
  EXPECT_THROW(
      Router({{"GET", "/a/{b}", std::nullopt, nothing}, {"GET", "/a/{c}", std::nullopt, nothing}}),
      Bug);
}

}  // namespace
}  // namespace reckoner::web
