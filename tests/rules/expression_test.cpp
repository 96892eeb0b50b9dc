#include "rules/expression.hpp"

#include "given.hpp"

namespace reckoner::rules {
namespace {

struct Example {
  std::string content;
  Value result;
};

class Expressions : public testing::TestWithParam<Example> {};

TEST_P(Expressions, HaveTheirValue) {
  EXPECT_EQ(Given().result(GetParam().content), GetParam().result) << GetParam().content;
}

INSTANTIATE_TEST_SUITE_P(Literals, Expressions,
                         testing::ValuesIn(std::vector<Example>{
                             {"12", 12},
                             {"-12.50", decimal("-12.5")},
                             {".872", decimal("0.872")},
                             {"-.872", decimal("-0.872")},
                             {"1.5e3", 1500},
                             {"2E-3", decimal("0.002")},
                             {"true", true},
                             {"false", false},
                             {"null", Value()},
                             {"\"foo bar\"", "foo bar"},
                             {"\"\"", ""},
                             {"\"横綱\"", "横綱"},
                             {R"("a\"b\\c\nd\te\rf\'g")", "a\"b\\c\nd\te\rf'g"},
                             {R"("\u00e4\u6A2A\U01F4A9\uD83D\uDCA9A")", "ä横💩💩A"},
                             {"  \n\t12\r\n", 12},
                         }));

INSTANTIATE_TEST_SUITE_P(Arithmetic, Expressions,
                         testing::ValuesIn(std::vector<Example>{
                             {"0.1+0.2", decimal("0.3")},
                             {"0.1+0.2=0.3", true},
                             {"-10+-5", -15},
                             {"(-10)-(-5)", -5},
                             {"10--5", 15},
                             {"-10*-5", 50},
                             {"10 + 20 / -5 - 3", 3},
                             {"10 + 20 / (-5 - 3)", decimal("7.5")},
                             {"(10+20)/(-5*3)", -2},
                             {"10-5-3", 2},
                             {"100/10/2", 5},
                             {"1/3", decimal("0.3333333333333333333333333333333333")},
                             {"2/3", decimal("0.6666666666666666666666666666666667")},
                             {"1000 + 0.025/12", decimal("1000.002083333333333333333333333333")},
                             {"1/3*1.12345", decimal("0.3744833333333333333333333333333333")},
                             {"0.00000000000000000001/3",
                              decimal("0.00000000000000000000333333333333333333")},
                             {"1e-30/1e10", 0},
                             {"1e-30*1e-30", 0},
                             {"1e36/1e-1", decimal("1e37")},
                             {"1e37/3*3", decimal("9999999999999999999999999999999999000")},
                             {"(1/3)/(2/7)", decimal("1.166666666666666666666666666666667")},
                             {"(10+20)/0", Value()},
                             {"10+null", Value()},
                             {"null / 10", Value()},
                             {"-nothing", Value()},
                             {"anything + 1", Value()},
                             {"a*b", 5},
                             {"- a", -10},
                             {"- - a", 10},
                         }));

INSTANTIATE_TEST_SUITE_P(Powers, Expressions,
                         testing::ValuesIn(std::vector<Example>{
                             {"5+2**5", 37},
                             {"5+2**5+3", 40},
                             {"5+2**(5+3)", 261},
                             {"(5+2)**5", 16807},
                             {"10**-5", decimal("0.00001")},
                             {"2**3**2", 64},
                             {"-2**2", 4},
                             {"0-2**2", -4},
                             {"(-2)**3", -8},
                             {"a**0", 1},
                             {"0**0", 1},
                             {"0**5", 0},
                             {"0**-1", Value()},
                             {"4**b", Value()},
                             {"2**1000000000", Value()},
                             {"0.5**1000", 0},
                             {"1**999999999", 1},
                             {"1.2*10**3", 1200},
                             {"3**70/3**70", 1},
                             {"(1+0.03/12)**360", decimal("2.456842211495727545375418984349966")},
                             {"1.0001**100000", decimal("22015.45604855219864570145658165872")},
                             {"1.003125**-360", decimal("0.3252224591723127419700637978073457")},
                             {"(-0.7)**-33", decimal("-129349.4777328368982313373822850408")},
                             {"0.75**61", decimal("0.00000002391867219711845383561875178290")},
                             {"600000*0.0375/12/(1-1.003125**-360)",
                              decimal("2778.693549432766768088520383236299")},
                             {"3**-2", decimal("0.1111111111111111111111111111111111")},
                         }));

INSTANTIATE_TEST_SUITE_P(Logic, Expressions,
                         testing::ValuesIn(std::vector<Example>{
                             {"1 = 1.00", true},
                             {"a != 10", false},
                             {"a >= 10 and a <= 10", true},
                             {"a > 10 or a < 10", false},
                             {"\"a\" < \"b\"", true},
                             {"null = null", true},
                             {"nothing = 1", false},
                             {"nothing != null", false},
                             {"nothing < 1", Value()},
                             {"anything = 1", Value()},
                             {"yes and nothing", Value()},
                             {"no and nothing", false},
                             {"yes or nothing", true},
                             {"no or nothing", Value()},
                             {"not(yes)", false},
                             {"not(nothing)", Value()},
                             {"not(no) and yes", true},
                             {"yes or yes and no", true},
                             {"(yes or yes) and no", false},
                         }));

INSTANTIATE_TEST_SUITE_P(Names, Expressions,
                         testing::ValuesIn(std::vector<Example>{
                             {"plan.name", "SMB"},
                             {"plan", "S"},
                             {"monthly fee", 100},
                             {"monthly \n  fee*2", 200},
                             {"monthly fee in total-1", 299},
                             {"half-year-1", 5},
                             {"order", 3},
                             {"größe*2", 10},
                         }));

TEST(Expression, KnowsItsTypeWithoutFacts) {
  const Given given;
  const auto type = [&](const char* content) {
    return Expression::compile(text(content), given.names).type();
  };
  EXPECT_EQ(type("plan.name"), Type::kString);
  EXPECT_EQ(type("a + nothing"), Type::kNumber);
  EXPECT_EQ(type("nothing"), Type::kAny);
  EXPECT_EQ(type("not(yes)"), Type::kBoolean);
}

TEST(Expression, ANumberTooLargeNamesItsPlace) {
  const std::string message = error_of([] { Given().result("10**50"); });
  EXPECT_EQ(message, "fees.dmn:7: the result 1e50 does not fit 38 digits");
}

struct Refusal {
  std::string content;
  std::string message;
};

class RefusedExpressions : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedExpressions, SayWhere) {
  EXPECT_EQ(error_of([] { Expression::compile(text(GetParam().content), Given().names); }),
            GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedExpressions,
    testing::ValuesIn(std::vector<Refusal>{
        {"", "fees.dmn:7: expected a value, but the text ends"},
        {"1 +", "fees.dmn:7: expected a value, but the text ends"},
        {"1 + )", "fees.dmn:7: expected a value, but found ')'"},
        {"1 +\n\n )", "fees.dmn:9: expected a value, but found ')'"},
        {"(1", "fees.dmn:7: expected ')', but the text ends"},
        {"1 2", "fees.dmn:7: expected the end, but found '2'"},
        {"1 < 2 < 3", "fees.dmn:7: expected the end, but found '<'"},
        {"not yes", "fees.dmn:7: expected '(' after 'not', but found 'yes'"},
        {"plan.nam", "fees.dmn:7: unknown name 'plan.nam'; did you mean 'plan.name'?"},
        {"1 + monthly fe", "fees.dmn:7: unknown name 'monthly fe'; did you mean 'monthly fee'?"},
        {"a and zebra or yes", "fees.dmn:7: unknown name 'zebra'"},
        {"PMT(a, b)", "fees.dmn:7: unknown function 'PMT'"},
        {"1 ? 2", "fees.dmn:7: expected the end, but found '?'"},
        {"? + 2", "fees.dmn:7: '?' has a meaning in unary tests only"},
        {"1 ; 2", "fees.dmn:7: ';' has no meaning here"},
        {"\"a", "fees.dmn:7: the string that begins here has no end"},
        {"\"a\\q\"",
         "fees.dmn:7: a backslash in a string is followed by n, r, t, u, U, a quote or a "
         "backslash"},
        {R"("\u12")", "fees.dmn:7: the escape needs 4 hexadecimal digits"},
        {R"("\uD83D")", "fees.dmn:7: the \\u escape is half of a character"},
        {R"("\uD83D\u0041")", "fees.dmn:7: the \\u escape is half of a character"},
        {R"("\UFFFFFF")", "fees.dmn:7: the \\U escape names no character"},
        {"1 + \"a\"", "fees.dmn:7: '+' cannot take a number and a string"},
        {"yes * 2", "fees.dmn:7: '*' cannot take a boolean and a number"},
        {"-plan", "fees.dmn:7: '-' needs numbers, but its operand is a string"},
        {"1 and yes", "fees.dmn:7: 'and' needs booleans, but its left side is a number"},
        {"not(1)", "fees.dmn:7: 'not' needs booleans, but its operand is a number"},
        {"a = \"10\"", "fees.dmn:7: '=' compares a number with a string"},
        {"yes < no", "fees.dmn:7: '<' needs an order, and booleans have none"},
        {"1234567890123456789012345678901234567890",
         "fees.dmn:7: the number 1234567890123456789012345678901234567890 does not fit 38 digits"},
        {std::string(101, '(') + "1" + std::string(101, ')'),
         "fees.dmn:7: nested deeper than 100 levels"},
        {std::string(101, '-') + "1", "fees.dmn:7: nested deeper than 100 levels"},
        {std::string(10'001, '1'), "fees.dmn:7: a text has at most 10000 characters"},
    }));

TEST(Expression, TheLongestTextThatIsTakenIsEvaluated) {
  std::string ones = "1";
  while (ones.size() + 2 <= 10'000) ones += "+1";
  EXPECT_EQ(Given().result(ones), 5000);
}

}  // namespace
}  // namespace reckoner::rules
