#include "config/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cases.hpp"

namespace reckoner::config {
namespace {

namespace fs = std::filesystem;

class FilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "reckoner-files-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    base_ = pattern;
    fs::create_directories(directory());
  }
  void TearDown() override { fs::remove_all(base_); }

  fs::path directory() const { return base_ / "config"; }

  void write(const std::string& name, const std::string& content = "x") const {
    fs::create_directories((directory() / name).parent_path());
    std::ofstream(directory() / name) << content;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& [name, content] : read_directory(directory()).content) result.push_back(name);
    return result;
  }

  /// The message without the directory in front of it.
  std::string message() const {
    try {
      static_cast<void>(read_directory(directory()));
    } catch (const Error& error) {
      return error.reason();
    }
    return "accepted";
  }

  fs::path base_;
};

TEST_F(FilesTest, ReadsItsFilesAndIgnoresOthers) {
  for (const char* name : {"billing-config.xml", "meters.xml", "pricing/a.xml", "pricing/eu/b.dmn",
                           "mail/invoice.mustache", "README.md", "pricing/notes.txt",
                           "schema/pricing.xsd", "schema/example.xml", "mail/logo.png"}) {
    write(name, name);
  }
  EXPECT_EQ(names(), (std::vector<std::string>{"billing-config.xml", "mail/invoice.mustache",
                                               "meters.xml", "pricing/a.xml", "pricing/eu/b.dmn"}));
  EXPECT_EQ(read_directory(directory()).content.at("pricing/eu/b.dmn"), "pricing/eu/b.dmn");
}

TEST_F(FilesTest, RefusesWhatNobodyWouldRead) {
  write("meter.xml");
  EXPECT_EQ(message(), "meter.xml: not a file of a configuration; did you mean 'meters.xml'?");
  fs::remove(directory() / "meter.xml");
  write("mail/a.xml");
  EXPECT_EQ(message(), "mail/a.xml: not a file of a configuration");
  fs::remove(directory() / "mail/a.xml");
  write("fees.dmn");
  EXPECT_EQ(message(), "fees.dmn: not a file of a configuration");
}

TEST_F(FilesTest, RefusesLinksThatLeave) {
  write("pricing/a.xml");
  std::ofstream(base_ / "outside.xml") << "x";
  fs::create_symlink("a.xml", directory() / "pricing/b.xml");
  EXPECT_EQ(names(), (std::vector<std::string>{"pricing/a.xml", "pricing/b.xml"}));
  fs::create_symlink("../../outside.xml", directory() / "pricing/c.xml");
  EXPECT_EQ(message(), "pricing/c.xml: a symbolic link out of the directory is refused");
  fs::remove(directory() / "pricing/c.xml");
  fs::create_directory_symlink(".", directory() / "pricing/loop");
  EXPECT_EQ(message(), "pricing/loop: a symbolic link to a folder is refused");
  fs::remove_all(directory() / "pricing");
  fs::create_directory(base_ / "config-other");
  fs::create_directory_symlink("../config-other", directory() / "pricing");
  EXPECT_EQ(message(), "pricing: a symbolic link out of the directory is refused");
}

TEST_F(FilesTest, ALinkToTheDirectoryIsFine) {
  write("meters.xml");
  fs::create_directory_symlink("config", base_ / "current");
  EXPECT_EQ(read_directory(base_ / "current").content.size(), 1U);
}

TEST_F(FilesTest, RefusesPipesAndGiants) {
  ASSERT_EQ(mkfifo((directory() / "meters.xml").c_str(), 0600), 0);
  EXPECT_EQ(message(), "meters.xml: not a regular file");
  fs::remove(directory() / "meters.xml");
  write("meters.xml");
  fs::resize_file(directory() / "meters.xml", 4 * 1024 * 1024 + 1);
  EXPECT_EQ(message(), "meters.xml: the file is larger than 4 MiB");
}

TEST_F(FilesTest, SaysWhereItLooked) {
  try {
    static_cast<void>(read_directory(base_ / "nowhere"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), (base_ / "nowhere").string() + ": No such file or directory");
  }
}

TEST(FilesHash, CountsEveryNameAndByte) {
  const Files files{{{"a", "bc"}, {"d", ""}}, {}};
  EXPECT_EQ(hash(files), hash(Files{{{"d", ""}, {"a", "bc"}}, {}}));
  const std::vector<Files> others{{{{"ab", "c"}, {"d", ""}}, {}},
                                  {{{"a", "bcd"}}, {}},
                                  {{{"a", "bc"}}, {}},
                                  {{{"a", "bc"}, {"d", ""}}, {{"x.so", Sha256{}}}},
                                  {{{"a", "bc"}, {"d", "\n"}}, {}},
                                  {{}, {}}};
  for (const Files& other : others) EXPECT_NE(hash(files), hash(other));
}

TEST(FilesNames, OfMembers) {
  for (const char* good : {"a", "a/b.xml", "mail/größe.mustache", "..a/b..", "a b"}) {
    EXPECT_TRUE(is_member_name(good)) << good;
  }
  for (const char* bad :
       {"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a/..", "a\\b", "a\nb"}) {
    EXPECT_FALSE(is_member_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace reckoner::config
