#include "config/file_changes.hpp"

#include <gmock/gmock.h>

namespace reckoner::config {

namespace {

using testing::IsEmpty;
using testing::SizeIs;

Files files(std::map<std::string, std::string> content) {
  return {.content = std::move(content), .libraries = {}};
}

TEST(FileChanges, NothingForEqualFiles) {
  EXPECT_THAT(changes_between(files({{"a.xml", "x\n"}}), files({{"a.xml", "x\n"}})), IsEmpty());
}

TEST(FileChanges, HaveTheLinesOfBothFiles) {
  const auto changes = changes_between(files({{"a.xml", "one\ntwo\n"}, {"b.xml", "same\n"}}),
                                       files({{"a.xml", "one\n2\n"}, {"b.xml", "same\n"}}));
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].kind, FileChange::Kind::kChanged);
  EXPECT_THAT(changes[0].lines, SizeIs(3));
  EXPECT_EQ(count(changes[0].lines, text::LineChange::kRemoved), 1U);
  EXPECT_EQ(count(changes[0].lines, text::LineChange::kAdded), 1U);
}

TEST(FileChanges, NameFilesAndLibrariesThatComeAndGo) {
  Files before = files({{"gone.dmn", "x"}});
  Files after = files({{"new.dmn", "x\ny\n"}});
  before.libraries["libold.so"] = sha256("code");
  before.libraries["libfee.so"] = sha256("code");
  after.libraries["libfee.so"] = sha256("other code");
  after.libraries["libnew.so"] = sha256("code");
  const auto changes = changes_between(before, after);
  std::vector<std::string> told;
  for (const FileChange& change : changes) {
    told.push_back(change.name + " " + std::string(to_string(change.kind)) + " " +
                   std::to_string(change.lines.size()));
  }
  EXPECT_THAT(told,
              testing::ElementsAre("gone.dmn removed 1", "new.dmn added 2", "libfee.so changed 0",
                                   "libnew.so added 0", "libold.so removed 0"));
}

}  // namespace

}  // namespace reckoner::config
