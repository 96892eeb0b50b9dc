#include "given.hpp"

namespace reckoner::rules {
namespace {

/// What a text gives, as a literal of the language.
struct Example {
  std::string content;
  std::string value;
};

class Feel : public testing::TestWithParam<Example> {};

TEST_P(Feel, Gives) {
  EXPECT_EQ(Given().result(GetParam().content).to_string(), GetParam().value) << GetParam().content;
}

INSTANTIATE_TEST_SUITE_P(
    Temporal, Feel,
    testing::ValuesIn(std::vector<Example>{
        {"date(\"2026-10-31\")", "@\"2026-10-31\""},
        {"date(2024, 2, 29)", "@\"2024-02-29\""},
        {"date(2026, 2, 29)", "null"},
        {"date(\"2026-13-01\")", "null"},
        {"date(\"-0044-03-15\").year", "-44"},
        {"@\"2026-10-31\" + @\"P1D\"", "@\"2026-11-01\""},
        {"@\"2026-10-31\" + @\"P1M\"", "@\"2026-11-30\""},
        {"@\"2026-01-01\" - @\"2025-12-01\"", "@\"P31D\""},
        {"@\"2026-01-01\" < @\"2026-01-02\"", "true"},
        {"@\"2026-10-31\".weekday", "6"},
        {"day of week(@\"2026-10-31\")", "\"Saturday\""},
        {"day of year(@\"2026-12-31\")", "365"},
        {"week of year(@\"2027-01-01\")", "53"},
        {"month of year(@\"2026-10-31\")", "\"October\""},
        {"time(\"23:59:01.5Z\")", "@\"23:59:01.5Z\""},
        {"time(14, 5, 0)", "@\"14:05:00\""},
        {"time(14, 5, 0, duration(\"-PT1H30M\"))", "@\"14:05:00-01:30\""},
        {"@\"23:30:00\" + @\"PT1H\"", "@\"00:30:00\""},
        {"@\"10:00:00+01:00\" = @\"09:00:00Z\"", "true"},
        {"date and time(\"2026-10-31T10:00:00\").hour", "10"},
        {"date and time(@\"2026-10-31\", @\"10:00:00\")", "@\"2026-10-31T10:00:00\""},
        {"date(@\"2026-10-31T10:00:00\")", "@\"2026-10-31\""},
        {"@\"2026-10-31T23:00:00\" + @\"PT2H\"", "@\"2026-11-01T01:00:00\""},
        {"@\"2026-10-31T10:00:00@Europe/Paris\".time offset", "@\"PT1H\""},
        {"@\"2026-10-31T10:00:00@Europe/Paris\" = @\"2026-10-31T09:00:00Z\"", "true"},
        {"@\"2026-10-31T10:00:00\" < @\"2026-10-31T09:00:00Z\"", "null"},
        {"duration(\"P1DT2H\").hours", "2"},
        {"duration(\"PT36H\")", "@\"P1DT12H\""},
        {"duration(\"P14M\")", "@\"P1Y2M\""},
        {"duration(\"P1Y2D\")", "null"},
        {"duration(\"P\")", "null"},
        {"-duration(\"PT0.5S\")", "@\"-PT0.5S\""},
        {"duration(\"PT1H\") * 1.5", "@\"PT1H30M\""},
        {"duration(\"P1Y\") / duration(\"P5M\")", "2.4"},
        {"duration(\"P1Y\") / 5", "@\"P2M\""},
        {"years and months duration(@\"2024-02-29\", @\"2026-02-28\")", "@\"P1Y11M\""},
        {"duration(\"P1D\") > duration(\"PT23H\")", "true"},
        {"@\"2026-10-31\" in [@\"2026-10-01\"..@\"2026-10-31\"]", "true"},
        {"string(@\"2026-10-31\")", "\"2026-10-31\""},
        {"is(@\"10:00:00Z\", @\"11:00:00+01:00\")", "false"},
    }));

INSTANTIATE_TEST_SUITE_P(Nulls, Feel,
                         testing::ValuesIn(std::vector<Example>{
                             {"null + 1", "null"},
                             {"\"a\" + null", "null"},
                             {"@\"2026-10-31\" + null", "null"},
                             {"null < null", "null"},
                             {"null = null", "true"},
                             {"not(null)", "null"},
                             {"null and false", "false"},
                             {"null or true", "true"},
                             {"if null then 1 else 2", "2"},
                             {"null between 1 and 2", "null"},
                             {"null in (1, null)", "true"},
                             {"null.x", "null"},
                             {"[null]", "[null]"},
                             {"sum([1, null])", "null"},
                             {"string(null)", "null"},
                         }));

INSTANTIATE_TEST_SUITE_P(Collections, Feel,
                         testing::ValuesIn(std::vector<Example>{
                             {"[1, 2, 3][2]", "2"},
                             {"[1, 2, 3][-1]", "3"},
                             {"[1, 2, 3][4]", "null"},
                             {"[1, 2, 3][item > 1]", "[2, 3]"},
                             {"[{x: 1, y: 2}, {x: 3, y: 4}][x > 1]", "[{x: 3, y: 4}]"},
                             {"[{x: 1}, {x: 3}].x", "[1, 3]"},
                             {"[{a b: 1}, {a b: 2}][a b = 2].a b", "[2]"},
                             {"{a: 1, b: a + 1}.b", "2"},
                             {"{a: {b: 5}}.a.b", "5"},
                             {"{\"two words\": 1}.two words", "1"},
                             {"[1, 2] = [1, 2]", "true"},
                             {"[1, 2] = [2, 1]", "false"},
                             {"{a: 1} = {a: 1}", "true"},
                             {"for x in [1, 2, 3] return x * 2", "[2, 4, 6]"},
                             {"for x in 3..1 return x", "[3, 2, 1]"},
                             {"for x in [1, 2], y in [10, 20] return x + y", "[11, 21, 12, 22]"},
                             {"for x in 1..4 return if x = 1 then 1 else x * partial[-1]",
                              "[1, 2, 6, 24]"},
                             {"some x in [1, 2] satisfies x > 1", "true"},
                             {"every x in [1, 2] satisfies x > 1", "false"},
                             {"sort([3, 1, 2], function(x, y) x < y)", "[1, 2, 3]"},
                             {"5 in (1, > 4)", "true"},
                             {"5 in [1..10]", "true"},
                             {"5 in (5..10]", "false"},
                             {"5 in (> 5)", "false"},
                             {"5 in [1, 5]", "true"},
                             {"5 between 1 and 5", "true"},
                             {"[1..5]", "[1..5]"},
                             {"(>= 5)", "(>= 5)"},
                             {"[1..5).end included", "false"},
                             {"5 instance of number", "true"},
                             {"[1, \"a\"] instance of list<number>", "false"},
                             {"@\"P1D\" instance of days and time duration", "true"},
                         }));

INSTANTIATE_TEST_SUITE_P(Functions, Feel,
                         testing::ValuesIn(std::vector<Example>{
                             {"substring(\"größe\", 3)", "\"öße\""},
                             {"substring(\"foobar\", -2, 1)", "\"a\""},
                             {"substring(start position: 2, string: \"abc\")", "\"bc\""},
                             {"string length(\"größe\")", "5"},
                             {"upper case(\"größe a\")", "\"GRÖßE A\""},
                             {"substring before(\"a-b\", \"-\")", "\"a\""},
                             {"substring after(\"a-b\", \"x\")", "\"\""},
                             {"contains(\"abc\", \"b\")", "true"},
                             {"starts with(\"abc\", \"b\")", "false"},
                             {"string join([\"a\", null, \"b\"], \", \")", "\"a, b\""},
                             {"string(1.50)", "\"1.5\""},
                             {"number(\"1 000,5\", \" \", \",\")", "1000.5"},
                             {"number(\"x\")", "null"},
                             {"count([1, 2])", "2"},
                             {"min(3, 1, 2)", "1"},
                             {"max([\"a\", \"c\", \"b\"])", "\"c\""},
                             {"max([])", "null"},
                             {"sum([1, 2.5])", "3.5"},
                             {"mean([1, 2])", "1.5"},
                             {"median([3, 1, 2, 4])", "2.5"},
                             {"mode([2, 1, 2, 1, 3])", "[1, 2]"},
                             {"stddev([2, 4, 7, 5])", "2.08166599946613273528229770698"},
                             {"product([2, 3])", "6"},
                             {"all([true, null])", "null"},
                             {"any([true, null])", "true"},
                             {"sublist([1, 2, 3], -2, 1)", "[2]"},
                             {"append([1], 2, 3)", "[1, 2, 3]"},
                             {"concatenate([1], [2])", "[1, 2]"},
                             {"insert before([1, 3], 2, 2)", "[1, 2, 3]"},
                             {"remove([1, 2], 1)", "[2]"},
                             {"reverse([1, 2])", "[2, 1]"},
                             {"index of([1, 2, 1], 1)", "[1, 3]"},
                             {"union([1, 2], [2, 3])", "[1, 2, 3]"},
                             {"distinct values([1, 2, 1])", "[1, 2]"},
                             {"flatten([[1, [2]], 3])", "[1, 2, 3]"},
                             {"list contains([1, null], null)", "true"},
                             {"decimal(2.5, 0)", "2"},
                             {"decimal(1/3, 2)", "0.33"},
                             {"floor(-1.5)", "-2"},
                             {"ceiling(-1.5)", "-1"},
                             {"round half up(-2.5, 0)", "-3"},
                             {"round half down(5.5, 0)", "5"},
                             {"round up(5.01, 1)", "5.1"},
                             {"round down(155, -1)", "150"},
                             {"abs(-1)", "1"},
                             {"abs(@\"-PT1H\")", "@\"PT1H\""},
                             {"modulo(-12, 5)", "3"},
                             {"modulo(10.1, 4.5)", "1.1"},
                             {"sqrt(16)", "4"},
                             {"sqrt(-1)", "null"},
                             {"decimal(sqrt(2), 20)", "1.4142135623730950488"},
                             {"decimal(exp(1), 20)", "2.71828182845904523536"},
                             {"decimal(log(10), 20)", "2.30258509299404568402"},
                             {"odd(5)", "true"},
                             {"even(-2)", "true"},
                             {"get value({a: 1}, \"a\")", "1"},
                             {"get entries({a: 1})", "[{key: \"a\", value: 1}]"},
                             {"context put({a: 1}, \"b\", 2)", "{a: 1, b: 2}"},
                             {"context merge([{a: 1}, {a: 2}])", "{a: 2}"},
                             {"before([1..5), [5..10])", "true"},
                             {"overlaps([1..5], [5..8])", "true"},
                             {"during(3, [1..5])", "true"},
                             {"meets([1..5], [5..8])", "true"},
                             {"includes([1..5], 5)", "true"},
                         }));

struct Refusal {
  std::string content;
  std::string message;
};

class RefusedFeel : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedFeel, SaysWhere) {
  EXPECT_EQ(error_of([] { Given().result(GetParam().content); }),
            "fees.dmn:7: " + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedFeel,
    testing::ValuesIn(std::vector<Refusal>{
        {"cont([1])", "unknown function 'cont'; did you mean 'count'?"},
        {"substring(\"a\")",
         "the arguments do not fit substring(string, start position[, length])"},
        {"now()",
         "'now' would read the clock, and the same facts must give the same result; use a "
         "fact"},
        {"function(x) x",
         "functions within expressions are refused; use a business knowledge "
         "model"},
        {"{a: 1, a: 2}", "the entry 'a' is there twice"},
        {"@\"2026-02-30\"", "\"2026-02-30\" is no date, time or duration"},
        {"for x in [1] retur x", "unknown name 'retur x'"},
        {"if 1 then 2 else 3", "'if' needs booleans, but its condition is a number"},
        {"@\"2026-10-31\" * 2", "'*' cannot take a date and a number"},
        {"@\"2026-10-31\" < 5", "'<' compares a date with a number"},
        {"5 instance of money", "unknown type 'money'"},
        {"for x in 1..10000000 return 1", "the evaluation takes more than 1000000 steps"},
        {"count(for x in 1..1000, y in 1..1000 return 1)",
         "the evaluation takes more than 1000000 steps"},
        {"for x in null return x", "an iteration over null"},
        {"for x in 1..1000 return [partial, partial]",
         "a list or context of more than 100000 members"},
    }));

}  // namespace
}  // namespace reckoner::rules
