#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "given.hpp"
#include "rules/number.hpp"

namespace reckoner::rules {
namespace {

/// A decimal with up to 9 digits and 4 of them behind the point.
Decimal small_decimal() {
  return Decimal::from_parts(*rc::gen::inRange(-500'000'000, 500'000'001), *rc::gen::inRange(0, 5));
}

RC_GTEST_PROP(Properties, AnIntervalAgreesWithPlainComparisons, ()) {
  const Decimal first = *rc::gen::inRange(-20, 21);
  const Decimal second = first + Decimal(*rc::gen::inRange(1, 20));
  const Decimal value = *rc::gen::inRange(-45, 46);
  const bool low_included = *rc::gen::arbitrary<bool>();
  const bool high_included = *rc::gen::arbitrary<bool>();
  const std::string interval =
      fmt::format("{}{}..{}{}", low_included ? '[' : *rc::gen::element('(', ']'), first.to_string(),
                  second.to_string(), high_included ? ']' : *rc::gen::element(')', '['));
  const bool inside = (low_included ? value >= first : value > first) &&
                      (high_included ? value <= second : value < second);
  const Given given;
  RC_ASSERT(given.passes(value, interval) == inside);
  RC_ASSERT(given.passes(value, "not(" + interval + ")") == !inside);
}

RC_GTEST_PROP(Properties, AComparisonTestAgreesWithTheExpression, ()) {
  const Decimal value = small_decimal();
  const Decimal limit = *rc::gen::element(value, small_decimal());
  const std::string comparison = *rc::gen::element<std::string>("<", "<=", ">", ">=", "=", "!=");
  const Given given;
  const std::string expression =
      fmt::format("{} {} {}", value.to_string(), comparison, limit.to_string());
  RC_ASSERT(Value(given.passes(value, comparison + limit.to_string())) == given.result(expression));
}

RC_GTEST_PROP(Properties, SumsDifferencesAndProductsAreExact, ()) {
  const Decimal a = small_decimal();
  const Decimal b = small_decimal();
  const Given given;
  const auto result = [&](char sign) {
    return given.result(fmt::format("{} {} {}", a.to_string(), sign, b.to_string()));
  };
  RC_ASSERT(result('+') == Value(a + b));
  RC_ASSERT(result('-') == Value(a - b));
  RC_ASSERT(result('*') == Value(a * b));
}

Decimal long_decimal() {
  std::string digits = *rc::gen::element<std::string>("", "-");
  const int count = *rc::gen::inRange(1, 35);
  for (int i = 0; i < count; ++i) digits += static_cast<char>('0' + *rc::gen::inRange(0, 10));
  return Decimal::parse(fmt::format("{}e-{}", digits, *rc::gen::inRange(count - 1, 35)));
}

RC_GTEST_PROP(Properties, ALongSumIsTheExactOneRoundedTo34Digits, ()) {
  const Decimal a = long_decimal();
  const Decimal b = long_decimal();
  RC_ASSERT(sum(a, b) == money::round_significant(a + b, 34, money::Rounding::kHalfEven));
  RC_ASSERT(sum(a, b) == sum(b, a));
  RC_ASSERT(difference(a, b) == -difference(b, a));
}

/// Both halves of a have 17 digits at most, so their products with b are exact.
RC_GTEST_PROP(Properties, ALongProductIsTheExactOneRoundedTo34Digits, ()) {
  constexpr money::Int128 kHalf = 100'000'000'000'000'000;
  const Decimal a = long_decimal();
  const Decimal b = small_decimal();
  const Decimal low = Decimal::from_parts(a.coefficient() % kHalf, a.scale());
  const Decimal high = a - low;
  RC_ASSERT(product(a, b) == sum(product(high, b), product(low, b)));
  RC_ASSERT(product(a, b) == product(b, a));
}

RC_GTEST_PROP(Properties, APowerIsTheRepeatedProduct, ()) {
  const Decimal base = Decimal::from_parts(*rc::gen::inRange(-99, 100), *rc::gen::inRange(0, 3));
  const int exponent = *rc::gen::inRange(0, 16);
  Decimal expected = 1;
  for (int i = 0; i < exponent; ++i) expected = expected * base;
  RC_ASSERT(power(base, exponent) == expected);
  if (!base.is_zero()) RC_ASSERT(power(base, -exponent) == quotient(1, expected));
}

RC_GTEST_PROP(Properties, NoTextMakesTheCompilerFailOtherwiseThanByError, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "1", "a", "plan.name", "\"x\"", "(", ")", "[", "]", "..", ",", "-", "+", "*", "/", "**", "<",
      "=", "not", "and", "or", "null", "true", " ", "monthly fee", "\\", "\"", ".", "é", "\xff"));
  std::string content;
  for (const std::string& piece : pieces) content += piece;
  const Given given;
  try {
    given.result(content);
  } catch (const Error& error) {
    RC_ASSERT(std::string_view(error.what()).starts_with("fees.dmn:7: "));
  }
  try {
    given.passes(1, content);
  } catch (const Error& error) {
    RC_ASSERT(std::string_view(error.what()).starts_with("fees.dmn:7: "));
  }
}

}  // namespace
}  // namespace reckoner::rules
