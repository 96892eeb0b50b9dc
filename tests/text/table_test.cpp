#include "text/table.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::text {
namespace {

TEST(Table, AlignsColumns) {
  Table table({{"customer"}, {"balance", Align::kRight}, {"plan"}});
  table.add({"acme", "12.50", "SMB"});
  table.add({"müller gmbh", "-1200.00", ""});
  EXPECT_EQ(table.to_string(),
            "customer      balance  plan\n"
            "-----------  --------  ----\n"
            "acme            12.50  SMB\n"
            "müller gmbh  -1200.00\n");
}

TEST(Table, ShowsNoControlCharacters) {
  Table table({{"name"}});
  table.add({"a\x1b[31m\nb\xC2\x9B\xFF"});
  EXPECT_EQ(table.to_string(), "name\n----------\na�[31m�b��\n");
}

TEST(Table, HasACellForEachColumn) {
  Table table({{"a"}, {"b"}});
  EXPECT_TRUE(table.empty());
  EXPECT_THROW(table.add({"1"}), Bug);
}

TEST(Utf8, FindsTheFirstByteThatIsNot) {
  EXPECT_EQ(find_invalid_utf8("aé日😀\xF4\x8F\xBF\xBF"), std::nullopt);
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE6\x97",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(find_invalid_utf8("ab" + std::string(bad)), 2U);
    EXPECT_EQ(find_invalid_utf8("ab" + std::string(bad) + "c"), 2U);
  }
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(width("aé日😀"), 4U);
  EXPECT_EQ(pad_left("é", 3), "  é");
  EXPECT_EQ(pad_right("é", 3), "é  ");
  EXPECT_EQ(pad_right("abcd", 3), "abcd");
}

}  // namespace
}  // namespace reckoner::text
