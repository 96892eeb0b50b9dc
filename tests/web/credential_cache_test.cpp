#include "web/credential_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace reckoner::web {
namespace {

using std::chrono::milliseconds;

class CredentialCacheTest : public testing::Test {
 protected:
  CredentialCache cache_of(milliseconds fresh, milliseconds longest) {
    return CredentialCache([this](std::string_view secret) { return find(secret); },
                           {fresh, longest});
  }
  std::optional<Principal> find(std::string_view secret) {
    ++asked_;
    const int now = ++at_once_;
    int most = most_at_once_;
    while (now > most && !most_at_once_.compare_exchange_weak(most, now)) {
    }
    std::this_thread::sleep_for(milliseconds(5));
    --at_once_;
    if (lost_) throw Error("no database");
    if (revoked_ || !secret.starts_with("good")) return std::nullopt;
    Principal principal;
    principal.name = secret;
    principal.namespace_name = "eu";
    return principal;
  }

  std::atomic<int> asked_ = 0;
  std::atomic<int> at_once_ = 0;
  std::atomic<int> most_at_once_ = 0;
  std::atomic<bool> revoked_ = false;
  std::atomic<bool> lost_ = false;
};

TEST_F(CredentialCacheTest, AsksOnceForWhatItKnows) {
  CredentialCache cache = cache_of(milliseconds(60'000), milliseconds(60'000));
  for (int i = 0; i < 10; ++i) {
    const auto principal = cache.principal_of("good");
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->name, "good");
    EXPECT_EQ(principal->namespace_name, "eu");
    EXPECT_FALSE(cache.principal_of("bad"));
  }
  EXPECT_EQ(asked_, 2);
}

TEST_F(CredentialCacheTest, NoticesARevocation) {
  CredentialCache cache = cache_of(milliseconds(10), milliseconds(60'000));
  EXPECT_TRUE(cache.principal_of("good"));
  revoked_ = true;
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_FALSE(cache.principal_of("good"));
}

TEST_F(CredentialCacheTest, TrustsWhatItKnowsForAWhileOnly) {
  CredentialCache cache = cache_of(milliseconds(0), milliseconds(300));
  EXPECT_TRUE(cache.principal_of("good"));
  lost_ = true;
  EXPECT_TRUE(cache.principal_of("good"));
  EXPECT_THROW(cache.principal_of("good 2"), Error);
  std::this_thread::sleep_for(milliseconds(320));
  EXPECT_THROW(cache.principal_of("good"), Error);
  lost_ = false;
  EXPECT_TRUE(cache.principal_of("good"));
}

TEST_F(CredentialCacheTest, ManyCallersDoNotAskAtOnce) {
  CredentialCache cache = cache_of(milliseconds(60'000), milliseconds(60'000));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&cache, i] {
      EXPECT_TRUE(cache.principal_of("good"));
      EXPECT_FALSE(cache.principal_of("bad " + std::to_string(i)));
    });
  }
  threads.clear();
  EXPECT_EQ(asked_, 41);
  EXPECT_LE(most_at_once_, 4);
}

TEST_F(CredentialCacheTest, ForgetsAtOnce) {
  CredentialCache cache = cache_of(milliseconds(60'000), milliseconds(60'000));
  EXPECT_TRUE(cache.principal_of("good"));
  revoked_ = true;
  EXPECT_TRUE(cache.principal_of("good"));
  cache.forget_all();
  EXPECT_FALSE(cache.principal_of("good"));
}

TEST_F(CredentialCacheTest, KeepsNothingThatWasLookedUpBeforeItForgot) {
  CredentialCache* forgetting = nullptr;
  bool valid = true;
  CredentialCache cache(
      [&](std::string_view secret) -> std::optional<Principal> {
        if (!valid) return std::nullopt;
        Principal principal;
        principal.name = secret;
        valid = false;
        forgetting->forget_all();
        return principal;
      },
      {milliseconds(60'000), milliseconds(60'000)});
  forgetting = &cache;
  EXPECT_TRUE(cache.principal_of("good"));
  EXPECT_FALSE(cache.principal_of("good"));
}

}  // namespace
}  // namespace reckoner::web
