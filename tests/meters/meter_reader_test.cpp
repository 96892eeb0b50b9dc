#include "meters/meter_reader.hpp"

#include <gtest/gtest.h>

namespace reckoner::meters {
namespace {

domain::Meter meter(std::string name, domain::Aggregation aggregation, std::string value,
                    std::vector<std::string> group_by = {}) {
  domain::Meter made;
  made.name = std::move(name);
  made.event_type = "call";
  made.aggregation = aggregation;
  made.value = std::move(value);
  for (std::string& dimension : group_by) made.group_by.push_back({dimension, dimension});
  return made;
}

MeterReading read(const std::vector<domain::Meter>& meters, std::string_view data) {
  MeterReading reading = MeterReader(meters).read("call", "acme", text::parse_json(data));
  for (MeterValue& value : reading.values) value.meter = nullptr;  // the meters end here
  return reading;
}

MeterReading read_tokens(std::string_view data) {
  return read({meter("tokens", domain::Aggregation::kSum, "usage.tokens")}, data);
}

TEST(ReadMeters, ValuesAreExactDecimalsFromNumbersAndStrings) {
  struct Case {
    const char* data;
    const char* value;
  };
  const Case kCases[] = {
      {R"({"usage": {"tokens": 42}})", "42"},
      {R"({"usage": {"tokens": "42"}})", "42"},
      {R"({"usage": {"tokens": 0.1}})", "0.1"},
      {R"({"usage": {"tokens": 1e3}})", "1000"},
      {R"({"usage": {"tokens": -0}})", "0"},
      {R"({"usage": {"tokens": "-1.50"}})", "-1.5"},
      {R"({"usage": {"tokens": 99999999999999999999999999999999999999}})",
       "99999999999999999999999999999999999999"},
      {R"({"usage": {"tokens": 9007199254740993}})", "9007199254740993"},
  };
  for (const Case& one : kCases) {
    const MeterReading reading = read_tokens(one.data);
    ASSERT_EQ(reading.problem, "") << one.data;
    EXPECT_EQ(reading.values.at(0).value.to_string(), one.value);
    EXPECT_EQ(reading.values.at(0).dimensions, "");
  }
}

TEST(ReadMeters, UnusableValuesAreReasons) {
  struct Case {
    const char* data;
    const char* problem;
  };
  const Case kCases[] = {
      {"null", "meter tokens: the data have no 'usage.tokens'"},
      {"{}", "meter tokens: the data have no 'usage.tokens'"},
      {R"({"usage": 5})", "meter tokens: the data have no 'usage.tokens'"},
      {R"({"usage": {"tokens": null}})", "meter tokens: the data have no 'usage.tokens'"},
      {R"({"usage": {"tokens": true}})", "meter tokens: 'usage.tokens' is a boolean, not a number"},
      {R"({"usage": {"tokens": [1]}})", "meter tokens: 'usage.tokens' is an array, not a number"},
      {R"({"usage": {"tokens": "NaN"}})",
       "meter tokens: 'usage.tokens' is 'NaN', not a decimal number of up to 38 digits"},
      {R"({"usage": {"tokens": "1e400"}})",
       "meter tokens: 'usage.tokens' is '1e400', not a decimal number of up to 38 digits"},
      {R"({"usage": {"tokens": 1e38}})",
       "meter tokens: 'usage.tokens' is '1e38', not a decimal number of up to 38 digits"},
      {R"({"usage": {"tokens": 100000000000000000000000000000000000001}})",
       "meter tokens: 'usage.tokens' is '100000000000000000000000000000000000001', "
       "not a decimal number of up to 38 digits"},
      {R"({"usage": {"tokens": ""}})",
       "meter tokens: 'usage.tokens' is '', not a decimal number of up to 38 digits"},
      {R"({"usage": {"tokens": "1,000"}})",
       "meter tokens: 'usage.tokens' is '1,000', not a decimal number of up to 38 digits"},
  };
  for (const Case& one : kCases) {
    const MeterReading reading = read_tokens(one.data);
    EXPECT_EQ(reading.problem, one.problem) << one.data;
    EXPECT_TRUE(reading.values.empty()) << one.data;
  }
}

TEST(ReadMeters, AnEventCountsForEveryMeterOfItsType) {
  const std::vector meters{meter("calls", domain::Aggregation::kCount, ""),
                           meter("peak", domain::Aggregation::kMax, "size"),
                           meter("volume", domain::Aggregation::kSum, "size", {"region"})};
  const MeterReader reader(meters);
  const MeterReading reading =
      reader.read("call", "acme", text::parse_json(R"({"size": 7, "region": "eu"})"));
  ASSERT_EQ(reading.values.size(), 3U);
  EXPECT_EQ(reading.values[0].meter, &reader.meters()[0]);
  EXPECT_EQ(reading.values[0].value, money::Decimal(1)) << "counting needs no value";
  EXPECT_EQ(reading.values[1].value, money::Decimal(7));
  EXPECT_EQ(reading.values[2].dimensions, "region=eu");
}

TEST(ReadMeters, OneUnusableValueKeepsTheEventFromAllMeters) {
  const std::vector meters{meter("calls", domain::Aggregation::kCount, ""),
                           meter("volume", domain::Aggregation::kSum, "size")};
  const MeterReading reading = read(meters, "{}");
  EXPECT_EQ(reading.problem, "meter volume: the data have no 'size'");
  EXPECT_TRUE(reading.values.empty());
}

TEST(ReadMeters, ATypeThatNoMeterKnowsIsAReason) {
  EXPECT_EQ(read({}, "{}").problem, "no meter measures the type 'call'");
}

TEST(ReadMeters, WhatDoesNotFitTheTotalsKeyIsAReason) {
  const std::vector meters{meter("calls", domain::Aggregation::kCount, "", {"path"})};
  const std::string path(kTotalsKeyMax, 'x');
  EXPECT_EQ(read(meters, "{\"path\":\"" + path + "\"}").problem,
            "meter calls: subject and dimensions are longer than 2000 bytes");
  EXPECT_EQ(read(meters, R"({"path":"a\u0000b"})").problem,
            "meter calls: the dimensions have a zero byte");
}

TEST(Dimensions, AreSortedEscapedAndTotal) {
  const domain::Meter grouped =
      meter("m", domain::Aggregation::kCount, "", {"zone", "a.b", "model", "missing", "none"});
  const text::Json data = text::parse_json(
      R"({"zone": "x;y=z\\", "a": {"b": 1.50}, "model": true, "none": null, "other": 1})");
  EXPECT_EQ(dimensions_of(grouped, data), R"(a.b=1.5;missing=;model=true;none=;zone=x\;y\=z\\)");
}

TEST(Dimensions, DifferentOnesNeverLookTheSame) {
  const domain::Meter grouped = meter("m", domain::Aggregation::kCount, "", {"a", "b"});
  EXPECT_NE(dimensions_of(grouped, text::parse_json(R"({"a": "1;b=2", "b": ""})")),
            dimensions_of(grouped, text::parse_json(R"({"a": "1", "b": "2;b="})")));
}

using FilterTest = domain::Meter::Filter::Test;

domain::Meter filtered(FilterTest test, std::vector<std::string> values,
                       std::string path = "$.tier") {
  domain::Meter made = meter("calls", domain::Aggregation::kCount, "");
  made.filters.push_back({std::move(path), test, std::move(values)});
  return made;
}

/// Whether an event with this member passes.
bool passes(const domain::Meter& meter, std::string_view tier) {
  const std::string data = tier.empty() ? "{}" : "{\"tier\": " + std::string(tier) + "}";
  const MeterReading reading = read({meter}, data);
  EXPECT_EQ(reading.problem, "") << "it counts all the same";
  return !reading.values.empty();
}

TEST(Filters, CompareTextsAndNumbers) {
  const domain::Meter gold = filtered(FilterTest::kEquals, {"gold"});
  EXPECT_TRUE(passes(gold, R"("gold")"));
  EXPECT_FALSE(passes(gold, R"("Gold")"));
  EXPECT_FALSE(passes(gold, ""));
  EXPECT_FALSE(passes(gold, "null"));
  EXPECT_TRUE(passes(filtered(FilterTest::kEquals, {"5.0"}), "5"));
  EXPECT_TRUE(passes(filtered(FilterTest::kEquals, {"5"}), "5.00"));
  EXPECT_FALSE(passes(filtered(FilterTest::kEquals, {"5.0"}), R"("5")")) << "a text is what it is";
  EXPECT_TRUE(passes(filtered(FilterTest::kEquals, {"true"}), "true"));
  EXPECT_TRUE(passes(filtered(FilterTest::kEquals, {"[1,2]"}), "[1, 2.0]"));
}

TEST(Filters, NotListsAndExistence) {
  const domain::Meter not_gold = filtered(FilterTest::kNotEquals, {"gold"});
  EXPECT_FALSE(passes(not_gold, R"("gold")"));
  EXPECT_TRUE(passes(not_gold, R"("tin")"));
  EXPECT_TRUE(passes(not_gold, ""));
  EXPECT_TRUE(passes(filtered(FilterTest::kIn, {"a", "b"}), R"("b")"));
  EXPECT_FALSE(passes(filtered(FilterTest::kIn, {"a", "b"}), R"("c")"));
  EXPECT_FALSE(passes(filtered(FilterTest::kNotIn, {"a", "b"}), R"("b")"));
  EXPECT_TRUE(passes(filtered(FilterTest::kNotIn, {"a", "b"}), "null"));
  EXPECT_TRUE(passes(filtered(FilterTest::kExists, {}), "0"));
  EXPECT_FALSE(passes(filtered(FilterTest::kExists, {}), "null"));
  EXPECT_FALSE(passes(filtered(FilterTest::kExists, {}), ""));
}

TEST(Filters, Patterns) {
  struct Case {
    const char* pattern;
    const char* tier;
    bool passes;
  };
  const Case kCases[] = {
      {"gpt-%", R"("gpt-4")", true},
      {"gpt-%", R"("gpt-")", true},
      {"gpt-%", R"("a gpt-4")", false},
      {"%mini", R"("gpt-mini-mini")", true},
      {"a_c", R"("abc")", true},
      {"a_c", R"("a\u20acc")", true},
      {"a_c", R"("ac")", false},
      {"100\\%", R"("100%")", true},
      {"100\\%", R"("1000")", false},
      {"%", R"("")", true},
      {"", R"("")", true},
      {"", R"("a")", false},
      {"%b%", R"("aba")", true},
      {"1%", "15", true},
      {"a%b%c", R"("axxbyybzzc")", true},
      {"a%b%c", R"("axxbyybzz")", false},
  };
  for (const Case& one : kCases) {
    EXPECT_EQ(passes(filtered(FilterTest::kLike, {one.pattern}), one.tier), one.passes)
        << one.pattern << ' ' << one.tier;
  }
}

TEST(Filters, AllMustHold) {
  domain::Meter both = filtered(FilterTest::kEquals, {"gold"});
  both.filters.push_back({"$.region", FilterTest::kEquals, {"eu"}});
  EXPECT_EQ(read({both}, R"({"tier": "gold", "region": "eu"})").values.size(), 1U);
  EXPECT_EQ(read({both}, R"({"tier": "gold", "region": "us"})").values.size(), 0U);
}

TEST(Filters, WhatDoesNotPassIsNoProblem) {
  domain::Meter sum = meter("sum", domain::Aggregation::kSum, "tokens");
  sum.filters.push_back({"$.tier", FilterTest::kEquals, {"gold"}});
  EXPECT_EQ(read({sum}, R"({"tier": "tin", "tokens": "many"})").problem, "");
  EXPECT_NE(read({sum}, R"({"tier": "gold", "tokens": "many"})").problem, "");
}

domain::Meter computed(std::string expression,
                       domain::Aggregation aggregation = domain::Aggregation::kSum) {
  domain::Meter made = meter("tokens", aggregation, "");
  made.expression = std::move(expression);
  return made;
}

std::string value_of(const std::string& expression, std::string_view data) {
  const MeterReading reading = read({computed(expression)}, data);
  return reading.problem.empty() ? reading.values.at(0).value.to_string() : reading.problem;
}

TEST(Expressions, ComputeFromMembersExactly) {
  EXPECT_EQ(value_of("input + 3 * output", R"({"input": 0.1, "output": 0.2})"), "0.7");
  EXPECT_EQ(value_of("usage.input + usage.output", R"({"usage": {"input": 1, "output": 2}})"), "3");
  EXPECT_EQ(value_of("if cached then 0 else tokens", R"({"cached": true, "tokens": 9})"), "0");
  EXPECT_EQ(value_of("max(0, used - free)", R"({"used": 5, "free": 7})"), "0");
  EXPECT_EQ(value_of("number(tokens)", R"({"tokens": "9007199254740993"})"), "9007199254740993");
  EXPECT_EQ(value_of(R"(get value(data, "in-tokens") * 2)", R"({"in-tokens": 4})"), "8");
  EXPECT_EQ(value_of("sum(for part in parts return part.size)",
                     R"({"parts": [{"size": 1}, {"size": 2}]})"),
            "3");
  EXPECT_EQ(value_of("1 / 3", "{}"), "0.3333333333333333333333333333333333");
}

TEST(Expressions, WhatCannotBeComputedIsAReason) {
  EXPECT_EQ(value_of("input + output", R"({"input": 1})"),
            "meter tokens: 'input + output' is null");
  EXPECT_EQ(value_of("input / 0", R"({"input": 1})"), "meter tokens: 'input / 0' is null");
  EXPECT_EQ(value_of("model", R"({"model": "gpt"})"),
            "meter tokens: 'model' is a string, not a number");
  EXPECT_NE(value_of("a * a", R"({"a": 99999999999999999999999999999999999999})").find("38 digits"),
            std::string::npos);
  EXPECT_NE(value_of("a", R"({"a": 1e300})").find("not a decimal number of up to 38 digits"),
            std::string::npos);
}

std::string item_of(const domain::Meter& meter, std::string_view data) {
  const MeterReading reading = read({meter}, data);
  if (!reading.problem.empty()) return reading.problem;
  EXPECT_EQ(reading.values.at(0).value, money::Decimal(1));
  return reading.values.at(0).item;
}

TEST(UniqueCounts, TellApartByText) {
  const domain::Meter users = meter("users", domain::Aggregation::kUniqueCount, "$.user");
  EXPECT_EQ(item_of(users, R"({"user": "ann"})"), "ann");
  EXPECT_EQ(item_of(users, R"({"user": 7.0})"), "7");
  EXPECT_EQ(item_of(users, R"({"user": "7"})"), "7");
  EXPECT_EQ(item_of(users, R"({"user": {"b": 1, "a": true}})"), R"({"a":true,"b":1})");
  EXPECT_EQ(item_of(users, R"({"user": null})"), "meter users: the data have no '$.user'");
  EXPECT_EQ(item_of(users, R"({"user": "a\u0000b"})"), "meter users: the value has a zero byte");
  EXPECT_EQ(item_of(users, R"({"user": ")" + std::string(kTotalsKeyMax + 1, 'x') + R"("})"),
            "meter users: the value is longer than 2000 bytes");
  EXPECT_EQ(item_of(computed(R"(user + "@" + org)", domain::Aggregation::kUniqueCount),
                    R"({"user": "ann", "org": "x"})"),
            "ann@x");
}

TEST(Readings, OfHeartbeatsCountersAndDimensions) {
  const MeterReading alive = read({meter("alive", domain::Aggregation::kHeartbeat, "")}, "null");
  EXPECT_EQ(alive.values.at(0).value, money::Decimal(1));
  EXPECT_EQ(
      read({meter("moved", domain::Aggregation::kCounter, "total")}, R"({"total": -1})").problem,
      "meter moved: a counter is -1, below zero");
  domain::Meter grouped = meter("calls", domain::Aggregation::kCount, "");
  grouped.group_by = {{"model", "$.request['the.model']"}, {"first", "$.list[0]"}};
  EXPECT_EQ(
      read({grouped}, R"({"request": {"the.model": "gpt"}, "list": [4]})").values.at(0).dimensions,
      "first=4;model=gpt");
}

TEST(Readings, EndWithTheMeter) {
  domain::Meter ended = meter("calls", domain::Aggregation::kCount, "");
  ended.ends_at = time::parse_instant("2026-11-01T00:00:00Z");
  const MeterReader reader({ended});
  const text::Json data;
  EXPECT_EQ(reader.read("call", "acme", data, time::parse_instant("2026-10-31T23:59:59Z")).problem,
            "");
  EXPECT_EQ(reader.read("call", "acme", data, *ended.ends_at).problem,
            "no meter measures the type 'call'");
  EXPECT_EQ(reader.read("call", "acme", data).problem, "no meter measures the type 'call'");
  EXPECT_TRUE(reader.read_one(reader.meters().front(), "call", "acme", data));
  EXPECT_TRUE(reader.read_one(ended, "call", "acme", data)) << "by its name";
}

}  // namespace
}  // namespace reckoner::meters
