#include "text/json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/error.hpp"

namespace reckoner::text {
namespace {

std::string error_of(std::string_view text) {
  try {
    parse_json(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string written(const Json& json, JsonLayout layout = JsonLayout::kCompact) {
  return JsonWriter(layout).json(json).finish();
}

TEST(JsonReader, KeepsNumbersAsTheyWereWritten) {
  for (const char* number : {"0", "12", "-7", "1.50", "0.1", "1e2", "1E+2", "-0.0", "1e-300",
                             "18446744073709551615", "18446744073709551616", "-9223372036854775809",
                             "0.1234567890123456789012345678901234567"}) {
    EXPECT_EQ(parse_json(number).as_number(), number);
  }
  EXPECT_EQ(parse_json("-0").as_number(), "0");
}

TEST(JsonReader, BuildsTheTreeInOrder) {
  const Json json = parse_json(R"( {"b": [1, true, null, "x\u00e9\n"], "a": {}} )");
  ASSERT_EQ(json.kind(), Json::Kind::kObject);
  EXPECT_EQ(json.as_object()[0].name, "b");
  EXPECT_EQ(json.as_object()[1].name, "a");
  const auto& items = json.at("b").as_array();
  EXPECT_EQ(items[0].as_number(), "1");
  EXPECT_TRUE(items[1].as_boolean());
  EXPECT_TRUE(items[2].is_null());
  EXPECT_EQ(items[3].as_string(), "xé\n");
  EXPECT_TRUE(json.at("a").as_object().empty());
  EXPECT_EQ(json.find("c"), nullptr);
  EXPECT_EQ(items[0].find("c"), nullptr);
}

TEST(JsonReader, KeepsEachValueOfNestedContainersAtItsPlace) {
  const std::string text = R"({"a":[{"b":[[],{}]},2],"c":{"d":{"e":3}},"f":[[1],[2,[3]]]})";
  EXPECT_EQ(written(parse_json(text)), text);
}

TEST(JsonReader, SaysWhichKindWasFound) {
  const Json json = parse_json(R"({"a": 1})");
  try {
    json.at("a").as_string();
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "expected a string, found a number");
  }
  EXPECT_THROW(json.at("b"), Error);
  EXPECT_THROW(json.at("a").at("b"), Error);
}

TEST(JsonReader, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}"), "3:4: member 'a' is there twice");
  EXPECT_EQ(error_of("[1,\n tru]"), "2:5: invalid literal");
  EXPECT_EQ(error_of("[1 2]"), "1:5: unexpected number literal; expected ']'");
  EXPECT_EQ(error_of(""), "1:1: unexpected end of input; expected '[', '{', or a literal");
  EXPECT_EQ(error_of("{\"ä\": 1e309}"), "1:12: number out of range");
  EXPECT_EQ(error_of("[1e-309]"), "1:8: number out of range");
  EXPECT_EQ(error_of("1e-99999999999999999999"), "1:23: number out of range");
  EXPECT_EQ(error_of(std::string_view("1\0 2", 4)), "1:2: NUL character");
  EXPECT_EQ(error_of("\n\"\xFF\""), "2:2: invalid string: ill-formed UTF-8 byte");
}

TEST(JsonReader, RefusesWhatIsNoJson) {
  for (const char* text :
       {"{",      "[",       "]",           "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}",
        "01",     "+1",      ".5",          "1.",   "NaN",     "Infinity", "'a'",
        "\"\t\"", "\"\\x\"", "\"\\ud800\"", "1 2",  "// x\n1", "\"a",      "tRue"}) {
    EXPECT_NE(error_of(text), "") << text;
  }
}

TEST(JsonReader, LimitsTheDepth) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(error_of(nested(kJsonDepthMax)), "");
  EXPECT_EQ(error_of(nested(kJsonDepthMax + 1)), "1:65: nested deeper than 64 levels");
  EXPECT_EQ(error_of(std::string(1'000'000, '[')), "1:65: nested deeper than 64 levels");
}

TEST(JsonWriter, WritesCompactAndIndented) {
  const auto write = [](JsonLayout layout) {
    JsonWriter json(layout);
    json.begin_object().key("a").number("12.50").key("b").begin_array().number(-3).boolean(true);
    json.null().end_array().key("c").begin_object().end_object().key("d").begin_array();
    return json.end_array().end_object().finish();
  };
  EXPECT_EQ(write(JsonLayout::kCompact), R"({"a":12.50,"b":[-3,true,null],"c":{},"d":[]})");
  EXPECT_EQ(write(JsonLayout::kIndented),
            "{\n  \"a\": 12.50,\n  \"b\": [\n    -3,\n    true,\n    null\n  ],\n"
            "  \"c\": {},\n  \"d\": []\n}");
}

TEST(JsonWriter, HandsOverPieceByPiece) {
  JsonWriter json;
  std::string out = json.begin_array().number(1).take();
  out += json.number(2).take();
  out += json.end_array().finish();
  EXPECT_EQ(out, "[1,2]");
}

TEST(JsonWriter, EscapesStrings) {
  EXPECT_EQ(JsonWriter().string(std::string_view("\"\\/\b\f\n\r\t\0\x1f é", 13)).finish(),
            "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f é\"");
  EXPECT_THROW(JsonWriter().string("\xC3"), Error);
  EXPECT_THROW(JsonWriter().begin_object().key("\xC3"), Error);
}

TEST(JsonWriter, RefusesWrongUse) {
  EXPECT_THROW(JsonWriter().number(".5"), Bug);
  EXPECT_THROW(JsonWriter().number(""), Bug);
  EXPECT_THROW(JsonWriter().number("1,2"), Bug);
  EXPECT_THROW(JsonWriter().begin_object().null(), Bug);
  EXPECT_THROW(JsonWriter().begin_array().key("a"), Bug);
  EXPECT_THROW(JsonWriter().begin_array().end_object(), Bug);
  EXPECT_THROW(JsonWriter().begin_object().key("a").end_object(), Bug);
  EXPECT_THROW(JsonWriter().null().null(), Bug);
  EXPECT_THROW(JsonWriter().begin_array().finish(), Bug);
  EXPECT_THROW(JsonWriter().finish(), Bug);
}

TEST(Json, IsMadeOnlyOfWhatIsJson) {
  EXPECT_THROW(Json::number("x"), Error);
  EXPECT_THROW(Json::string("\xFF"), Error);
  EXPECT_THROW(Json::object({{"a", Json()}, {"a", Json()}}), Error);
}

TEST(Canonical, GivesEqualContentEqualBytes) {
  const auto of = [](std::string_view text) { return canonical(parse_json(text)); };
  EXPECT_EQ(of(R"({ "b" : 1.50, "a" : [1e2, -0, 0.00, -0.0e5] })"), R"({"a":[100,0,0,0],"b":1.5})");
  EXPECT_EQ(of("[1200, 12e2, 0.12e4, 1200.00]"), "[1200,1200,1200,1200]");
  EXPECT_EQ(of("[0.001, 1e-3, 100e-5]"), "[0.001,0.001,0.001]");
  EXPECT_EQ(of("[-12.340e1, 10, 18446744073709551616]"), "[-123.4,10,18446744073709551616]");
  EXPECT_EQ(of(R"("\u00e9\/")"), "\"é/\"");
  EXPECT_EQ(of(R"({"é":1,"z":2,"Z":3})"), R"({"Z":3,"z":2,"é":1})");
}

rc::Gen<std::string> text_gen() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "\"", "\\", "\n", "\x01", "é", "日", "😀", "/", " ")),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& piece : pieces) text += piece;
                        return text;
                      });
}

Json tree(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0:
      return Json();
    case 1:
      return Json::boolean(*rc::gen::arbitrary<bool>());
    case 2:
      return Json::number(
          std::to_string(*rc::gen::arbitrary<std::int64_t>()) +
          *rc::gen::element<std::string>("", ".0", ".50", ".000125", "e3", "E-12", ".1e+9"));
    case 3:
      return Json::string(*text_gen());
    case 4: {
      std::vector<Json> items;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) items.push_back(tree(depth - 1));
      return Json::array(std::move(items));
    }
    default: {
      std::vector<Json::Member> members;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        members.push_back({*text_gen() + std::to_string(i), tree(depth - 1)});
      }
      return Json::object(std::move(members));
    }
  }
}

TEST(JsonProperties, WhatIsWrittenIsReadBack) {
  EXPECT_TRUE(rc::check([] {
    const Json json = tree(4);
    RC_ASSERT(parse_json(written(json)) == json);
    RC_ASSERT(parse_json(written(json, JsonLayout::kIndented)) == json);
  }));
}

TEST(JsonProperties, CanonicalIsIdempotent) {
  EXPECT_TRUE(rc::check([] {
    const std::string once = canonical(tree(4));
    RC_ASSERT(canonical(parse_json(once)) == once);
  }));
}

TEST(JsonProperties, AnyBytesAreReadOrRefused) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    try {
      parse_json(bytes);
    } catch (const Error&) {
    }
  }));
  EXPECT_TRUE(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "{", "}", "[", "]", "\"", ":", ",", "1", "-", "e", ".", "true", "\\u", "d8", "\xC3"));
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    try {
      canonical(parse_json(text));
    } catch (const Error&) {
    }
  }));
}

}  // namespace
}  // namespace reckoner::text
