#include "web/key_ring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace reckoner::web {
namespace {

using std::chrono::milliseconds;

class KeyRingTest : public testing::Test {
 protected:
  KeyRing ring(milliseconds fresh, milliseconds longest) {
    return KeyRing([this](std::string_view secret) { return find(secret); }, {fresh, longest});
  }
  std::optional<accounts::ApiKey> find(std::string_view secret) {
    ++asked_;
    const int now = ++at_once_;
    int most = most_at_once_;
    while (now > most && !most_at_once_.compare_exchange_weak(most, now)) {
    }
    std::this_thread::sleep_for(milliseconds(5));
    --at_once_;
    if (lost_) throw Error("no database");
    if (revoked_ || !secret.starts_with("good")) return std::nullopt;
    accounts::ApiKey key;
    key.name = secret;
    key.scopes = {"ingest", "query"};
    key.namespace_name = "eu";
    key.customer = CustomerId{7};
    return key;
  }

  std::atomic<int> asked_ = 0;
  std::atomic<int> at_once_ = 0;
  std::atomic<int> most_at_once_ = 0;
  std::atomic<bool> revoked_ = false;
  std::atomic<bool> lost_ = false;
};

TEST_F(KeyRingTest, AsksOnceForWhatItKnows) {
  KeyRing keys = ring(milliseconds(60'000), milliseconds(60'000));
  for (int i = 0; i < 10; ++i) {
    const auto principal = keys.principal_of("good");
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->name, "good");
    EXPECT_EQ(principal->namespace_name, "eu");
    EXPECT_EQ(principal->customer, CustomerId{7});
    EXPECT_EQ(principal->scopes, (std::set<Scope>{Scope::kIngest, Scope::kQuery}));
    EXPECT_FALSE(keys.principal_of("bad"));
  }
  EXPECT_EQ(asked_, 2);
}

TEST_F(KeyRingTest, NoticesARevocation) {
  KeyRing keys = ring(milliseconds(10), milliseconds(60'000));
  EXPECT_TRUE(keys.principal_of("good"));
  revoked_ = true;
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_FALSE(keys.principal_of("good"));
}

TEST_F(KeyRingTest, TrustsWhatItKnowsForAWhileOnly) {
  KeyRing keys = ring(milliseconds(0), milliseconds(300));
  EXPECT_TRUE(keys.principal_of("good"));
  lost_ = true;
  EXPECT_TRUE(keys.principal_of("good"));
  EXPECT_THROW(keys.principal_of("good 2"), Error);
  std::this_thread::sleep_for(milliseconds(320));
  EXPECT_THROW(keys.principal_of("good"), Error);
  lost_ = false;
  EXPECT_TRUE(keys.principal_of("good"));
}

TEST_F(KeyRingTest, ManyCallersDoNotAskAtOnce) {
  KeyRing keys = ring(milliseconds(60'000), milliseconds(60'000));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&keys, i] {
      EXPECT_TRUE(keys.principal_of("good"));
      EXPECT_FALSE(keys.principal_of("bad " + std::to_string(i)));
    });
  }
  threads.clear();
  EXPECT_EQ(asked_, 41);
  EXPECT_LE(most_at_once_, 4);
}

}  // namespace
}  // namespace reckoner::web
