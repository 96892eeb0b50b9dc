#include "web/ui_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "web/router.hpp"

namespace reckoner::web {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr EmbeddedFile kFiles[] = {
    {"api-docs.css", "body {}"},
    {"api-docs.html", "<p>operations</p>"},
    {"assets/index-1a2b.js", "script"},
    {"assets/index-1a2b.js.br", "BR"},
    {"assets/index-1a2b.js.gz", "GZ"},
    {"icon.svg", "<svg/>"},
    {"index.html", "<meta content=\"__CSP_NONCE__\"><script nonce=\"__CSP_NONCE__\"></script>"},
};

class UiTest : public testing::Test {
 protected:
  Response get(const std::string& path, const std::string& encodings = "",
               const std::string& if_none_match = "") {
    const Router::Match match = router_.find("GET", path);
    Request request;
    request.method = "GET";
    request.path = path;
    request.path_values = match.path_values;
    if (!encodings.empty()) request.headers.emplace("accept-encoding", encodings);
    if (!if_none_match.empty()) request.headers.emplace("if-none-match", if_none_match);
    return router_.routes().at(match.route).endpoint(request);
  }
  int status(const std::string& path) {
    try {
      return get(path).status;
    } catch (const Problem& problem) {
      return problem.status();
    }
  }
  static std::string header(const Response& response, std::string_view name) {
    const auto found = std::find_if(response.headers.begin(), response.headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == response.headers.end() ? "" : found->second;
  }

  Router router_{ui_routes(kFiles)};
};

TEST_F(UiTest, EachPathOfThePagesIsTheIndexWithAFreshNonce) {
  std::string before;
  for (const char* path : {"/", "/customers/acme/invoices", "/index.html", "/login", "/a//b/"}) {
    const Response page = get(path);
    const std::string policy = header(page, "Content-Security-Policy");
    const std::size_t at = policy.find("'nonce-") + 7;
    const std::string nonce = policy.substr(at, policy.find('\'', at) - at);
    EXPECT_EQ(nonce.size(), 32U);
    EXPECT_EQ(page.body,
              "<meta content=\"" + nonce + "\"><script nonce=\"" + nonce + "\"></script>");
    EXPECT_NE(nonce, before);
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(header(page, "Cache-Control"), "") << "not kept: the nonce is of this answer";
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    before = nonce;
  }
}

TEST_F(UiTest, FilesWithTheirHashInTheNameAreKept) {
  const Response file = get("/assets/index-1a2b.js");
  EXPECT_EQ(file.content(), "script");
  EXPECT_EQ(file.content_type, "text/javascript; charset=utf-8");
  EXPECT_THAT(header(file, "Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(header(file, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(get("/icon.svg"), "Cache-Control"), "no-cache");
}

TEST_F(UiTest, FilesComeInTheSmallestFormThatIsTaken) {
  const Response best = get("/assets/index-1a2b.js", "gzip, deflate, br");
  EXPECT_EQ(best.content(), "BR");
  EXPECT_EQ(header(best, "Content-Encoding"), "br");
  EXPECT_EQ(get("/assets/index-1a2b.js", "gzip").content(), "GZ");
  EXPECT_EQ(get("/icon.svg", "gzip, br").content(), "<svg/>");
  EXPECT_NE(header(best, "ETag"), header(get("/assets/index-1a2b.js"), "ETag"));
  EXPECT_EQ(get("/assets/index-1a2b.js", "br", header(best, "ETag")).status, 304);
}

TEST_F(UiTest, WhatIsMissingIsNoPage) {
  for (const char* path : {"/api", "/api/v1/nothing", "/assets/gone.js", "/api/"}) {
    EXPECT_EQ(status(path), 404) << path;
  }
  EXPECT_THROW(router_.find("POST", "/login"), Problem);
  EXPECT_THAT(get("/assets%2Findex-1a2b.js").content(), "script");
  EXPECT_THAT(get("/icon.svg.br").body, StartsWith("<meta")) << "no file of its own";
}

TEST_F(UiTest, TheContractIsServedAsItStands) {
  const Response contract = get("/api/v1/openapi.yaml");
  EXPECT_EQ(contract.content_type, "application/yaml");
  EXPECT_THAT(contract.content(), HasSubstr("\nopenapi: 3.1.0\n"));
  EXPECT_EQ(get("/api/v1/openapi.yaml", "", header(contract, "ETag")).status, 304);
  EXPECT_EQ(get("/api/docs").content(), "<p>operations</p>");
  EXPECT_THAT(header(get("/api/docs"), "Content-Security-Policy"), Not(HasSubstr("script-src")));
}

TEST(UiWithoutPages, SaysSo) {
  const Router router(ui_routes({}));
  Request request;
  const auto ask = [&](const std::string& path) {
    const Router::Match match = router.find("GET", path);
    request.path_values = match.path_values;
    return router.routes().at(match.route).endpoint(request);
  };
  EXPECT_THAT(ask("/").body, HasSubstr("built without its pages"));
  EXPECT_THROW(ask("/api/docs"), Problem);
  EXPECT_EQ(ask("/api/v1/openapi.yaml").status, 200);
}

}  // namespace
}  // namespace reckoner::web
