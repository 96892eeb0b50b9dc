#include "base/totp.hpp"

#include <gtest/gtest.h>

namespace reckoner {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";  // of RFC 6238, appendix B

TEST(Totp, GivesTheCodesOfTheStandard) {
  const auto code = [](std::int64_t seconds) { return totp_code(kSecret, totp_step(seconds)); };
  EXPECT_EQ(code(59), "287082");
  EXPECT_EQ(code(1111111109), "081804");
  EXPECT_EQ(code(1111111111), "050471");
  EXPECT_EQ(code(1234567890), "005924");
  EXPECT_EQ(code(2000000000), "279037");
  EXPECT_EQ(code(20000000000), "353130");
}

TEST(Totp, TakesClocksThatAreAStepAway) {
  const std::int64_t now = 1234567890;
  const std::int64_t step = totp_step(now);
  const auto taken = [&](std::int64_t of, std::int64_t used) {
    return matching_totp_step(kSecret, totp_code(kSecret, of), now, used);
  };
  EXPECT_EQ(taken(step, 0), step);
  EXPECT_EQ(taken(step - 1, 0), step - 1);
  EXPECT_EQ(taken(step + 1, 0), step + 1);
  EXPECT_EQ(taken(step - 2, 0), std::nullopt);
  EXPECT_EQ(taken(step + 2, 0), std::nullopt);
  EXPECT_EQ(matching_totp_step(kSecret, "", now, 0), std::nullopt);
  EXPECT_EQ(matching_totp_step(kSecret, "5924", now, 0), std::nullopt);
}

TEST(Totp, TakesNoCodeTwice) {
  const std::int64_t now = 1234567890;
  const std::int64_t step = totp_step(now);
  const std::string code = totp_code(kSecret, step);
  EXPECT_EQ(matching_totp_step(kSecret, code, now, step - 1), step);
  EXPECT_EQ(matching_totp_step(kSecret, code, now, step), std::nullopt);
  EXPECT_EQ(matching_totp_step(kSecret, code, now, step + 1), std::nullopt);
}

TEST(Totp, SecretsAreRandom) {
  EXPECT_EQ(random_totp_secret().size(), 20u);
  EXPECT_NE(random_totp_secret(), random_totp_secret());
}

TEST(Base32, IsThatOfTheStandard) {
  EXPECT_EQ(to_base32(""), "");
  EXPECT_EQ(to_base32("f"), "MY");
  EXPECT_EQ(to_base32("fo"), "MZXQ");
  EXPECT_EQ(to_base32("foo"), "MZXW6");
  EXPECT_EQ(to_base32("foob"), "MZXW6YQ");
  EXPECT_EQ(to_base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(to_base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(to_base32(kSecret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

}  // namespace
}  // namespace reckoner
