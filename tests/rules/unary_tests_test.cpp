#include "given.hpp"
#include "rules/expression.hpp"

namespace reckoner::rules {
namespace {

struct Example {
  Value input;
  std::string tests;
  bool passes;
};

class Tests : public testing::TestWithParam<Example> {};

TEST_P(Tests, PassOrNot) {
  const auto& [input, tests, passes] = GetParam();
  EXPECT_EQ(Given().passes(input, tests), passes) << input.to_string() << " in " << tests;
}

INSTANTIATE_TEST_SUITE_P(
    Single, Tests,
    testing::ValuesIn(std::vector<Example>{
        {5, "-", true},           {Value(), " - ", true},     {5, "", true},
        {5, "5", true},           {-5, "-5", true},           {5, "-5", false},
        {"SMB", "\"SMB\"", true}, {"SMB", "plan.name", true}, {true, "yes", true},
        {9, "< 10", true},        {10, "<10", false},         {10, "<=10", true},
        {10, ">10", false},       {10, ">= a", true},         {19, "< a * 2", true},
        {9, "(1+2)*3", true},     {9, "= 9", true},           {9, "!= 9", false},
        {"b", "> \"a\"", true},   {"5", "5", false},
    }));

INSTANTIATE_TEST_SUITE_P(Intervals, Tests,
                         testing::ValuesIn(std::vector<Example>{
                             {1, "[1..10]", true},
                             {10, "[1..10]", true},
                             {11, "[1..10]", false},
                             {1, "(1..10)", false},
                             {1, "]1..10[", false},
                             {10, "]1..10[", false},
                             {10, "[1..10)", false},
                             {10, "(1 .. a]", true},
                             {decimal("1.5"), "[1.5...5+1.5]", true},
                             {3, "((1+1)..(1+3))", true},
                             {"m", "[\"a\"..\"n\"]", true},
                             {5, "[nothing..10]", false},
                             {"m", "[1..10]", false},
                         }));

INSTANTIATE_TEST_SUITE_P(Lists, Tests,
                         testing::ValuesIn(std::vector<Example>{
                             {"Low", "\"Medium\",\"Low\"", true},
                             {"High", "\"Medium\", \"Low\"", false},
                             {15, "< 10, [20..30], 15", true},
                             {"High", "not(\"Medium\",\"Low\")", true},
                             {"Low", "not(\"Medium\",\"Low\")", false},
                             {5, "not(< 10)", false},
                             {15, "not((1..10), 20)", true},
                             {2, "[1, 2]", true},
                             {3, "[1, 2]", false},
                             {3, "? > 2 and ? < 4", true},
                             {"abc", "contains(?, \"d\")", false},
                             {5, "(> 4)", true},
                         }));

INSTANTIATE_TEST_SUITE_P(Null, Tests,
                         testing::ValuesIn(std::vector<Example>{
                             {Value(), "null", true},
                             {5, "null", false},
                             {Value(), "1, null", true},
                             {Value(), "nothing", true},
                             {Value(), "5", false},
                             {Value(), "< 5", false},
                             {Value(), "[1..5]", false},
                             {Value(), "not(null)", false},
                             {5, "not(null)", true},
                             {Value(), "not(5)", true},
                             {Value(), "not(< 5)", false},
                             {Value(), "not([1..5])", false},
                         }));

TEST(UnaryTests, TellTheLiteralsTheyCompareWith) {
  const auto literals = [](const char* content) {
    return UnaryTests::compile(text(content), Given().names, Type::kAny).literals();
  };
  EXPECT_EQ(literals("\"a\",\"b\""), (std::vector<Value>{"a", "b"}));
  EXPECT_EQ(literals("not(-1, < 5, a)"), std::vector<Value>{-1});
  EXPECT_TRUE(literals("-").empty());
}

struct Refusal {
  Type input;
  std::string content;
  std::string message;
};

class RefusedTests : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedTests, SayWhere) {
  const auto& [input, content, message] = GetParam();
  EXPECT_EQ(error_of([&] { UnaryTests::compile(text(content), Given().names, input); }), message);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedTests,
    testing::ValuesIn(std::vector<Refusal>{
        {Type::kString, "10", "fees.dmn:7: the input is a string, but 10 is a number"},
        {Type::kNumber, "< \"a\"", "fees.dmn:7: the input is a number, but \"a\" is a string"},
        {Type::kNumber, "[1..plan]",
         "fees.dmn:7: the input is a number, but the end of the interval is a string"},
        {Type::kBoolean, "\"true\"",
         "fees.dmn:7: the input is a boolean, but \"true\" is a string"},
        {Type::kBoolean, "< true", "fees.dmn:7: '<' needs an order, and booleans have none"},
        {Type::kAny, "[true..false]", "fees.dmn:7: '[' needs an order, and booleans have none"},
        {Type::kNumber, "[10..1]", "fees.dmn:7: no value lies in the interval from 10 to 1"},
        {Type::kNumber, "(1..1]", "fees.dmn:7: no value lies in the interval from 1 to 1"},
        {Type::kAny, "[1..\"a\"]", "fees.dmn:7: no value lies in the interval from 1 to \"a\""},
        {Type::kNumber, "[1..", "fees.dmn:7: expected a value, but the text ends"},
        {Type::kNumber, "[1..2", "fees.dmn:7: expected ']', ')' or '[', but the text ends"},
        {Type::kNumber, "1,", "fees.dmn:7: expected a value, but the text ends"},
        {Type::kNumber, "1 2", "fees.dmn:7: expected ',' or the end, but found '2'"},
        {Type::kNumber, "-,1", "fees.dmn:7: expected a value, but found ','"},
        {Type::kNumber, "not 1", "fees.dmn:7: expected '(', but found '1'"},
        {Type::kNumber, "not()", "fees.dmn:7: expected a value, but found ')'"},
        {Type::kNumber, "1,\n2,\nplam", "fees.dmn:9: unknown name 'plam'; did you mean 'plan'?"},
    }));

}  // namespace
}  // namespace reckoner::rules
