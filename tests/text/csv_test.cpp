#include "text/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>

#include "base/error.hpp"
#include "text/utf8.hpp"

namespace reckoner::text {
namespace {

using ::testing::ElementsAre;

std::string error_of(std::string_view csv) {
  try {
    parse_csv(csv);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> fields_of(std::string_view csv, char delimiter = ',') {
  const auto rows = parse_csv(csv, delimiter);
  return rows.size() == 1 ? rows[0].fields : std::vector<std::string>{"not one row"};
}

TEST(CsvReader, SplitsFieldsWithOrWithoutALastLineEnd) {
  EXPECT_THAT(fields_of("a,b,c"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(fields_of("a,b,c\n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(fields_of("a,b,\r\n"), ElementsAre("a", "b", ""));
  EXPECT_THAT(fields_of(",,"), ElementsAre("", "", ""));
  EXPECT_THAT(fields_of("a;b,c", ';'), ElementsAre("a", "b,c"));
}

TEST(CsvReader, ReadsQuotedFields) {
  EXPECT_THAT(fields_of(R"("a,b","say ""hi""","")"), ElementsAre("a,b", "say \"hi\"", ""));
  EXPECT_THAT(fields_of("\"two\nlines\",x\n"), ElementsAre("two\nlines", "x"));
  EXPECT_THAT(fields_of("\"two\r\nlines\""), ElementsAre("two\r\nlines"));
}

TEST(CsvReader, SkipsByteOrderMarkAndEmptyLines) {
  EXPECT_THAT(fields_of("\xEF\xBB\xBF\"a\",b"), ElementsAre("a", "b"));
  EXPECT_THAT(fields_of("\xEF\xBB\xBF"
                        "a"),
              ElementsAre("a"));
  EXPECT_THAT(fields_of("\xEF\xBC\xA1,b"), ElementsAre("\xEF\xBC\xA1", "b"));
  EXPECT_THAT(fields_of("\n\r\na\n\n"), ElementsAre("a"));
  EXPECT_TRUE(parse_csv("").empty());
  EXPECT_TRUE(parse_csv("\xEF\xBB\xBF").empty());
}

TEST(CsvReader, SaysTheLineEachRowStartsOn) {
  const auto rows = parse_csv("a\n\"b\nb\"\r\n\nc");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].line, 1U);
  EXPECT_EQ(rows[1].line, 2U);
  EXPECT_EQ(rows[2].line, 5U);
}

TEST(CsvReader, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of("a\nb,\"c\nd\ne"), "line 2: a quote is opened here and never closed");
  EXPECT_EQ(error_of("a\n\"b\"c"), "line 2: text behind the closing quote of a field");
  EXPECT_EQ(error_of("a\nb\"c\""), "line 2: a quote inside a field that does not start with one");
  EXPECT_EQ(error_of("a\rb"), "line 1: a carriage return without a line feed");
  EXPECT_EQ(error_of("a,b\xFC\n"), "line 1: field 2 is not valid UTF-8");
  EXPECT_EQ(error_of(std::string_view("a\0b", 3)), "line 1: field 1 holds a NUL character");
  EXPECT_EQ(error_of("\"" + std::string(kCsvRowBytesMax + 1, 'x')),
            "line 1: the row is longer than 1048576 bytes");
}

TEST(CsvTable, FindsColumnsByName) {
  std::istringstream in("key,name\nacme,\"Acme, Inc.\"\n\nfoo,Foo");
  CsvTable table(in);
  const std::size_t name = table.require("name");
  EXPECT_EQ(table.find("email"), std::nullopt);
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.at(name), "Acme, Inc.");
  EXPECT_EQ(table.line(), 2U);
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.at(table.require("key")), "foo");
  EXPECT_EQ(table.line(), 4U);
  EXPECT_FALSE(table.next());
}

std::string table_error(const std::string& csv) {
  std::istringstream in(csv);
  try {
    CsvTable table(in);
    table.require("key");
    table.allow_only(std::vector<std::string>{"key", "name"});
    while (table.next()) {
    }
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CsvTable, RefusesHeadersAndRowsThatDoNotFit) {
  EXPECT_EQ(table_error(""), "the file is empty: its first line must name the columns");
  EXPECT_EQ(table_error("key,,x"), "line 1: column 2 has no name");
  EXPECT_EQ(table_error("key,key"), "line 1: column 'key' is named twice");
  EXPECT_EQ(table_error("kay,name"), "there is no column 'key' (columns: kay, name)");
  EXPECT_EQ(table_error("key,nane"), "unknown column 'nane'; did you mean 'name'?");
  EXPECT_EQ(table_error("key,name\na,b\nc"), "line 3: 1 fields, but the header has 2");
}

TEST(CsvWriter, QuotesWhatNeedsIt) {
  std::ostringstream out;
  CsvWriter writer(out);
  writer.text("plain").text("a,b").text("\"q\"").text("x\ny").number("-12.50").end_row();
  writer.text("").end_row();
  EXPECT_EQ(out.str(), "plain,\"a,b\",\"\"\"q\"\"\",\"x\ny\",-12.50\r\n\"\"\r\n");
}

TEST(CsvWriter, DefusesFormulas) {
  std::ostringstream out;
  CsvWriter writer(out);
  writer.text("=1+1").text("+1").text("-1").text("@x").text("\tx").text("a=1").end_row();
  writer.text("\rx").end_row();
  EXPECT_EQ(out.str(), "'=1+1,'+1,'-1,'@x,'\tx,a=1\r\n\"'\rx\"\r\n");
}

TEST(CsvWriter, TakesOnlyNumbersAsNumbers) {
  std::ostringstream out;
  CsvWriter writer(out);
  EXPECT_THROW(writer.number("=1"), Bug);
  EXPECT_THROW(writer.number(""), Bug);
}

/// A text of a few of the characters that make CSV difficult.
rc::Gen<std::string> cell() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "=", ",", ";", "\"", "\n", "\r", "\r\n", " ", "\t", "ü", "\xEF\xBB\xBF", "日")),
      [](const std::vector<std::string>& pieces) {
        std::string text;
        for (const std::string& piece : pieces) text += piece;
        return text;
      });
}

TEST(CsvProperties, WhatIsWrittenIsReadBack) {
  EXPECT_TRUE(rc::check([] {
    const auto rows = *rc::gen::scale(
        0.2, rc::gen::container<std::vector<std::vector<std::string>>>(
                 rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(cell()))));
    const char delimiter = *rc::gen::element(',', ';', '\t');
    std::ostringstream out;
    CsvWriter writer(out, delimiter);
    for (const auto& row : rows) {
      for (const auto& field : row) writer.text(field);
      writer.end_row();
    }
    const auto read = parse_csv(out.str(), delimiter);
    RC_ASSERT(read.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      RC_ASSERT(read[i].fields.size() == rows[i].size());
      for (std::size_t j = 0; j < rows[i].size(); ++j) {
        const std::string& field = rows[i][j];
        const bool formula =
            !field.empty() && std::string("=+-@\t\r").find(field[0]) != std::string::npos;
        RC_ASSERT(read[i].fields[j] == (formula ? "'" + field : field));
      }
    }
  }));
}

TEST(CsvProperties, AnyBytesAreReadOrRefused) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    try {
      parse_csv(bytes);
    } catch (const Error&) {
    }
  }));
  EXPECT_TRUE(rc::check([] {
    try {
      parse_csv(*rc::gen::container<std::string>(rc::gen::element('"', ',', '\r', '\n', 'a')));
    } catch (const Error&) {
    }
  }));
}

}  // namespace
}  // namespace reckoner::text
