// What a configuration means in money: the preview, and what runs make of it afterwards.

#include "web/configuration_world.hpp"
#include "web/event_stream.hpp"

namespace reckoner::web {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kImpact = "/api/v1/configuration/impact";
constexpr const char* kReprice = "/api/v1/configuration/reprice/preview";

/// Tiers, an allowance, a share of a charge, an advance fee, bounds of subscription and customer.
std::string plans(std::string_view price, std::string_view fee, std::string_view minimum) {
  std::string text = R"(<pricing xmlns="urn:reckoner:pricing:1" strategy="tried" currency="USD">
  <plan name="Tiers" minimum="{minimum}">
    <recurring name="base" fee="{fee}"/>
    <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576" allowance="10">
      <graduated><tier up-to="100" price="{price}"/><tier price="0.0101"/></graduated>
    </metered>
    <share name="support" of="base traffic" percent="7.5"/>
  </plan>
  <plan name="Volume">
    <recurring name="base" fee="{fee}" side="advance"/>
    <metered name="traffic" meter="bandwidth" unit="MB" unit-size="1048576">
      <volume><tier up-to="50" price="{price}"/><tier price="0.0333"/></volume>
    </metered>
  </plan>
</pricing>
)";
  const auto put = [&](std::string_view name, std::string_view value) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
      text.replace(at, name.size(), value);
    }
  };
  put("{price}", price);
  put("{fee}", fee);
  put("{minimum}", minimum);
  return text;
}

class ConfigurationImpactTest : public ConfigurationApiTest {
 protected:
  static test::BillingWorld::Setup setup() {
    test::BillingWorld::Setup made;
    made.files.content["pricing/tried.xml"] = plans("0.05", "10.00", "12.00");
    return made;
  }
  ConfigurationImpactTest() : ConfigurationApiTest(setup()) {
    for (int i = 0; i < 12; ++i) {
      const std::string name = "c" + std::to_string(i);
      world.customer(name);
      world.subscribe(name, i % 2 == 0 ? "Tiers" : "Volume", "2026-10-01");
      if (i % 3 != 0) world.bandwidth(name, std::to_string(17 * i + 3), "2026-10-10T10:00:00Z");
    }
    world.import(accounts::ImportKind::kDiscounts,
                 "key,customer,percentage,starts-on\nd1,c2,12.5,2026-10-01\n"
                 "d2,c5,33,2026-10-01\n");
  }

  config::Edits dearer() const {
    return {{"pricing/tried.xml", plans("0.0777", "11.37", "14.99")}};
  }
  std::string sum(const std::string& what, std::int64_t run) {
    return world.text("select coalesce(sum(" + what +
                      "), 0)::text from document where run_id = " + std::to_string(run));
  }
  static const text::Json& usd(const text::Json& effect) {
    return effect.at("totals").as_array().at(0);
  }
};

TEST_F(ConfigurationImpactTest, WhatIsDueIsBilledToTheCentAsItWasPreviewed) {
  world.set_clock("2026-11-01T05:00:00Z");
  const text::Json effect = post(kImpact, body(dearer(), R"("over": "due")"));
  EXPECT_TRUE(effect.at("complete").as_boolean());
  EXPECT_EQ(effect.at("customers").as_number(), "12");
  EXPECT_EQ(effect.at("parked_count").as_number(), "0");
  EXPECT_EQ(effect.at("held_count").as_number(), "0");
  EXPECT_NE(usd(effect).at("before"), usd(effect).at("after"));
  const std::int64_t version = apply(dearer());

  const engine::RunSummary run = world.run_by_hand();
  EXPECT_EQ(sum("subtotal", run.run.value), usd(effect).at("after").as_string());
  EXPECT_EQ(sum("total", run.run.value), usd(effect).at("documents_after").as_string());
  for (const text::Json& customer : effect.at("largest_up").as_array()) {
    EXPECT_EQ(world.last_document(customer.at("customer").as_string()).subtotal.to_string(),
              customer.at("after").as_string());
  }
  EXPECT_EQ(effect.at("largest_up").as_array().size(), 10U);

  // Nothing is due any more; going back changes nothing that was billed.
  post("/api/v1/configuration/versions/1/activate", R"({"comment": "back"})",
       {{"if-match", etag()}});
  EXPECT_EQ(version, 2);
  EXPECT_EQ(world.run_by_hand().counts.invoiced, 0);
  world.expect_books_in_order();
}

TEST_F(ConfigurationImpactTest, OpenPeriodsAreShownWholeByChargeAndPlan) {
  const text::Json effect = post(kImpact, body(dearer()));
  EXPECT_EQ(effect.at("over").as_string(), "open");
  EXPECT_TRUE(usd(effect).at("documents_after").is_null());
  std::vector<std::string> plans_told;
  for (const text::Json& plan : effect.at("plans").as_array()) {
    plans_told.push_back(plan.at("plan").as_string() + " " + plan.at("subscriptions").as_number());
  }
  EXPECT_THAT(plans_told, ElementsAre("Tiers 6", "Volume 6"));
  EXPECT_TRUE(effect.at("largest_down").as_array().empty());
  const text::Json cheaper =
      post(kImpact, body({{"pricing/tried.xml", plans("0.01", "1.00", "0")}}));
  EXPECT_EQ(cheaper.at("largest_down").as_array().size(), 10U);
  EXPECT_THAT(cheaper.at("largest_down").as_array()[0].at("difference").as_string(),
              StartsWith("-"));
  const text::Json same = post(kImpact, body({}));
  EXPECT_EQ(same.at("changed").as_number(), "0");
  EXPECT_EQ(usd(same).at("difference").as_string(), "0.00");
}

TEST_F(ConfigurationImpactTest, ARepriceMakesTheTrueUpsThatItsPreviewTold) {
  world.set_clock("2026-11-01T05:00:00Z");
  world.run_by_hand();
  world.set_clock("2026-11-03T05:00:00Z");
  const text::Json effect =
      post(kReprice, body(dearer(), R"("from": "2026-10-01", "to": "2026-10-31")"));
  EXPECT_EQ(effect.at("over").as_string(), "issued");
  EXPECT_EQ(effect.at("from").as_string(), "2026-10-01");
  const text::Json applied = post(
      "/api/v1/configuration/apply",
      body(dearer(),
           R"("comment": "wrong list", "reprice": {"from": "2026-10-01", "to": "2026-10-31"})"),
      {{"if-match", etag()}});
  EXPECT_NE(applied.at("repriced").as_number(), "0");
  const engine::RunSummary run = world.run_by_hand();
  EXPECT_EQ(world.text("select sum(l.amount)::text from document_line l join document d"
                       " on d.customer_id = l.customer_id and d.ordinal = l.ordinal"
                       " where l.true_up and d.run_id = " +
                       std::to_string(run.run.value)),
            usd(effect).at("difference").as_string());
  for (const text::Json& customer : effect.at("largest_up").as_array()) {
    const domain::Document document = world.last_document(customer.at("customer").as_string());
    EXPECT_EQ(document.subtotal.to_string(), customer.at("difference").as_string());
  }
  world.expect_books_in_order();
}

TEST_F(ConfigurationImpactTest, WhoWouldBeParkedOrHeldIsTold) {
  world.set_clock("2026-11-01T05:00:00Z");
  world.run_by_hand();
  world.set_clock("2026-12-01T05:00:00Z");
  const text::Json effect = post(
      kImpact, body({{"pricing/tried.xml", plans("0.05", "99999.00", "0")}}, R"("over": "due")"));
  EXPECT_EQ(effect.at("held_count").as_number(), "12");
  EXPECT_THAT(effect.at("held").as_array()[0].at("reason").as_string(), HasSubstr("mean"));

  world.customer("smb");
  world.subscribe("smb", "SMB", "2026-12-01");
  const std::string without_rule =
      edited("pricing/subscription-fee.dmn", "\"SMB\"", "\"Somebody else\"");
  const text::Json parked = post(kImpact, body({{"pricing/subscription-fee.dmn", without_rule}}));
  EXPECT_EQ(parked.at("parked_count").as_number(), "1");
  EXPECT_EQ(parked.at("parked").as_array()[0].at("customer").as_string(), "smb");
}

TEST_F(ConfigurationImpactTest, NothingIsKeptOfAPreview) {
  const std::string before = world.digest();
  post(kImpact, body(dearer()));
  post(kImpact, body(dearer(), R"("over": "due")"));
  EXPECT_EQ(world.digest(), before);
}

class Heard : public EventStream {
 public:
  bool send(const StreamEvent& event) override {
    events.push_back(event);
    return listens;
  }
  bool wait(std::chrono::milliseconds) override { return listens; }
  std::vector<StreamEvent> events;
  bool listens = true;
};

TEST_F(ConfigurationImpactTest, ProgressIsStreamedToWhomeverAsksForIt) {
  const Response response =
      call("POST", kImpact, body(dearer()), {{"accept", "text/event-stream"}});
  ASSERT_NE(response.stream, nullptr);
  Heard heard;
  response.stream(heard);
  ASSERT_EQ(heard.events.size(), 2U);
  EXPECT_EQ(heard.events[0].name, "progress");
  EXPECT_EQ(heard.events[0].data, R"({"customers": 0, "of": 12})");
  EXPECT_EQ(heard.events[1].name, "impact");
  EXPECT_EQ(text::parse_json(heard.events[1].data), post(kImpact, body(dearer())));

  Heard gone;
  gone.listens = false;
  call("POST", kImpact, body(dearer()), {{"accept", "text/event-stream"}}).stream(gone);
  EXPECT_EQ(gone.events.size(), 1U);
}

}  // namespace
}  // namespace reckoner::web
