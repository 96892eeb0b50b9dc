// Budgets over the customers below a cost centre, on a real database.

#include "engine/cost_centre_budgets.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "accounts/budgets.hpp"
#include "engine/budget_watch.hpp"
#include "metering/cut.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kTree = R"(
  <cost-centre name="engineering" title="Engineering">
    <cost-centre name="search"><member customer="acme"/></cost-centre>
    <cost-centre name="apps"><member plan="SMB"/></cost-centre>
  </cost-centre>
  <cost-centre name="sales"><member customer="initech"/></cost-centre>)";

config::Files with_tree(std::string_view tree) {
  config::Files files = test::shipped_configuration();
  files.content["allocation.xml"] =
      fmt::format(R"(<allocation xmlns="urn:reckoner:allocation:1">{}</allocation>)", tree);
  return files;
}

/// acme on Professional (500.00) in search, globex on SMB (100.00) in apps by its plan, initech on
/// Professional in sales. September is billed, and it is 11 October: a third of the fees.
class CostCentreBudgetsTest : public testing::Test {
 protected:
  CostCentreBudgetsTest() {
    world.apply(with_tree(kTree));
    world.set_clock("2026-09-01T00:00:00Z");
    for (const auto& [key, plan] : {std::pair("acme", "Professional"), std::pair("globex", "SMB"),
                                    std::pair("initech", "Professional")}) {
      world.customer(key);
      world.subscribe(key, plan, "2026-09-01");
    }
    world.run("2026-10-01T02:00:00Z");
    world.set_clock("2026-10-11T00:00:00Z");
  }

  void set(std::string_view centre, const std::string& budgets,
           const std::vector<std::string>& also_to = {}) {
    auto connection = world.connect();
    accounts::write_budgets(connection, centre, insight::parse_budgets(budgets), also_to,
                            world.now(), "anna");
  }
  void use(const char* customer, const char* megabytes) {
    world.bandwidth(customer, megabytes, "2026-10-10T10:00:00Z");
    auto connection = world.connect();
    metering::close_cut(connection, world.now());
  }
  BudgetWatch::Look look() {
    return BudgetWatch(world.pool(), world.versions(), [this] { return world.now(); }).look(false);
  }
  std::vector<std::string> alerts() {
    auto connection = world.connect();
    std::vector<std::string> texts;
    for (const CostCentreAlert& alert :
         list_cost_centre_alerts(connection, "", std::nullopt, 100)) {
      texts.insert(texts.begin(),
                   fmt::format("{} {} {} {}: {}", alert.cost_centre, alert.month,
                               to_string(alert.reached.threshold.basis),
                               alert.reached.limit.to_string(), alert.reached.spent.to_string()));
    }
    return texts;
  }
  /// What the customers' own overviews come to, one by one.
  std::string sum_of(const std::vector<std::string>& customers) {
    money::Decimal sum;
    for (const std::string& customer : customers) {
      sum += world.one_interim(customer, "2026-10-11T00:00:00Z").document.subtotal.amount();
    }
    return money::Money(sum, money::Currency::of("USD")).to_string();
  }

  test::BillingWorld world;
};

std::string actual(std::string_view amount, std::string_view charge = "") {
  return fmt::format(
      R"([{{"currency":"USD","amount":"1000.00",{}"thresholds":[{{"on":"actual","amount":"{}"}}]}}])",
      charge.empty() ? "" : fmt::format(R"("charge":"{}",)", charge), amount);
}

TEST_F(CostCentreBudgetsTest, TheSumOfAllBelowReachesAThresholdThatNoneReachesAlone) {
  const std::string both = sum_of({"acme", "globex"});
  set("engineering", actual(both));
  EXPECT_EQ(look().told, 1U);
  EXPECT_THAT(alerts(), ElementsAre(fmt::format("engineering 2026-10 actual {}: {}", both, both)));
  EXPECT_EQ(look().told, 0U);
  EXPECT_EQ(world.text("select string_agg(distinct cost_centre, ' ' order by cost_centre) from "
                       "customer_spending"),
            "apps search")
      << "sales has no budget, and engineering no members";
}

TEST_F(CostCentreBudgetsTest, UsageOfOneCustomerHasNoOtherComputedAgain) {
  const money::Decimal before = money::Decimal::parse(sum_of({"acme", "globex"}));
  set("engineering", actual((before + money::Decimal(10)).to_string()));
  EXPECT_EQ(look().told, 0U);
  world.set_clock("2026-10-11T00:10:00Z");
  look();  // settings are looked back at for a minute
  EXPECT_EQ(look().customers, 0U);
  use("initech", "9000");
  EXPECT_EQ(look().customers, 0U) << "it is in sales";
  use("acme", "3000");
  const BudgetWatch::Look third = look();
  EXPECT_EQ(third.customers, 1U);
  EXPECT_EQ(third.told, 1U);
  EXPECT_THAT(alerts(), ElementsAre(HasSubstr("engineering 2026-10 actual")));
}

TEST_F(CostCentreBudgetsTest, OfAChargeOnlyThatChargeCounts) {
  set("engineering", actual("40.00", "bandwidth"));
  use("acme", "2000");
  use("globex", "10");
  look();
  EXPECT_THAT(alerts(), IsEmpty());
  use("acme", "2000");
  look();
  EXPECT_THAT(alerts(), ElementsAre(HasSubstr("engineering 2026-10 actual 40.00: ")));
}

TEST_F(CostCentreBudgetsTest, AForecastIsTheSumOfForecasts) {
  set("search", R"([{"currency":"USD","amount":"500.00","thresholds":[)"
                R"({"on":"forecast","percent":"100"},{"on":"actual","percent":"100"}]}])");
  EXPECT_EQ(look().told, 1U);
  EXPECT_THAT(alerts(), ElementsAre(HasSubstr("search 2026-10 forecast 500.00: 5")));
}

TEST_F(CostCentreBudgetsTest, WhoIsBilledCountsWithWhatItCost) {
  set("engineering", actual("600.00"));
  look();
  world.run("2026-11-01T02:00:00Z");
  world.set_clock("2026-11-05T00:00:00Z");
  look();
  EXPECT_EQ(world.text("select sum(actual)::numeric(20, 2)::text from customer_spending where "
                       "month = '2026-10'"),
            "600.00");
  EXPECT_THAT(alerts(), IsEmpty()) << "what is over is not looked at any more";
}

TEST_F(CostCentreBudgetsTest, AnotherTreeMovesCustomersAtOnce) {
  set("sales", actual(sum_of({"acme", "initech"})));
  look();
  EXPECT_THAT(alerts(), IsEmpty());
  world.apply(with_tree(R"(
    <cost-centre name="sales"><member customer="initech"/><member customer="acme"/></cost-centre>)"));
  look();
  EXPECT_THAT(alerts(), ElementsAre(HasSubstr("sales 2026-10 actual")));
  world.apply(with_tree(R"(<cost-centre name="moon"><member plan="SMB"/></cost-centre>)"));
  world.set_clock("2026-10-11T00:00:05Z");
  look();
  EXPECT_EQ(world.number("select count(*) from customer_spending"), 0)
      << "the budget waits until there is such a cost centre again";
}

TEST_F(CostCentreBudgetsTest, IsMailedAndAnnouncedWithTheAlert) {
  auto connection = world.connect();
  connection.run_script({"endpoint", R"(
    insert into webhook_endpoint (customer_id, endpoint, url, kinds, description, secret, created_at)
    values (0, 'we_1', 'https://192.0.2.1/', '{cost_centre.budget_reached}', '', '', now()))"});
  set("engineering", actual("100.00"), {"cto@example.com", "cfo@example.com"});
  look();
  look();
  EXPECT_EQ(world.text("select string_agg(message_key || ' ' || recipient, ', ' order by "
                       "message_key) from outbox where kind = 'alert' and customer_id = 0"),
            "alert:1 cto@example.com, alert:1:1 cfo@example.com");
  EXPECT_EQ(world.text("select string_agg(kind || ' ' || (body::json -> 'data' ->> 'cost_centre'), "
                       "', ') from webhook_event where customer_id = 0"),
            "cost_centre.budget_reached engineering");
  EXPECT_NE(test::error_of([&] {
              auto owner = world.connect(store::Role::kOwner);
              owner.run_script({"test.change", "update cost_centre_alert set spent = 0"});
            }),
            "");
}

TEST_F(CostCentreBudgetsTest, AChargeThatThereIsNotIsRefusedWithWhatThereIs) {
  auto connection = world.connect();
  const auto version = world.versions().load(connection, *world.versions().active(connection));
  const config::Configuration& active = version->configuration();
  const auto wanted = insight::parse_budgets(actual("1.00", "bandwith"));
  const auto faults = accounts::faults_of(connection, active, std::nullopt, {}, wanted);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].reason,
              HasSubstr("there is no charge 'bandwith'; did you mean 'bandwidth'? there are "));
  EXPECT_THAT(accounts::faults_of(connection, active, std::nullopt, wanted, wanted), IsEmpty())
      << "what was there may stay";
  EXPECT_THAT(test::error_of([&] { accounts::require_cost_centre(active, "serch"); }),
              HasSubstr("there is no cost centre 'serch'; did you mean 'search'? there are"));
}

}  // namespace
}  // namespace reckoner::engine
