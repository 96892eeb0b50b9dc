#include "rules/decision_model.hpp"

#include "given.hpp"

namespace reckoner::rules {
namespace {

Source at(int line) {
  return {"fees.dmn", line};
}

DecisionText decision(const std::string& name, const std::string& content,
                      const std::vector<std::string>& needs = {}) {
  DecisionText out{.id = name,
                   .name = name,
                   .type = "",
                   .logic = {.content = text(content), .type = "", .source = at(5)},
                   .inputs = {},
                   .decisions = {},
                   .functions = {},
                   .source = at(4)};
  for (const std::string& each : needs) out.decisions.push_back({each, at(4)});
  return out;
}

DmnModel model(std::vector<DecisionText> decisions) {
  return {.name = "fees",
          .items = {},
          .inputs = {},
          .functions = {},
          .decisions = std::move(decisions),
          .source = at(1)};
}

FactNames known() {
  FactNames names;
  names.add("plan.name", Type::kString);
  names.add("period.days", Type::kNumber);
  return names;
}

TEST(DecisionModel, ADecisionUsesThoseItNeeds) {
  const auto compiled = DecisionModel::compile(
      model({decision("fee to pay", "whole fee * share", {"whole fee", "share"}),
             decision("share", "period.days / 31"), decision("whole fee", "310")}),
      known());
  EXPECT_EQ(compiled.top_decision(), "fee to pay");
  EXPECT_EQ(compiled.decisions(), (std::vector<std::string>{"whole fee", "share", "fee to pay"}));
  const Outcome out = compiled.evaluate("fee to pay", {"SMB", 15});
  EXPECT_EQ(out.value, Value(150));
  EXPECT_TRUE(out.rules_fired.empty());
  EXPECT_EQ(out.results, (std::vector<Result>{{{"fee to pay", 150}}}));
}

TEST(DecisionModel, NullHasNoResultAndAContextOneForItsEntries) {
  const auto compiled = DecisionModel::compile(
      model({decision("none", "null"), decision("both", "{fee: 1, credit limit: 2}")}), known());
  EXPECT_TRUE(compiled.evaluate("none", {"SMB", 15}).results.empty());
  EXPECT_EQ(compiled.evaluate("both", {"SMB", 15}).results,
            (std::vector<Result>{{{"fee", 1}, {"credit limit", 2}}}));
}

TEST(DecisionModel, SeveralTopDecisionsAreNotOne) {
  const auto compiled =
      DecisionModel::compile(model({decision("a", "1"), decision("b", "2")}), known());
  EXPECT_EQ(error_of([&] { compiled.top_decision(); }),
            "fees.dmn:1: 2 decisions are needed by no other: 'a', 'b'");
  EXPECT_EQ(error_of([&] {
              compiled.evaluate("c", {"SMB", 15});
            }),
            "fees.dmn:1: there is no decision 'c'; did you mean 'a'?");
}

TEST(DecisionModel, AValueThatIsNotOfTheDeclaredTypeIsRefused) {
  DmnModel text = model({decision("fee", "plan.name")});
  text.decisions[0].type = "number";
  const auto compiled = DecisionModel::compile(text, known());
  EXPECT_EQ(error_of([&] {
              compiled.evaluate("fee", {"SMB", 15});
            }),
            "fees.dmn:4: decision 'fee' is a number, but \"SMB\" is a string");
}

TEST(DecisionModel, AnErrorOfArithmeticNamesTheText) {
  const auto compiled =
      DecisionModel::compile(model({decision("fee", "10 ** period.days")}), known());
  EXPECT_EQ(error_of([&] {
              compiled.evaluate("fee", {"SMB", 50});
            }),
            "fees.dmn:7: the result 1e50 does not fit 38 digits");
}

TEST(DecisionModel, MissingFactsAreABug) {
  const auto compiled = DecisionModel::compile(model({decision("fee", "1")}), known());
  EXPECT_THROW(compiled.evaluate("fee", {"SMB"}), Bug);
}

/// f1 calls f2 twice, f2 calls f3 twice, and so on.
DmnModel functions_that_double(int count) {
  DmnModel out = model({decision("fee", "f1(1)")});
  out.decisions[0].functions.push_back({"f1", at(4)});
  for (int i = 1; i <= count; ++i) {
    const bool last = i == count;
    const std::string next = "f" + std::to_string(i + 1);
    KnowledgeText function{.id = "f" + std::to_string(i),
                           .name = "f" + std::to_string(i),
                           .type = "",
                           .parameters = {{"n", "", at(9)}},
                           .logic = {.content = text(last ? "n" : next + "(n) + " + next + "(n)"),
                                     .type = "",
                                     .source = at(9)},
                           .functions = {},
                           .source = at(9)};
    if (!last) function.functions.push_back({next, at(9)});
    out.functions.push_back(std::move(function));
  }
  return out;
}

TEST(DecisionModel, NestedChoicesAreCompiledInTimeThatGrowsWithTheText) {
  std::string content = "1";
  for (int i = 0; i < 90; ++i) content = "if period.days > 1 then " + content + " else 2";
  EXPECT_EQ(DecisionModel::compile(model({decision("fee", content)}), known())
                .evaluate("fee", {"SMB", 15})
                .value,
            Value(1));
}

TEST(DecisionModel, NothingRunsForEver) {
  EXPECT_EQ(
      DecisionModel::compile(functions_that_double(10), known()).evaluate("fee", {"SMB", 15}).value,
      Value(512));
  const auto endless = DecisionModel::compile(functions_that_double(32), known());
  EXPECT_EQ(error_of([&] {
              endless.evaluate("fee", {"SMB", 15});
            }),
            "fees.dmn:7: the evaluation takes more than 1000000 steps");
  EXPECT_EQ(error_of([] { DecisionModel::compile(functions_that_double(33), known()); }),
            "fees.dmn:9: functions call one another deeper than 32 levels");
}

}  // namespace
}  // namespace reckoner::rules
