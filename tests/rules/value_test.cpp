#include "rules/value.hpp"

#include "given.hpp"

namespace reckoner::rules {
namespace {

const Ternary kNull = std::nullopt;

TEST(Value, KnowsItsKindAndPrintsAsALiteral) {
  EXPECT_EQ(Value().to_string(), "null");
  EXPECT_EQ(Value(true).to_string(), "true");
  EXPECT_EQ(Value(decimal("10.50")).to_string(), "10.5");
  EXPECT_EQ(Value("a \"b\" \\ \n\t\r").to_string(), R"("a \"b\" \\ \n\t\r")");
  EXPECT_EQ(Value("SMB").type(), Type::kString);
  EXPECT_EQ(Value(1).type(), Type::kNumber);
  EXPECT_EQ(Value(false).type(), Type::kBoolean);
  EXPECT_EQ(Value().type(), Type::kAny);
}

TEST(Value, TypesHaveTheNamesOfTheStandard) {
  EXPECT_EQ(type_named("string"), Type::kString);
  EXPECT_EQ(type_named(""), Type::kAny);
  EXPECT_EQ(type_named("Any"), Type::kAny);
  EXPECT_EQ(type_named("date and time"), Type::kDateTime);
  EXPECT_EQ(type_named("dayTimeDuration"), Type::kDaysDuration);
  EXPECT_EQ(type_named("money"), std::nullopt);
}

TEST(Value, NullConformsToEveryType) {
  EXPECT_TRUE(conforms(Value(), Type::kNumber));
  EXPECT_TRUE(conforms(Value("a"), Type::kAny));
  EXPECT_FALSE(conforms(Value("a"), Type::kNumber));
}

TEST(Ternary, TruthTables) {
  const Ternary all[] = {true, false, kNull};
  const Ternary and_table[3][3] = {
      {true, false, kNull}, {false, false, false}, {kNull, false, kNull}};
  const Ternary or_table[3][3] = {{true, true, true}, {true, false, kNull}, {true, kNull, kNull}};
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      EXPECT_EQ(both(all[i], all[j]), and_table[i][j]) << i << j;
      EXPECT_EQ(either(all[i], all[j]), or_table[i][j]) << i << j;
    }
  }
  EXPECT_EQ(negated(true), false);
  EXPECT_EQ(negated(kNull), kNull);
}

TEST(Comparison, NullAndMixedKinds) {
  EXPECT_EQ(compare(Comparison::kEqual, Value(), Value()), true);
  EXPECT_EQ(compare(Comparison::kEqual, Value(), 1), false);
  EXPECT_EQ(compare(Comparison::kNotEqual, Value(), 1), true);
  EXPECT_EQ(compare(Comparison::kLess, Value(), 1), kNull);
  EXPECT_EQ(compare(Comparison::kEqual, "1", 1), kNull);
  EXPECT_EQ(compare(Comparison::kLess, false, true), kNull);
  EXPECT_EQ(compare(Comparison::kEqual, true, true), true);
}

TEST(Comparison, StringsAreOrderedByCodePoint) {
  EXPECT_EQ(compare(Comparison::kLess, "Z", "a"), true);
  EXPECT_EQ(compare(Comparison::kLess, "z", "ä"), true);
  EXPECT_EQ(compare(Comparison::kLess, "a", "ab"), true);
}

TEST(FactNames, GivesSlotsInOrderAndRefusesWhatCannotStandInAText) {
  FactNames names;
  EXPECT_EQ(names.add("plan.name", Type::kString), 0U);
  EXPECT_EQ(names.add(" monthly \n fee ", Type::kNumber), 1U);
  EXPECT_EQ(names.slot("monthly fee"), 1U);
  EXPECT_EQ(names.slot("fee"), std::nullopt);
  EXPECT_EQ(names.type(1), Type::kNumber);
  EXPECT_EQ(names.unknown(), Facts(2));
  EXPECT_EQ(error_of([&] { names.add("plan.name", Type::kString); }),
            "the fact 'plan.name' is there twice");
  EXPECT_EQ(error_of([&] { names.add("not", Type::kString); }),
            "'not' cannot be the name of a fact: it is a word of the language");
  EXPECT_EQ(error_of([&] { names.add("1st", Type::kString); }),
            "'1st' cannot be the name of a fact: it must begin with a letter");
}

}  // namespace
}  // namespace reckoner::rules
