#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::handlers {

namespace {

using test::charged;
using test::edited;
using test::error_of;
using test::shipped_configuration;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kTable = "pricing/subscription-fee.dmn";
constexpr const char* kPlans = "pricing/stratoslive.xml";

class RuleHandlerTest : public test::BillingTest {
 protected:
  std::string refusal(config::Files files) {
    return error_of([&] { world.versions().compile(std::move(files)); });
  }
};

TEST_F(RuleHandlerTest, AFeeWrittenIntoAPlanWhoseFeeARuleSetsIsRefusedWithItsPlace) {
  EXPECT_EQ(
      refusal(edited(shipped_configuration(), kPlans, R"(title="SMB subscription" fee="rule")",
                     R"(title="SMB subscription" fee="120.00")")),
      "pricing/stratoslive.xml:15: pricing/subscription-fee.dmn rule 1 sets the fee of plan "
      "'SMB', which has a fixed one: write fee=\"rule\" here, or take the plan out of the "
      "table");
}

TEST_F(RuleHandlerTest, ALostRuleRowParksWhoNeedsItAndNeverBillsZero) {
  world.apply(edited(world.files(), kTable, "\"SMB\"", "\"SMBX\""));
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.customer("globex");
  world.subscribe("globex", "Professional", "2026-10-01");
  const engine::RunSummary run = world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(run.counts.invoiced, 1);
  EXPECT_EQ(run.counts.parked, 1);
  EXPECT_THAT(world.parked(),
              ElementsAre("acme: period 2026-10: subscription 1, charge subscription: plan 'SMB' "
                          "leaves the fee to a rule, and no rule set one"));
  EXPECT_THAT(world.documents("acme"), IsEmpty());
  EXPECT_EQ(error_of([&] { world.interim("acme", "2026-11-01T02:00:00Z"); }),
            "customer acme: period 2026-10: subscription 1, charge subscription: plan 'SMB' leaves "
            "the fee to a rule, and no rule set one");
}

TEST_F(RuleHandlerTest, ARuleMayLookAtTheCustomerAndItsNumberStandsWithTheLine) {
  config::Files files = world.files();
  files.content[kTable] = R"(<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
      id="d" name="Fees" namespace="urn:reckoner:test">
    <decision id="fee" name="Fee"><variable name="Fee"/>
      <decisionTable id="t" hitPolicy="FIRST">
        <input id="i1">
          <inputExpression id="e1" typeRef="string"><text>customer.key</text></inputExpression></input>
        <input id="i2">
          <inputExpression id="e2" typeRef="string"><text>plan.name</text></inputExpression></input>
        <output id="o1" name="fee" typeRef="number"/>
        <rule id="r1"><inputEntry id="a1"><text>"friend"</text></inputEntry>
          <inputEntry id="a2"><text>"SMB"</text></inputEntry>
          <outputEntry id="a3"><text>100 - 1</text></outputEntry></rule>
        <rule id="r2"><inputEntry id="b1"><text>-</text></inputEntry>
          <inputEntry id="b2"><text>"SMB"</text></inputEntry>
          <outputEntry id="b3"><text>100</text></outputEntry></rule>
      </decisionTable></decision></definitions>)";
  world.apply(files);
  for (const char* key : {"friend", "stranger"}) {
    world.customer(key);
    world.subscribe(key, "SMB", "2026-10-01");
  }
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(charged(world.last_document("friend")), ElementsAre("2026-10 subscription 99.00"));
  EXPECT_THAT(charged(world.last_document("stranger")), ElementsAre("2026-10 subscription 100.00"));
  EXPECT_EQ(
      world.last_document("friend").lines.front().line.facts,
      R"({"plan":"SMB","charge":"subscription","coverage":[31,31],"stretches":[{"rule_fee":99,)"
      R"("rule":"pricing/subscription-fee.dmn rule 1","quantity":1,"coverage":[31,31]}]})");
}

TEST_F(RuleHandlerTest, ANegativeFeeParks) {
  world.apply(edited(world.files(), kTable, "<text>100</text>", "<text>-100</text>"));
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(world.parked(), ElementsAre("acme: period 2026-10: the rule's 'fee' is negative"));
}

TEST_F(RuleHandlerTest, BesideAFixedFeeARuleSetsOnlyTheFeeThatIsLeftToIt) {
  world.apply(edited(world.files(), kPlans,
                     R"(<recurring name="subscription" title="SMB subscription" fee="rule"/>)",
                     R"(<recurring name="support" fee="7.00"/>)"
                     R"(<recurring name="subscription" title="SMB subscription" fee="rule"/>)"));
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(world.parked(), IsEmpty());
  EXPECT_THAT(charged(world.last_document("acme")),
              ElementsAre("2026-10 support 7.00", "2026-10 subscription 100.00"));
}

TEST_F(RuleHandlerTest, TwoRulesThatSetOneFeePark) {
  config::Files files =
      edited(world.files(), kTable, R"(hitPolicy="UNIQUE")", R"(hitPolicy="COLLECT")");
  world.apply(edited(files, kTable, "\"Professional\"", "\"Professional\", \"SMB\""));
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(world.parked(),
              ElementsAre("acme: period 2026-10: pricing/subscription-fee.dmn rule 1 rule 2: more "
                          "than one of them sets 'fee'"));
}

TEST_F(RuleHandlerTest, ATableWithAnOutputNobodyReadsIsRefused) {
  EXPECT_THAT(
      refusal(edited(shipped_configuration(), kTable, R"(name="credit limit")",
                     R"(name="credit limitt")")),
      testing::MatchesRegex(
          "billing-config\\.xml:[0-9]+: decision table pricing/subscription-fee\\.dmn has an "
          "output 'credit limitt', but RuleHandler knows 'fee', 'credit limit', 'environment factor'"));
}

}  // namespace

}  // namespace reckoner::handlers
