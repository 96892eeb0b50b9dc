#include "app/totp_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.hpp"
#include "base/hash.hpp"

namespace reckoner::app {
namespace {

class TotpKeyTest : public testing::Test {
 protected:
  ~TotpKeyTest() override { std::filesystem::remove_all(directory_); }

  std::string refusal(const config::Settings& settings) {
    try {
      totp_seal(settings, directory_);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void write(std::string_view text) {
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ / "totp.key") << text;
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("totp-key-" + to_hex(random_bytes(8)));
};

TEST_F(TotpKeyTest, IsMadeOnceForItsOwnerAlone) {
  const std::string sealed = totp_seal({}, directory_).close("secret", "x");
  EXPECT_EQ(totp_seal({}, directory_).open(sealed, "x"), "secret");
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(directory_ / "totp.key").permissions(), perms::owner_read);
  const auto files = std::filesystem::directory_iterator(directory_);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST_F(TotpKeyTest, MayBeAReference) {
  write(std::string(64, 'a') + "\n");
  const std::string sealed = totp_seal({}, directory_).close("secret", "x");
  config::Settings settings;
  settings.set("users.totpKey", "file:" + (directory_ / "totp.key").string());
  EXPECT_EQ(totp_seal(settings, "/nowhere").open(sealed, "x"), "secret");
  settings.set("users.totpKey", "file:/nowhere/totp.key");
  EXPECT_THAT(refusal(settings), testing::HasSubstr("/nowhere/totp.key"));
}

TEST_F(TotpKeyTest, ThatIsNone) {
  write("too short\n");
  EXPECT_THAT(refusal({}), testing::HasSubstr("not hexadecimal"));
  write("abcd\n");
  EXPECT_THAT(refusal({}), testing::HasSubstr("a key has 32 bytes, this one 2"));
  write("");
  EXPECT_THAT(refusal({}), testing::HasSubstr("it cannot be read"));
}

}  // namespace
}  // namespace reckoner::app
