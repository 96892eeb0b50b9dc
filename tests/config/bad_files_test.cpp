#include <algorithm>

#include "base/error.hpp"
#include "cases.hpp"
#include "config/configuration.hpp"

namespace reckoner::config {
namespace {

std::string message_of(const Files& files) {
  try {
    static_cast<void>(parse(files));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::vector<BadCase> all_cases() {
  std::vector<BadCase> cases;
  const std::filesystem::path folder =
      std::filesystem::path(RECKONER_SOURCE_DIR) / "tests/config/bad";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ranges::move(read_bad_cases(entry.path()), std::back_inserter(cases));
  }
  return cases;
}

TEST(BadFiles, TheSmallConfigurationIsGood) {
  EXPECT_EQ(message_of(small_configuration()), "accepted");
}

TEST(BadFiles, EachGivesItsMessage) {
  const std::vector<BadCase> cases = all_cases();
  EXPECT_GE(cases.size(), 150U);
  for (const BadCase& bad : cases) EXPECT_EQ(message_of(bad.files), bad.message) << bad.source;
}

}  // namespace
}  // namespace reckoner::config
