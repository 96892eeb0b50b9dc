#include "web/login_throttle.hpp"

#include <gtest/gtest.h>

namespace reckoner::web {
namespace {

using std::chrono::seconds;

class LoginThrottleTest : public testing::Test {
 protected:
  /// 0 where it may be tried, else the seconds to wait.
  int attempt(std::string_view login, std::string_view address) {
    try {
      throttle.attempt(login, address, now);
      return 0;
    } catch (const Problem& problem) {
      EXPECT_EQ(problem.status(), 429);
      return problem.retry_after().value_or(-1);
    }
  }

  LoginThrottle throttle{
      {.of_login = {3, seconds(30)}, .of_address = {5, seconds(10)}, .known_max = 8}};
  LoginThrottle::Steady::time_point now = LoginThrottle::Steady::now();
};

TEST_F(LoginThrottleTest, ALoginIsTriedSoOften) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(attempt("anna", std::to_string(i)), 0);
  EXPECT_EQ(attempt("anna", "9"), 30);
  EXPECT_EQ(attempt("bert", "9"), 0);
  now += seconds(29);
  EXPECT_EQ(attempt("anna", "9"), 1);
  now += seconds(1);
  EXPECT_EQ(attempt("anna", "9"), 0);
  EXPECT_EQ(attempt("anna", "9"), 30);
}

TEST_F(LoginThrottleTest, AnAddressTriesSoOften) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(attempt(std::to_string(i), "1.2.3.4"), 0);
  EXPECT_EQ(attempt("anna", "1.2.3.4"), 10);
  EXPECT_EQ(attempt("anna", "1.2.3.5"), 0) << "what was refused counts for nobody";
}

TEST_F(LoginThrottleTest, WhatWasRightDoesNotCount) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(attempt("anna", "1.2.3.4"), 0);
    throttle.give_back("anna", "1.2.3.4");
  }
}

TEST_F(LoginThrottleTest, IsBounded) {
  for (int i = 0; i < 8; ++i) EXPECT_EQ(attempt(std::to_string(i), std::to_string(i)), 0);
  // Those that come now share what one has.
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(attempt("new" + std::to_string(i), "new" + std::to_string(i)), 0);
  EXPECT_EQ(attempt("newest", "newest"), 30);
  EXPECT_EQ(attempt("1", "1"), 0);
  now += seconds(600);
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(attempt("later" + std::to_string(i), "x" + std::to_string(i)), 0);
}

TEST(OriginOf, IsTheOtherSideOrWhomALocalProxyNames) {
  const auto origin = [](std::string address, std::vector<std::string> forwarded = {}) {
    Request request;
    request.address = std::move(address);
    for (std::string& value : forwarded) request.headers.emplace("x-forwarded-for", value);
    return origin_of(request);
  };
  EXPECT_EQ(origin("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(origin("203.0.113.9", {"198.51.100.1"}), "203.0.113.9") << "anybody can write that";
  EXPECT_EQ(origin("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(origin("127.0.0.1", {"10.0.0.1, 203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(origin("::1", {"10.0.0.1", "203.0.113.9"}), "203.0.113.9");
  EXPECT_EQ(origin("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(origin("2001:db8:1:2:ffff::"), "2001:db8:1:2::");
  EXPECT_EQ(origin("127.0.0.1", {std::string(500, 'x')}).size(), 64u);
}

}  // namespace
}  // namespace reckoner::web
