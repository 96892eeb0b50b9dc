#include "base/password.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace reckoner {
namespace {

TEST(Password, IsArgon2idWithParametersThatAreStrongEnough) {
  const std::string stored = hash_password("correct horse");
  EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=32768,t=2,p=1$")) << stored;
  EXPECT_TRUE(is_password("correct horse", stored));
  EXPECT_FALSE(is_password("correct horsf", stored));
  EXPECT_FALSE(is_password("", stored));
  EXPECT_NE(hash_password("correct horse"), stored) << "no salt";
}

TEST(Password, OfNobodyTakesAsLong) {
  using Clock = std::chrono::steady_clock;
  const std::string stored = hash_password("correct horse");
  const auto time_of = [](const std::string& known) {
    auto fastest = Clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const auto start = Clock::now();
      EXPECT_FALSE(is_password("something else", known));
      fastest = std::min(fastest, Clock::now() - start);
    }
    return fastest;
  };
  const auto wrong = time_of(stored);
  const auto nobody = time_of("");
  EXPECT_LT(nobody, 2 * wrong);
  EXPECT_LT(wrong, 2 * nobody);
}

TEST(Password, IsHashedAnewWhenParametersChange) {
  EXPECT_FALSE(needs_rehash(hash_password("correct horse")));
  EXPECT_TRUE(
      needs_rehash("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                   "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"));
}

TEST(Password, ManyAtOnceWait) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([] { EXPECT_FALSE(is_password("x", "")); });
  }
}

TEST(Password, ThatIsRandomCanBeRead) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string password = random_password();
    EXPECT_EQ(password.size(), 24u);
    EXPECT_EQ(password.find_first_of("01ilo"), std::string::npos);
    EXPECT_TRUE(seen.insert(password).second);
  }
}

TEST(Secrets, AreTheSameOrNot) {
  EXPECT_TRUE(is_same_secret("", ""));
  EXPECT_TRUE(is_same_secret("abc", "abc"));
  EXPECT_FALSE(is_same_secret("abc", "abd"));
  EXPECT_FALSE(is_same_secret("abc", "abcd"));
}

}  // namespace
}  // namespace reckoner
