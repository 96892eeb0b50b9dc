#include "app/config_changes.hpp"

#include <gmock/gmock.h>

namespace reckoner::app {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

config::Files files(std::map<std::string, std::string> content) {
  return {.content = std::move(content), .libraries = {}};
}

TEST(ConfigChanges, NothingForEqualFiles) {
  EXPECT_THAT(changes_between(files({{"a.xml", "x\n"}}), files({{"a.xml", "x\n"}})), IsEmpty());
}

TEST(ConfigChanges, NamesTheLinesThatDiffer) {
  const auto changes =
      changes_between(files({{"a.xml", "one\ntwo\nthree\nfour\n"}}),
                      files({{"a.xml", "one\n2\nthree\nthree and a half\nfour\n"}}));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].kind, "changed");
  EXPECT_THAT(changes[0].removed, ElementsAre("2: two"));
  EXPECT_THAT(changes[0].added, ElementsAre("2: 2", "4: three and a half"));
}

TEST(ConfigChanges, NamesFilesAndLibrariesThatComeAndGo) {
  config::Files before = files({{"gone.dmn", "x"}});
  config::Files after = files({{"new.dmn", "x"}});
  after.libraries["libfee.so"] = sha256("code");
  const auto changes = changes_between(before, after);
  ASSERT_THAT(changes, SizeIs(3));
  EXPECT_EQ(changes[0].name + " " + changes[0].kind, "gone.dmn removed");
  EXPECT_EQ(changes[1].name + " " + changes[1].kind, "new.dmn added");
  EXPECT_EQ(changes[2].name + " " + changes[2].kind, "libfee.so added");
}

TEST(ConfigChanges, LargeFilesWithNothingInCommonCountAsChangedWhole) {
  std::string before;
  std::string after;
  for (int i = 0; i < 6000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  const auto changes = changes_between(files({{"a", before}}), files({{"a", after}}));
  EXPECT_THAT(changes.at(0).removed, SizeIs(6000));
  EXPECT_THAT(changes.at(0).added, SizeIs(6000));
}

}  // namespace

}  // namespace reckoner::app
