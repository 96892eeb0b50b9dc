#include "engine/budget_watch.hpp"

#include <gmock/gmock.h>

#include <thread>
#include <utility>

#include "metering/cut.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// acme and globex on Professional since September, which was billed: a fee of 500.00 and bandwidth
/// for 0.03 a MB beyond what is included. On 11 October each has used 2,000 MB: 175.21 so far.
class BudgetWatchTest : public testing::Test {
 protected:
  BudgetWatchTest() {
    world.set_clock("2026-09-01T00:00:00Z");
    for (const char* key : {"acme", "globex"}) {
      world.customer(key);
      world.subscribe(key, "Professional", "2026-09-01");
      world.bandwidth(key, "2000", "2026-09-10T10:00:00Z");
    }
    world.run("2026-10-01T02:00:00Z");
    world.set_clock("2026-10-11T00:00:00Z");
    for (const char* key : {"acme", "globex"}) use(key, "2000");
  }

  std::int64_t id_of(const std::string& key) {
    return world.number("select customer_id from customer_key where key = '" + key + "'");
  }
  void use(const char* customer, const char* megabytes) {
    world.bandwidth(customer, megabytes, "2026-10-10T10:00:00Z");
    close_cut();
  }
  void close_cut() {
    store::Connection connection = world.connect();
    metering::close_cut(connection, world.now());
  }
  void set_budgets(const std::string& customer, const std::string& budgets) {
    constexpr store::Statement kSet{"test.set_budgets", R"(
      insert into customer_setting (customer_id, also_to, budgets, changed_at, changed_by)
      values ($1, '{books@acme.example}', $2, $3, 'anna')
      on conflict (customer_id) do update
         set budgets = excluded.budgets, changed_at = excluded.changed_at)"};
    store::Connection connection = world.connect();
    connection.execute(kSet, {id_of(customer), budgets, world.now()});
  }
  BudgetWatch watch() {
    return {world.pool(), world.versions(), [this] { return world.now(); }};
  }
  BudgetWatch::Look look() { return watch().look(stop); }
  std::vector<std::string> alerts(const std::string& customer = "acme") {
    store::Connection connection = world.connect();
    std::vector<std::string> texts;
    for (const Alert& alert : list_alerts(connection, {id_of(customer)}, std::nullopt, 100)) {
      texts.insert(texts.begin(), std::to_string(alert.number) + " " + alert.month + " " +
                                      std::string(to_string(alert.reached.threshold.basis)) + " " +
                                      alert.reached.limit.to_string() + ": " +
                                      alert.reached.spent.to_string());
    }
    return texts;
  }
  std::int64_t mails() { return world.number("select count(*) from outbox where kind = 'alert'"); }

  test::BillingWorld world;
  const std::atomic<bool> stop{false};
};

const std::string kActual200 =
    R"([{"currency":"USD","amount":"200.00","thresholds":[{"on":"actual","percent":"80"},)"
    R"({"on":"actual","percent":"100"}]}])";

TEST_F(BudgetWatchTest, AThresholdIsToldOnce) {
  set_budgets("acme", kActual200);
  EXPECT_EQ(look().told, 1U);
  EXPECT_THAT(alerts(), ElementsAre("1 2026-10 actual 160.00: 175.21"));
  EXPECT_EQ(look().told, 0U);
  use("acme", "1000");
  EXPECT_EQ(look().told, 1U);
  EXPECT_THAT(alerts(),
              ElementsAre("1 2026-10 actual 160.00: 175.21", "2 2026-10 actual 200.00: 205.21"));
  use("acme", "1000");
  EXPECT_EQ(look().told, 0U);
  EXPECT_THAT(alerts("globex"), IsEmpty());
  world.expect_books_in_order();
}

TEST_F(BudgetWatchTest, OnlyWhomUsageTouchedIsLookedAt) {
  set_budgets("acme", kActual200);
  set_budgets("globex", kActual200);
  EXPECT_EQ(look().customers, 2U);
  world.set_clock("2026-10-11T00:10:00Z");
  look();  // settings are looked back at for a minute
  EXPECT_EQ(look().customers, 0U);
  use("globex", "1");
  EXPECT_EQ(look().customers, 1U);
  EXPECT_EQ(look().customers, 0U);
  set_budgets("acme", kActual200);
  EXPECT_EQ(look().customers, 1U);
  world.set_clock("2026-10-11T01:20:00Z");
  EXPECT_EQ(look().customers, 2U) << "all, once an hour";
}

TEST_F(BudgetWatchTest, UsageCountsFromItsCutOn) {
  set_budgets("acme", kActual200);
  look();
  world.bandwidth("acme", "1000", "2026-10-10T10:00:00Z");
  EXPECT_EQ(look().told, 0U);
  close_cut();
  EXPECT_EQ(look().told, 1U);
  const std::int64_t cut = world.number("select cut from cut_counter");
  EXPECT_EQ(world.number("select max(cut) from alert"), cut);
}

std::string usd(const std::string& amount) {
  return R"([{"currency":"USD","amount":")" + amount +
         R"(","thresholds":[{"on":"actual","percent":"100"}]}])";
}

TEST_F(BudgetWatchTest, AMonthFarFromItsThresholdsWaits) {
  set_budgets("acme", usd("1000000.00"));
  look();
  world.set_clock("2026-10-11T00:10:00Z");
  look();  // settings are looked back at for a minute
  BudgetWatch watch = this->watch();
  EXPECT_EQ(watch.look(stop).customers, 0U);
  use("acme", "1");
  EXPECT_EQ(watch.look(stop).customers, 1U);
  use("acme", "1");
  world.set_clock("2026-10-11T00:10:02Z");
  EXPECT_EQ(watch.look(stop).customers, 1U) << "one look does not say how it goes";
  use("acme", "1");
  world.set_clock("2026-10-11T00:10:21Z");
  EXPECT_EQ(watch.look(stop).customers, 0U);
  const auto behind = [&] {
    return world.number("select c.cut - l.cut from cut_counter c, budget_look l");
  };
  EXPECT_EQ(behind(), 1);
  use("acme", "1");
  EXPECT_EQ(watch.look(stop).customers, 0U);
  EXPECT_EQ(behind(), 2);
  world.set_clock("2026-10-11T00:10:22Z");
  EXPECT_EQ(watch.look(stop).customers, 1U);
  EXPECT_EQ(behind(), 0);
  EXPECT_EQ(watch.look(stop).customers, 0U);
}

TEST_F(BudgetWatchTest, AMonthThatComesNearIsLookedAtWithEveryCut) {
  set_budgets("acme", usd("300.00"));
  BudgetWatch watch = this->watch();
  watch.look(stop);  // 175.21
  for (const char* second : {"01", "02", "03", "04"}) {
    use("acme", "1000");  // 30.00
    world.set_clock(std::string("2026-10-11T00:00:") + second + "Z");
    const BudgetWatch::Look look = watch.look(stop);
    EXPECT_EQ(look.customers, 1U) << second;
    EXPECT_EQ(look.told, 0U) << second;
  }
  use("acme", "500");
  world.set_clock("2026-10-11T00:00:05Z");
  EXPECT_EQ(watch.look(stop).told, 1U);
}

TEST_F(BudgetWatchTest, ChangedSettingsAreLookedAtOnceAndAtOnce) {
  set_budgets("acme", usd("1000000.00"));
  BudgetWatch watch = this->watch();
  for (const char* second : {"01", "02", "03"}) {
    use("acme", "1");
    world.set_clock(std::string("2026-10-11T00:00:") + second + "Z");
    watch.look(stop);
  }
  set_budgets("acme", usd("100.00"));
  EXPECT_EQ(watch.look(stop).told, 1U);
  EXPECT_EQ(watch.look(stop).customers, 0U);
}

TEST_F(BudgetWatchTest, WhomAnotherProcessLookedAtWaitsNoLonger) {
  set_budgets("acme", usd("1000000.00"));
  look();
  world.set_clock("2026-10-11T00:10:00Z");
  look();
  BudgetWatch watch = this->watch();
  for (const char* second : {"01", "02", "03"}) {
    use("acme", "1");
    world.set_clock(std::string("2026-10-11T00:10:") + second + "Z");
    watch.look(stop);
  }
  EXPECT_EQ(look().customers, 1U);
  world.set_clock("2026-10-11T00:10:40Z");
  EXPECT_EQ(watch.look(stop).customers, 0U);
  use("acme", "1");
  EXPECT_EQ(watch.look(stop).customers, 1U);
}

TEST_F(BudgetWatchTest, ALookThatIsBrokenOffIsDoneAgain) {
  set_budgets("acme", kActual200);
  const std::atomic<bool> stopped{true};
  EXPECT_EQ(watch().look(stopped).customers, 0U);
  EXPECT_EQ(world.number("select count(*) from budget_look"), 0);
  EXPECT_EQ(look().told, 1U);
  world.set_clock("2026-10-11T00:10:00Z");
  look();
  BudgetWatch watch = this->watch();
  use("acme", "1000");
  EXPECT_EQ(watch.look(stopped).customers, 0U);
  EXPECT_EQ(watch.look(stop).told, 1U);
}

TEST_F(BudgetWatchTest, AClockThatIsSetBackLooksAtAll) {
  set_budgets("acme", kActual200);
  set_budgets("globex", kActual200);
  world.set_clock("2026-10-11T00:30:00Z");
  BudgetWatch watch = this->watch();
  watch.look(stop);
  use("acme", "1");
  world.set_clock("2026-10-11T00:30:01Z");
  watch.look(stop);
  use("acme", "1000");
  world.set_clock("2026-10-11T00:20:00Z");
  const BudgetWatch::Look look = watch.look(stop);
  EXPECT_EQ(look.customers, 2U);
  EXPECT_EQ(look.told, 1U);
}

TEST_F(BudgetWatchTest, ALongLookTakesUpWhatIsNew) {
  set_budgets("acme", kActual200);
  look();
  world.set_clock("2026-10-11T00:10:00Z");
  look();
  use("acme", "1");
  bool is_new = false;
  // The clock is read for the alert, behind the computation of what was spent.
  int reads = 0;
  BudgetWatch watch(world.pool(), world.versions(), [&] {
    if (++reads > 4 && !std::exchange(is_new, true)) {
      use("acme", "1000");
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    return world.now();
  });
  const BudgetWatch::Look look = watch.look(stop);
  EXPECT_EQ(look.customers, 2U);
  EXPECT_EQ(look.told, 1U);
}

TEST_F(BudgetWatchTest, MergedTotalsHideNobody) {
  set_budgets("acme", kActual200);
  set_budgets("globex", kActual200);
  look();
  world.set_clock("2026-10-11T00:10:00Z");
  look();
  use("globex", "1000");
  {
    store::Connection connection = world.connect();
    metering::merge_totals(connection);
  }
  EXPECT_EQ(look().customers, 1U);
  EXPECT_THAT(alerts("globex"),
              ElementsAre("1 2026-10 actual 160.00: 175.21", "2 2026-10 actual 200.00: 205.21"));
  {
    store::Connection connection = world.connect();
    metering::merge_totals(connection);
  }
  EXPECT_EQ(
      world.number("select count(*) from cut_touch c join customer_setting using (customer_id) "
                   "where c.first_at >= '2026-10-01'"),
      0);
}

TEST_F(BudgetWatchTest, ARestartTellsNothingTwice) {
  set_budgets("acme", kActual200);
  look();
  store::Connection connection = world.connect(store::Role::kOwner);
  connection.run_script({"test.forget", "delete from budget_look"});
  EXPECT_EQ(look().customers, 1U);
  EXPECT_EQ(alerts().size(), 1U);
  EXPECT_EQ(mails(), 2);
}

TEST_F(BudgetWatchTest, BelowAndAboveAgainIsNotToldTwice) {
  set_budgets("acme", kActual200);
  use("acme", "1000");
  EXPECT_EQ(look().told, 2U);
  use("acme", "-1000");
  EXPECT_EQ(look().told, 0U);
  use("acme", "1000");
  EXPECT_EQ(look().told, 0U);
  EXPECT_EQ(alerts().size(), 2U);
}

TEST_F(BudgetWatchTest, AnotherAmountIsAnotherThreshold) {
  set_budgets("acme", kActual200);
  look();
  world.set_clock("2026-10-11T00:00:05Z");
  set_budgets("acme", R"([{"currency":"USD","amount":"100.00","thresholds":[)"
                      R"({"on":"actual","percent":"80"}]}])");
  EXPECT_EQ(look().told, 1U);
  EXPECT_THAT(alerts(),
              ElementsAre("1 2026-10 actual 160.00: 175.21", "2 2026-10 actual 80.00: 175.21"));
}

TEST_F(BudgetWatchTest, AForecastIsToldBeforeItComes) {
  set_budgets("acme", R"([{"currency":"USD","amount":"500.00","thresholds":[)"
                      R"({"on":"forecast","percent":"100"},{"on":"actual","percent":"100"},)"
                      R"({"on":"forecast","percent":"200"}]}])");
  EXPECT_EQ(look().told, 1U);
  ASSERT_EQ(alerts().size(), 1U);
  EXPECT_THAT(alerts()[0], testing::StartsWith("1 2026-10 forecast 500.00: 5"));
}

TEST_F(BudgetWatchTest, OfAChargeOnlyThatChargeCounts) {
  set_budgets("acme", R"([{"currency":"USD","amount":"20.00","charge":"bandwidth","thresholds":[)"
                      R"({"on":"actual","amount":"13.00"},{"on":"actual","amount":"14.00"}]},)"
                      R"({"currency":"EUR","amount":"1.00"}])");
  EXPECT_EQ(look().told, 1U);
  EXPECT_THAT(alerts(), ElementsAre("1 2026-10 actual 13.00: 13.92"));
}

TEST_F(BudgetWatchTest, TwoAtOnceTellOnce) {
  set_budgets("acme", R"([{"currency":"USD","amount":"100.00"}])");
  std::atomic<std::size_t> told{0};
  for (int round = 0; round < 5; ++round) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] { told += watch().look(stop).told; });
    }
  }
  EXPECT_EQ(told, 3U);
  EXPECT_EQ(alerts().size(), 3U);
}

/// Without the turn that one process has at a time, the key of the table decides.
TEST_F(BudgetWatchTest, WhatAnotherHasToldMeanwhileIsNotKept) {
  set_budgets("acme", kActual200);
  look();
  store::Connection connection = world.connect();
  Alert again = list_alerts(connection, {id_of("acme")}, std::nullopt, 1).at(0);
  again.number = 0;
  store::Transaction transaction(connection);
  EXPECT_EQ(keep_alert(connection, again), std::nullopt);
  again.reached.charge = "bandwidth";
  EXPECT_EQ(keep_alert(connection, again), std::optional<std::int64_t>(2));
}

TEST_F(BudgetWatchTest, MailsGoToEveryAddressWithTheAlert) {
  set_budgets("acme", kActual200);
  look();
  EXPECT_EQ(
      world.text("select string_agg(message_key || ' ' || recipient, ', ' order by message_key) "
                 "from outbox where kind = 'alert'"),
      "alert:1 billing@acme.example, alert:1:1 books@acme.example");
}

TEST_F(BudgetWatchTest, IsAnnouncedWithTheAlert) {
  store::Connection connection = world.connect();
  connection.run_script({"endpoint", R"(
    insert into webhook_endpoint (customer_id, endpoint, url, kinds, description, secret, created_at)
    values (0, 'we_1', 'https://192.0.2.1/', '{budget.reached}', '', '', now()))"});
  set_budgets("acme", kActual200);
  look();
  look();
  EXPECT_EQ(
      world.text("select string_agg(kind || ' ' || (body::json -> 'data' ->> 'limit'), ', ') from "
                 "webhook_event"),
      "budget.reached 160.00");
}

TEST_F(BudgetWatchTest, AnAlertStaysAsItWasTold) {
  set_budgets("acme", kActual200);
  look();
  EXPECT_NE(test::error_of([&] {
              store::Connection connection = world.connect(store::Role::kOwner);
              connection.run_script({"test.change", "update alert set spent = 0"});
            }),
            "");
}

TEST_F(BudgetWatchTest, TheNextMonthBeginsAnew) {
  set_budgets("acme", kActual200);
  look();
  world.run("2026-11-01T02:00:00Z");
  world.set_clock("2026-11-20T00:00:00Z");
  look();
  EXPECT_THAT(alerts(),
              ElementsAre("1 2026-10 actual 160.00: 175.21", "2 2026-11 actual 160.00: 316.67",
                          "3 2026-11 actual 200.00: 316.67"));
}

}  // namespace
}  // namespace reckoner::engine
