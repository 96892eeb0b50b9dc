#include "rules/decision_table.hpp"

#include <atomic>
#include <functional>
#include <thread>

#include "given.hpp"

namespace reckoner::rules {
namespace {

using Rule = DecisionTableText::Rule;

Text at(int line, std::string content) {
  return {std::move(content), {"fees.dmn", line}};
}

/// A rule with its entries, all on one line.
Rule rule(int line, const std::vector<std::string>& inputs,
          const std::vector<std::string>& outputs) {
  Rule out{.id = "r" + std::to_string(line),
           .inputs = {},
           .outputs = {},
           .annotation = "",
           .source = {"fees.dmn", line}};
  for (const std::string& each : inputs) out.inputs.push_back(at(line, each));
  for (const std::string& each : outputs) out.outputs.push_back(at(line, each));
  return out;
}

DecisionTableText::Input input(int line, const std::string& expression, const std::string& type) {
  return {.label = "",
          .expression = at(line, expression),
          .type = type,
          .allowed = {},
          .source = {"fees.dmn", line}};
}

DecisionTableText::Output output(int line, const std::string& name, const std::string& type) {
  return {.name = name,
          .label = "",
          .type = type,
          .allowed = {},
          .default_value = {},
          .source = {"fees.dmn", line}};
}

/// The table as shipped: fee and credit limit by plan.
DecisionTableText subscription_fee() {
  return {.id = "subscription-fee",
          .name = "Subscription fee",
          .hit_policy = HitPolicy::kUnique,
          .aggregation = Aggregation::kNone,
          .inputs = {input(5, "plan.name", "string")},
          .outputs = {output(8, "fee", "number"), output(9, "credit limit", "number")},
          .rules = {rule(11, {"\"SMB\""}, {"100", "200"}),
                    rule(12, {"\"Professional\""}, {"500", "1000"}),
                    rule(13, {"\"Enterprise\""}, {"2000", "4000"})},
          .source = {"fees.dmn", 3}};
}

/// One output by the years a customer has been with us; several rules match.
DecisionTableText bonus(HitPolicy policy, Aggregation aggregation) {
  return {.id = "bonus",
          .name = "Bonus",
          .hit_policy = policy,
          .aggregation = aggregation,
          .inputs = {input(5, "years", "number")},
          .outputs = {output(8, "", "number")},
          .rules = {rule(11, {"> 1"}, {"100"}), rule(12, {"> 2"}, {"98.83"}),
                    rule(13, {"> 5"}, {"years * 10 + 0.07"})},
          .source = {"fees.dmn", 3}};
}

FactNames known() {
  FactNames names;
  names.add("plan.name", Type::kString);
  names.add("years", Type::kNumber);
  names.add("anything", Type::kAny);
  return names;
}

/// A table on its own, with all facts in reach.
class CompiledTable {
 public:
  CompiledTable(const DecisionTableText& text, const FactNames& names)
      : table_([&] {
          Scope scope(names, layout_);
          return DecisionTable::compile(text, scope, ItemTypes());
        }()) {}

  Outcome evaluate(const Facts& facts) const {
    Budget budget;
    Frame frame(facts, layout_.locals, budget);
    return table_.evaluate(frame);
  }
  const DecisionTable* operator->() const { return &table_; }

 private:
  Layout layout_;
  DecisionTable table_;
};

Outcome outcome(const DecisionTableText& table, const Facts& facts) {
  return CompiledTable(table, known()).evaluate(facts);
}

Outcome of_plan(const DecisionTableText& table, Value plan) {
  return outcome(table, {std::move(plan), Value(), Value()});
}

Outcome of_years(const DecisionTableText& table, int years) {
  return outcome(table, {Value(), years, Value()});
}

std::string refusal(const DecisionTableText& table) {
  return error_of([&] { CompiledTable(table, known()); });
}

using Numbers = std::vector<std::size_t>;
using Results = std::vector<Result>;

TEST(SubscriptionFee, HasTheFiguresOfEachPlan) {
  const CompiledTable table(subscription_fee(), known());
  const auto results = [&](const char* plan) {
    return table.evaluate({plan, Value(), Value()}).results;
  };
  EXPECT_EQ(results("SMB"), (Results{{{"fee", 100}, {"credit limit", 200}}}));
  EXPECT_EQ(results("Professional"), (Results{{{"fee", 500}, {"credit limit", 1000}}}));
  EXPECT_EQ(results("Enterprise"), (Results{{{"fee", 2000}, {"credit limit", 4000}}}));
  EXPECT_EQ(table.evaluate({"Enterprise", Value(), Value()}).rules_fired, Numbers{3});
  EXPECT_EQ(table->rule_id(3), "r13");
  EXPECT_EQ(table->rule_count(), 3U);
  EXPECT_EQ(table->output_names(), (std::vector<std::string>{"fee", "credit limit"}));
}

TEST(SubscriptionFee, AnotherPlanOrNoneMatchesNothing) {
  for (const Value& plan : {Value("Demo"), Value("smb"), Value()}) {
    const Outcome out = of_plan(subscription_fee(), plan);
    EXPECT_TRUE(out.rules_fired.empty());
    EXPECT_TRUE(out.results.empty());
  }
}

TEST(DecisionTable, DefaultsStandWhereNoRuleMatches) {
  DecisionTableText table = subscription_fee();
  table.outputs[0].default_value = at(8, "0");
  const Outcome out = of_plan(table, "Demo");
  EXPECT_TRUE(out.rules_fired.empty());
  EXPECT_EQ(out.results, (Results{{{"fee", 0}, {"credit limit", Value()}}}));
  EXPECT_EQ(of_plan(table, "SMB").results, (Results{{{"fee", 100}, {"credit limit", 200}}}));
}

TEST(DecisionTable, AFactMayStandInAnOutputAndInATest) {
  DecisionTableText table = subscription_fee();
  table.inputs.push_back(input(6, "years * 2", ""));
  table.rules = {rule(11, {"-", "> years"}, {"years / 4", "-years"})};
  EXPECT_EQ(outcome(table, {"SMB", 3, Value()}).results,
            (Results{{{"fee", decimal("0.75")}, {"credit limit", -3}}}));
}

/// Table 0004-simpletable-U of the DMN conformance tests: three inputs, an unnamed output.
TEST(DecisionTable, ApprovesLoansAsTheStandardsOwnExampleDoes) {
  FactNames names;
  names.add("Age", Type::kNumber);
  names.add("RiskCategory", Type::kString);
  names.add("isAffordable", Type::kBoolean);
  DecisionTableText table = subscription_fee();
  table.name = "Approval Status";
  table.inputs = {input(5, "Age", "number"), input(6, "RiskCategory", "string"),
                  input(7, "isAffordable", "boolean")};
  table.inputs[1].allowed = at(6, "\"High\", \"Low\", \"Medium\"");
  table.outputs = {output(8, "", "")};
  table.outputs[0].allowed = at(8, "\"Approved\", \"Declined\"");
  table.rules = {rule(11, {">=18", "\"Medium\",\"Low\"", "true"}, {"\"Approved\""}),
                 rule(12, {"<18", "\"Medium\",\"Low\"", "true"}, {"\"Declined\""}),
                 rule(13, {"-", "\"High\"", "true"}, {"\"Declined\""}),
                 rule(14, {"-", "-", "false"}, {"\"Declined\""})};
  const CompiledTable compiled(table, names);
  const auto status = [&](int age, const char* risk, bool affordable) {
    return compiled.evaluate({age, risk, affordable}).results.at(0).at("Approval Status");
  };
  EXPECT_EQ(status(18, "Low", true), Value("Approved"));
  EXPECT_EQ(status(17, "Medium", true), Value("Declined"));
  EXPECT_EQ(status(18, "High", true), Value("Declined"));
  EXPECT_EQ(status(18, "Low", false), Value("Declined"));
}

TEST(HitPolicies, UniqueRefusesTwoMatches) {
  EXPECT_EQ(
      error_of([] { of_years(bonus(HitPolicy::kUnique, Aggregation::kNone), 6); }),
      "fees.dmn:3: table 'Bonus' has the hit policy UNIQUE, but rules 1 (line 11) and 2 (line 12) "
      "and 3 (line 13) match");
  EXPECT_EQ(of_years(bonus(HitPolicy::kUnique, Aggregation::kNone), 2).results,
            (Results{{{"Bonus", 100}}}));
}

TEST(HitPolicies, FirstTakesTheFirst) {
  const Outcome out = of_years(bonus(HitPolicy::kFirst, Aggregation::kNone), 6);
  EXPECT_EQ(out.rules_fired, Numbers{1});
  EXPECT_EQ(out.results, (Results{{{"Bonus", 100}}}));
}

TEST(HitPolicies, CollectTakesAllInTheOrderOfTheTable) {
  const Outcome out = of_years(bonus(HitPolicy::kCollect, Aggregation::kNone), 6);
  EXPECT_EQ(out.rules_fired, (Numbers{1, 2, 3}));
  EXPECT_EQ(
      out.results,
      (Results{{{"Bonus", 100}}, {{"Bonus", decimal("98.83")}}, {{"Bonus", decimal("60.07")}}}));
}

TEST(HitPolicies, CollectAggregates) {
  const auto result = [](Aggregation aggregation, int years) {
    return of_years(bonus(HitPolicy::kCollect, aggregation), years).results;
  };
  EXPECT_EQ(result(Aggregation::kSum, 6), (Results{{{"Bonus", decimal("258.9")}}}));
  EXPECT_EQ(result(Aggregation::kMin, 6), (Results{{{"Bonus", decimal("60.07")}}}));
  EXPECT_EQ(result(Aggregation::kMax, 6), (Results{{{"Bonus", 100}}}));
  EXPECT_EQ(result(Aggregation::kCount, 6), (Results{{{"Bonus", 3}}}));
  EXPECT_EQ(result(Aggregation::kCount, 0), (Results{{{"Bonus", 0}}}));
  EXPECT_EQ(result(Aggregation::kSum, 0), Results{});
}

TEST(HitPolicies, AnAggregationNeedsNumbers) {
  DecisionTableText table = bonus(HitPolicy::kCollect, Aggregation::kSum);
  table.rules[1].outputs[0] = at(12, "null");
  EXPECT_EQ(error_of([&] { of_years(table, 4); }),
            "fees.dmn:12: SUM needs numbers, but rule 2 gives null");
  table.outputs[0].type = "string";
  EXPECT_EQ(refusal(table), "fees.dmn:8: SUM needs numbers, but output 'Bonus' is a string");
  table.outputs[0].type = "";
  table.rules[1].outputs[0] = at(12, "\"a\"");
  EXPECT_EQ(refusal(table), "fees.dmn:12: output 'Bonus' is a number, but \"a\" is a string");
}

TEST(HitPolicies, AnyNeedsResultsThatAreTheSame) {
  DecisionTableText table = bonus(HitPolicy::kAny, Aggregation::kNone);
  EXPECT_EQ(error_of([&] { of_years(table, 6); }),
            "fees.dmn:3: table 'Bonus' has the hit policy ANY, but rules 1 (line 11) and 2 (line "
            "12) give different results");
  table.rules[1].outputs[0] = at(12, "100.0");
  const Outcome out = of_years(table, 4);
  EXPECT_EQ(out.rules_fired, (Numbers{1, 2}));
  EXPECT_EQ(out.results, (Results{{{"Bonus", 100}}}));
  EXPECT_EQ(out.value, Value(100));
}

/// The bonus as words, of which "high" comes first.
DecisionTableText ranked(HitPolicy policy) {
  DecisionTableText table = bonus(policy, Aggregation::kNone);
  table.outputs[0].type = "string";
  table.outputs[0].allowed = at(8, "\"high\", \"middle\", \"low\"");
  const char* const words[] = {"\"low\"", "\"high\"", "\"middle\""};
  for (std::size_t i = 0; i < 3; ++i) table.rules[i].outputs[0].text = words[i];
  return table;
}

TEST(HitPolicies, PriorityTakesTheHighest) {
  const Outcome out = of_years(ranked(HitPolicy::kPriority), 6);
  EXPECT_EQ(out.rules_fired, Numbers{2});
  EXPECT_EQ(out.value, Value("high"));
  EXPECT_EQ(of_years(ranked(HitPolicy::kPriority), 2).value, Value("low"));
  EXPECT_EQ(of_years(ranked(HitPolicy::kPriority), 0).value, Value());
}

TEST(HitPolicies, OutputOrderTakesAllByPriority) {
  const Outcome out = of_years(ranked(HitPolicy::kOutputOrder), 6);
  EXPECT_EQ(out.rules_fired, (Numbers{2, 3, 1}));
  EXPECT_EQ(out.value, Value::list({"high", "middle", "low"}));
}

TEST(HitPolicies, TheFirstOutputThatDiffersDecides) {
  DecisionTableText table = ranked(HitPolicy::kOutputOrder);
  table.outputs[0].name = "level";
  table.outputs.push_back(output(9, "unit", "string"));
  table.outputs[1].allowed = at(9, "\"day\", \"month\"");
  const char* const units[] = {"\"month\"", "\"month\"", "\"day\""};
  for (std::size_t i = 0; i < 3; ++i) {
    table.rules[i].outputs[0].text = "\"low\"";
    table.rules[i].outputs.push_back(at(11, units[i]));
  }
  EXPECT_EQ(of_years(table, 6).rules_fired, (Numbers{3, 1, 2}));
}

TEST(HitPolicies, RuleOrderTakesAllInTheOrderOfTheTable) {
  const Outcome out = of_years(ranked(HitPolicy::kRuleOrder), 6);
  EXPECT_EQ(out.rules_fired, (Numbers{1, 2, 3}));
  EXPECT_EQ(out.value, Value::list({"low", "high", "middle"}));
}

TEST(HitPolicies, WhatCannotBeIsRefused) {
  EXPECT_EQ(refusal(bonus(HitPolicy::kPriority, Aggregation::kNone)),
            "fees.dmn:3: table 'Bonus' has the hit policy PRIORITY, but no output lists its values "
            "in the order of their priority (outputValues)");
  EXPECT_EQ(refusal(bonus(HitPolicy::kFirst, Aggregation::kSum)),
            "fees.dmn:3: table 'Bonus' aggregates with SUM, which only COLLECT can, not FIRST");
  DecisionTableText table = subscription_fee();
  table.hit_policy = HitPolicy::kCollect;
  table.aggregation = Aggregation::kMax;
  EXPECT_EQ(
      refusal(table),
      "fees.dmn:3: table 'Subscription fee' aggregates with MAX, which needs a single output, "
      "but it has 2");
}

TEST(HitPolicies, HaveTheNamesOfTheStandard) {
  EXPECT_EQ(hit_policy_named(""), HitPolicy::kUnique);
  EXPECT_EQ(hit_policy_named("RULE ORDER"), HitPolicy::kRuleOrder);
  EXPECT_EQ(hit_policy_named("unique"), std::nullopt);
  EXPECT_EQ(aggregation_named(""), Aggregation::kNone);
  EXPECT_EQ(aggregation_named("COUNT"), Aggregation::kCount);
  EXPECT_EQ(aggregation_named("AVG"), std::nullopt);
}

TEST(AllowedValues, RefuseATypingErrorInTheTable) {
  DecisionTableText table = subscription_fee();
  table.inputs[0].allowed = at(6, "\"SMB\", \"Professional\", \"Enterprise\"");
  EXPECT_EQ(of_plan(table, "SMB").rules_fired, Numbers{1});
  EXPECT_TRUE(of_plan(table, Value()).rules_fired.empty());
  table.rules[1].inputs[0] = at(12, "not(\"Profesional\")");
  EXPECT_EQ(refusal(table),
            "fees.dmn:12: input 'plan.name' may not be \"Profesional\": allowed is \"SMB\", "
            "\"Professional\", \"Enterprise\"");
}

TEST(AllowedValues, RefuseAFactAndAResultOutsideThem) {
  DecisionTableText table = subscription_fee();
  table.inputs[0].allowed = at(6, "\"SMB\", \"Demo\"");
  table.rules = {rule(11, {"\"SMB\""}, {"years", "1"})};
  table.outputs[0].allowed = at(8, "[0..1000]");
  EXPECT_EQ(error_of([&] { of_plan(table, "Gold"); }),
            "fees.dmn:5: input 'plan.name' may not be \"Gold\": allowed is \"SMB\", \"Demo\"");
  EXPECT_EQ(error_of([&] {
              outcome(table, {"SMB", 1001, Value()});
            }),
            "fees.dmn:11: output 'fee' may not be 1001: allowed is [0..1000]");
  table.rules[0].outputs[0] = at(11, "-1");
  EXPECT_EQ(refusal(table), "fees.dmn:11: output 'fee' may not be -1: allowed is [0..1000]");
  table.outputs[0].allowed = at(8, "[0..years]");
  EXPECT_EQ(refusal(table), "fees.dmn:8: unknown name 'years'");
}

TEST(DecisionTable, AFactOfAnotherTypeIsRefused) {
  DecisionTableText table = subscription_fee();
  table.inputs[0] = input(5, "anything", "string");
  EXPECT_EQ(error_of([&] {
              outcome(table, {Value(), Value(), 5});
            }),
            "fees.dmn:5: input 'anything' is a string, but 5 is a number");
  table.rules[0].outputs[0] = at(11, "anything");
  EXPECT_EQ(error_of([&] {
              outcome(table, {Value(), Value(), "SMB"});
            }),
            "fees.dmn:11: output 'fee' is a number, but \"SMB\" is a string");
}

TEST(DecisionTable, AnErrorOfArithmeticNamesItsEntry) {
  DecisionTableText table = subscription_fee();
  table.rules[0].outputs[0] = at(11, "10 ** years");
  const std::string message = error_of([&] { outcome(table, {"SMB", 60, Value()}); });
  EXPECT_TRUE(message.starts_with("fees.dmn:11: ")) << message;
}

struct Change {
  std::function<void(DecisionTableText&)> make;
  std::string message;
};

TEST(DecisionTable, RefusesWhatIsWrongWithItsPlace) {
  const std::vector<Change> changes = {
      {[](auto& t) { t.inputs[0].expression.text = "plan.nam"; },
       "fees.dmn:5: unknown name 'plan.nam'; did you mean 'plan.name'?"},
      {[](auto& t) { t.inputs[0].type = "strin"; },
       "fees.dmn:5: input 'plan.name' has the unknown type 'strin'; did you mean 'string'?"},
      {[](auto& t) { t.inputs[0].type = "number"; },
       "fees.dmn:5: input 'plan.name' is a number, but its expression is a string"},
      {[](auto& t) { t.outputs.clear(); }, "fees.dmn:3: table 'Subscription fee' has no output"},
      {[](auto& t) { t.outputs[1].name = "fee"; }, "fees.dmn:9: output 'fee' is there twice"},
      {[](auto& t) { t.outputs[1].name = ""; },
       "fees.dmn:9: output 2 of table 'Subscription fee' needs a name, since there are 2"},
      {[](auto& t) { t.outputs[0].type = "money"; },
       "fees.dmn:8: output 'fee' has the unknown type 'money'"},
      {[](auto& t) { t.outputs[0].default_value = at(8, "\"none\""); },
       "fees.dmn:8: output 'fee' is a number, but \"none\" is a string"},
      {[](auto& t) { t.rules.clear(); }, "fees.dmn:3: table 'Subscription fee' has no rule"},
      {[](auto& t) { t.rules[1].inputs.clear(); },
       "fees.dmn:12: rule 2 has 0 input entries, but table 'Subscription fee' has 1 input"},
      {[](auto& t) { t.rules[1].outputs.pop_back(); },
       "fees.dmn:12: rule 2 has 1 output entry, but table 'Subscription fee' has 2 outputs"},
      {[](auto& t) { t.rules[2].inputs[0].text = "10"; },
       "fees.dmn:13: the input is a string, but 10 is a number"},
      {[](auto& t) { t.rules[2].inputs[0].text = "Enterprise"; },
       "fees.dmn:13: unknown name 'Enterprise'"},
      {[](auto& t) { t.rules[2].outputs[1].text = " "; },
       "fees.dmn:13: the entry for output 'credit limit' is empty; null says no value"},
      {[](auto& t) { t.rules[2].outputs[1].text = "\"4000\""; },
       "fees.dmn:13: output 'credit limit' is a number, but \"4000\" is a string"},
      {[](auto& t) { t.rules[2].outputs[1].text = "plan.name"; },
       "fees.dmn:13: output 'credit limit' is a number, but its expression is a string"},
      {[](auto& t) { t.rules[2].outputs[1] = at(14, "years >"); },
       "fees.dmn:14: expected a value, but the text ends"},
  };
  for (const Change& change : changes) {
    DecisionTableText table = subscription_fee();
    change.make(table);
    EXPECT_EQ(refusal(table), change.message);
  }
}

TEST(DecisionTable, IsEvaluatedByManyThreadsAtOnce) {
  const CompiledTable table(subscription_fee(), known());
  std::atomic<int> right = 0;
  const auto work = [&] {
    for (int i = 0; i < 1000; ++i)
      if (table.evaluate({"SMB", i, Value()}).results[0].at("fee") == Value(100)) ++right;
  };
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  EXPECT_EQ(right, 2000);
}

}  // namespace
}  // namespace reckoner::rules
