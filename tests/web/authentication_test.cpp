#include "web/authentication.hpp"

#include <gtest/gtest.h>

namespace reckoner::web {
namespace {

using enum Right;

class AuthenticationTest : public testing::Test {
 protected:
  using Headers = std::multimap<std::string, std::string, std::less<>>;

  static Request request(std::string method, Headers headers) {
    Request made;
    made.method = std::move(method);
    made.headers = std::move(headers);
    return made;
  }
  /// "anna", or "401 why".
  std::string caller(const std::string& method, Headers headers) {
    try {
      return authentication.principal_of(request(method, std::move(headers))).name;
    } catch (const Problem& problem) {
      return std::to_string(problem.status()) + " " + problem.what();
    }
  }
  static Principal named(std::string name, std::int64_t user) {
    Principal principal;
    principal.name = std::move(name);
    principal.user_id = user;
    return principal;
  }

  Authentication authentication{
      [](std::string_view secret) {
        return secret == "rk_1" ? std::optional(named("gateway", 0)) : std::nullopt;
      },
      [](std::string_view secret) {
        return secret == "s1" ? std::optional(named("anna", 7)) : std::nullopt;
      }};
  const std::string token = csrf_token_of("s1");
  static constexpr const char* kNobody =
      "401 an API key or a session is needed: Authorization: Bearer KEY, or log in";
  static constexpr const char* kNoToken = "403 the session's token is needed: X-CSRF-Token";
  static constexpr const char* kOtherSite = "403 this request comes from a page of another site";
};

TEST_F(AuthenticationTest, KnowsKeysAndSessions) {
  EXPECT_EQ(caller("GET", {}), kNobody);
  EXPECT_EQ(caller("GET", {{"authorization", "Bearer rk_1"}}), "gateway");
  EXPECT_EQ(caller("POST", {{"authorization", "bearer  rk_1"}}), "gateway");
  EXPECT_EQ(caller("GET", {{"authorization", "Bearer rk_2"}}),
            "401 the API key is unknown, has expired or was revoked");
  EXPECT_EQ(caller("GET", {{"cookie", "reckoner_session=s1"}}), "anna");
  EXPECT_EQ(caller("GET", {{"cookie", "a=b; reckoner_session=s1;c=d"}}), "anna");
  EXPECT_EQ(caller("GET", {{"cookie", "a=b"}, {"cookie", "reckoner_session=s1"}}), "anna");
  EXPECT_EQ(caller("GET", {{"cookie", "reckoner_session=s2"}}),
            "401 the session has ended: log in again");
}

TEST_F(AuthenticationTest, TakesNothingThatIsNotClear) {
  EXPECT_EQ(caller("GET", {{"cookie", "reckoner_session=s1; reckoner_session=s2"}}), kNobody);
  EXPECT_EQ(caller("GET", {{"cookie", "reckoner_session="}}), kNobody);
  EXPECT_EQ(caller("GET", {{"cookie", "xreckoner_session=s1"}}), kNobody);
  // Whoever sends a key means the key.
  const auto refused = "401 an API key is needed: Authorization: Bearer KEY";
  EXPECT_EQ(caller("GET", {{"authorization", "Basic x"}, {"cookie", "reckoner_session=s1"}}),
            refused);
  EXPECT_EQ(caller("GET", {{"authorization", "Bearer rk_1"}, {"authorization", "Bearer rk_1"}}),
            refused);
}

TEST_F(AuthenticationTest, ChangesNeedTheSessionsToken) {
  const std::pair<const std::string, std::string> cookie{"cookie", "reckoner_session=s1"};
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_EQ(caller(method, {cookie}), kNoToken);
    EXPECT_EQ(caller(method, {cookie, {"x-csrf-token", ""}}), kNoToken);
    EXPECT_EQ(caller(method, {cookie, {"x-csrf-token", csrf_token_of("s2")}}), kNoToken);
    EXPECT_EQ(caller(method, {cookie, {"x-csrf-token", token}}), "anna");
  }
  EXPECT_EQ(caller("HEAD", {cookie}), "anna");
}

TEST_F(AuthenticationTest, ChangesComeFromOurOwnPages) {
  const auto with = [&](Headers more) {
    more.insert(
        {{"cookie", "reckoner_session=s1"}, {"x-csrf-token", token}, {"host", "b.test:80"}});
    return caller("POST", std::move(more));
  };
  EXPECT_EQ(with({{"sec-fetch-site", "same-origin"}}), "anna");
  EXPECT_EQ(with({{"sec-fetch-site", "none"}}), "anna");
  EXPECT_EQ(with({{"sec-fetch-site", "cross-site"}}), kOtherSite);
  EXPECT_EQ(with({{"sec-fetch-site", "same-site"}}), kOtherSite);
  EXPECT_EQ(with({{"origin", "http://b.test:80"}}), "anna");
  EXPECT_EQ(with({{"origin", "http://evil.test"}}), kOtherSite);
  EXPECT_EQ(with({{"origin", "null"}}), kOtherSite);
  // A proxy may have changed the host; the browser has told already.
  EXPECT_EQ(with({{"sec-fetch-site", "same-origin"}, {"origin", "https://outside.test"}}), "anna");
}

}  // namespace
}  // namespace reckoner::web
