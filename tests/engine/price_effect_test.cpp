// What runs fired now would bill, told before they do: under another configuration, and in a dry
// run.

#include "engine/price_effect.hpp"

#include <gmock/gmock.h>

#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Whoever uses more than twice the mean pays a tenth more.
constexpr const char* kSurcharge =
    R"(<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <decision id="s" name="surcharge"><variable name="surcharge" typeRef="number"/>
    <literalExpression>
      <text>if usage.bandwidth &gt; 2 * population.mean-traffic then 10 else null</text>
    </literalExpression>
  </decision>
</definitions>
)";

config::Files files(std::string_view price) {
  config::Files made = test::with_plans(
      R"(<plan name="Traffic">
    <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576" price=")" +
      std::string(price) + R"("/>
  </plan>)");
  made.content["pricing/heavy-api-use.dmn"] = kSurcharge;
  return test::edited(std::move(made), "billing-config.xml",
                      R"(<population-fact name="mean-api-calls" meter="api-calls" figure="mean"/>)",
                      R"(<population-fact name="mean-traffic" meter="bandwidth" figure="mean"/>)");
}

class PriceEffectTest : public test::BillingTest {
 protected:
  void SetUp() override {
    world.apply(files("0.50"));
    for (const auto& [customer, usage] :
         {std::pair("little", "10"), std::pair("middle", "20"), std::pair("much", "970")}) {
      world.customer(customer);
      world.subscribe(customer, "Traffic", "2026-10-01");
      world.bandwidth(customer, usage, "2026-10-05T10:00:00Z");
    }
    world.set_clock("2026-11-01T02:00:00Z");
  }
  PriceEffect effect(std::string_view price) {
    auto connection = world.connect();
    return effect_of(connection, world.versions(),
                     {world.versions().compile(files(price)), EffectOver::kDue, {}, {}},
                     world.now());
  }
};

TEST_F(PriceEffectTest, FiguresThatARunWouldComputeFirstAreInThePreview) {
  const PriceEffect told = effect("0.70");
  ASSERT_THAT(told.totals, SizeIs(1));
  EXPECT_EQ(told.totals[0].now.to_string(), "548.50");   // 5 + 10 + 485 and a tenth of it
  EXPECT_EQ(told.totals[0].then.to_string(), "767.90");  // 7 + 14 + 679 and a tenth of it
  EXPECT_EQ(told.changed.front().customer, "much");
  ASSERT_THAT(told.plans, SizeIs(1));
  EXPECT_EQ(told.plans[0].subscriptions, 3);
  EXPECT_EQ(world.number("select count(*) from population_fact"), 0);

  const Runner::DryRun dry = world.runner().dry_run({.engine = "monthly", .fires_at = world.now()});
  money::Money sum(money::Currency::of("USD"));
  for (const domain::Document& document : dry.documents) sum += document.subtotal;
  EXPECT_EQ(sum.to_string(), "548.50");

  world.apply(files("0.70"));
  world.run_by_hand();
  EXPECT_EQ(world.last_document("much").subtotal.to_string(), "746.90");
  EXPECT_EQ(world.text("select sum(subtotal)::numeric(20, 2)::text from document"), "767.90");
  EXPECT_THAT(effect("0.90").changed, IsEmpty()) << "nothing is due any more";
}

TEST_F(PriceEffectTest, EndsWhereItIsToldTo) {
  auto connection = world.connect();
  std::vector<std::int64_t> asked;
  const PriceEffect told = effect_of(connection, world.versions(),
                                     {world.versions().compile(files("0.70")),
                                      EffectOver::kOpen,
                                      {},
                                      [&](std::int64_t looked_at, std::int64_t of) {
                                        asked.push_back(of);
                                        return looked_at > 0;
                                      }},
                                     world.now());
  EXPECT_FALSE(told.complete);
  EXPECT_EQ(told.customers, 0);
  EXPECT_EQ(told.customers_of, 3);
  EXPECT_THAT(asked, ElementsAre(3));
}

TEST_F(PriceEffectTest, APreviewedVersionIsForgottenWithItsNumber) {
  const auto compiled = world.versions().compile(files("0.70"));
  auto connection = world.connect();
  VersionId number;
  {
    const PreviewedVersion previewed(world.versions(), compiled);
    const PreviewedVersion another(world.versions(), compiled);
    number = previewed.number();
    EXPECT_NE(number, another.number());
    EXPECT_LT(number.value, 0);
    EXPECT_EQ(world.versions().load(connection, number), compiled);
  }
  EXPECT_THROW(world.versions().load(connection, number), Error);
}

}  // namespace

}  // namespace reckoner::engine
