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

}  // namespace
}  // namespace reckoner::meters
