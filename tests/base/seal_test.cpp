#include "base/seal.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace reckoner {
namespace {

TEST(Seal, OpensWhatItClosed) {
  const Seal seal(Seal::random_key());
  const std::string sealed = seal.close("a secret", "user 7");
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(seal.open(sealed, "user 7"), "a secret");
  EXPECT_NE(seal.close("a secret", "user 7"), sealed);
  EXPECT_EQ(seal.open(seal.close("", ""), ""), "");
}

TEST(Seal, OpensNothingElse) {
  const Seal seal(Seal::random_key());
  std::string sealed = seal.close("a secret", "user 7");
  EXPECT_THROW(seal.open(sealed, "user 8"), Error);
  EXPECT_THROW(Seal(Seal::random_key()).open(sealed, "user 7"), Error);
  EXPECT_THROW(seal.open("", "user 7"), Error);
  EXPECT_THROW(seal.open(sealed.substr(0, sealed.size() - 1), "user 7"), Error);
  for (char& c : sealed) {
    c = static_cast<char>(c ^ 1);
    EXPECT_THROW(seal.open(sealed, "user 7"), Error);
    c = static_cast<char>(c ^ 1);
  }
  EXPECT_THROW(Seal("short"), Error);
}

}  // namespace
}  // namespace reckoner
