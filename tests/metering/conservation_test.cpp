#include "metering/conservation.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "metering/correction.hpp"
#include "metering/cut.hpp"
#include "metering/meter_computing.hpp"
#include "metering/metering_metrics.hpp"
#include "metering/recompute.hpp"
#include "metering_database.hpp"
#include "support/billing.hpp"

namespace reckoner::metering {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ConservationTest : public MeteringTest {
 protected:
  ConservationTest() {
    give("acme", 1);
    connection.execute({"customer", "insert into customer_key values ('acme-ltd', 1)"});
    take({event("e1", "10"), event("e1", "10"), event("e2", "5"), event("stray", "1", "nobody")});
    close_cut(connection, received_at);
  }

  store::CheckOutcome check(std::string_view name) {
    for (const ConservationCheck& one : conservation_checks()) {
      if (one.name != name) continue;
      return one.run(connection, configuration());
    }
    throw Error("no such check");
  }
  config::Configuration configuration() const {
    config::Configuration configuration;
    configuration.meters = meters;
    return configuration;
  }
  std::vector<std::string> broken() {
    std::vector<std::string> names;
    for (const ConservationCheck& one : conservation_checks()) {
      if (!one.run(connection, configuration()).holds()) names.emplace_back(one.name);
    }
    return names;
  }
  /// What no program of ours would do.
  void plant(std::string_view sql) {
    store::Connection owner({.conninfo = owner_conninfo()});
    owner.run_script({"plant", fmt::format("set session_replication_role = replica; {}", sql)});
  }
  /// As the superuser, who alone may leave triggers out.
  std::string owner_conninfo() const {
    return test::as_role(MeteringTest::owner_conninfo(), store::Role::kSuperuser);
  }
  void new_meter(const std::string& name, domain::Aggregation aggregation, std::int64_t since) {
    domain::Meter meter = meters.front();
    meter.name = name;
    meter.aggregation = aggregation;
    meters.push_back(meter);
    connection.execute({"life", R"(
      insert into meter_life (meter, since_batch, created_at, updated_at, definition)
      values ($1, $2, $3, $3, sha256('x')))"},
                       {name, since, received_at});
  }
  Recomputed recompute() { return recompute_totals(connection, meters::MeterReader(meters)); }
};

TEST_F(ConservationTest, HoldsForWhatMeteringDoes) {
  void_event(connection, meters::MeterReader(meters), {"gateway", "e1"},
             {"twice", "ada", received_at});
  take({event("e3", "1"), event("e2", "6")});
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_THAT(check("deliveries").remarks,
              ElementsAre("namespace default: 6 received = 3 counted + 1 duplicate + 2 quarantined "
                          "+ 0 dropped"));
  EXPECT_THAT(check("billed").remarks,
              ElementsAre("0 events billed, 0 open",
                          "not priced: customer acme-ltd, meter bandwidth: 2 events: no "
                          "subscription then"));
  EXPECT_EQ(check("batches").checked, 3);
  EXPECT_EQ(check("events").checked, 3);
  EXPECT_EQ(check("voids").checked, 1);
  EXPECT_EQ(check("cuts").checked, 2);
}

TEST_F(ConservationTest, NamesANamespaceWhoseDeliveriesWentMissing) {
  plant("delete from quarantine");
  const auto outcome = check("deliveries");
  EXPECT_THAT(outcome.wrong,
              ElementsAre("namespace default: 4 received = 2 counted + 1 duplicate + 0 quarantined "
                          "+ 0 dropped + 1"));
  EXPECT_THAT(check("days").wrong, ElementsAre(HasSubstr("namespace default, 2026-11-02: 4")));
}

TEST_F(ConservationTest, NamesADayWhoseDeliveriesAreOfAnother) {
  plant("update quarantine_day set day = '2026-11-01'");
  EXPECT_TRUE(check("deliveries").holds());
  EXPECT_THAT(check("days").wrong, ElementsAre(HasSubstr("2026-11-01: 0 received"),
                                               HasSubstr("2026-11-02: 4 received")));
  plant("update quarantine_day set deliveries = 7");
  EXPECT_THAT(check("days").wrong.back(), HasSubstr("event stray: 1 deliveries in quarantine, 7"));
}

TEST_F(ConservationTest, NamesABatchThatIsNotWhatItSays) {
  plant("update ingest_batch set counted = 3, received = 5");
  EXPECT_THAT(check("batches").wrong,
              ElementsAre("batch 1 of test: 5 received, 3 counted; tallied: 4 and 2; 2 keys, 2 raw "
                          "events"));
  plant("delete from ingest_batch");
  EXPECT_THAT(check("batches").wrong,
              ElementsAre("batch 1 is not there, but 4 tallied, 2 keys and 2 events are of it"));
}

TEST_F(ConservationTest, NamesAnEventWithoutAKeyAndAKeyWithoutAnEvent) {
  plant("update raw_event set event_id = 'e9' where event_id = 'e2'");
  const auto outcome = check("events");
  EXPECT_EQ(outcome.wrong_total, 2);
  EXPECT_THAT(outcome.wrong, testing::UnorderedElementsAre(
                                 "event 'e9' of source 'gateway' in batch 1 has no key",
                                 HasSubstr("in namespace default, of batch 1, has no raw event")));
}

TEST_F(ConservationTest, NamesAnEventWhoseContentOrBatchWasChanged) {
  plant("update raw_event set data = '{\"bytes\":6}' where event_id = 'e2'");
  EXPECT_THAT(check("events").wrong,
              ElementsAre("event 'e2' of source 'gateway' in batch 1 is not the content that its "
                          "key was taken for"));
  plant("update raw_event set batch_id = 7 where event_id = 'e1'");
  EXPECT_THAT(check("events").wrong, testing::Contains("event 'e1' of source 'gateway' in batch 7: "
                                                       "its key says batch 1"));
  EXPECT_THAT(broken(), testing::IsSupersetOf({"batches", "events"}));
}

TEST_F(ConservationTest, NamesAnEventThatIsThereTwice) {
  plant("insert into raw_event select * from raw_event where event_id = 'e1'");
  EXPECT_THAT(check("batches").wrong, ElementsAre(HasSubstr("2 keys, 3 raw events")));
}

TEST_F(ConservationTest, NamesAVoidWithoutItsEventOrSuccessor) {
  amend_event(connection, meters::MeterReader(meters), {"gateway", "e1"},
              {.occurred_at = received_at}, {"typo", "ada", received_at});
  EXPECT_TRUE(check("voids").holds());
  plant("delete from raw_event where event_id = 'e1~1'");
  EXPECT_THAT(check("voids").wrong,
              ElementsAre("void of event 'e1' of source 'gateway': its successor is missing"));
  plant("delete from raw_event where event_id = 'e1'");
  EXPECT_THAT(check("voids").wrong,
              ElementsAre("void of event 'e1' of source 'gateway': the event is missing"));
}

TEST_F(ConservationTest, NamesWhatACutLeftBehind) {
  take({event("e3", "1")});
  plant("update ingest_batch set cut = 1");
  EXPECT_THAT(check("cuts").wrong,
              ElementsAre("1 deltas of batch 2: cut 1 was closed without them"));
  plant("update ingest_batch set cut = 9; delete from usage_delta");
  EXPECT_THAT(check("cuts").wrong, testing::Contains("batch 2 is of cut 9, which was not closed"));
}

TEST_F(ConservationTest, NamesCustomerAndMeterWhoseTotalsAreNotTheEvents) {
  plant("update usage_total set event_count = 3");
  EXPECT_THAT(check("totals").wrong, ElementsAre("customer acme-ltd, meter bandwidth: 2 counted, 0 "
                                                 "voided, 3 in totals"));
  plant("update usage_total set event_count = 1");
  EXPECT_FALSE(check("totals").holds());
  meters.front().filters = {
      {.path = "$.bytes", .test = domain::Meter::Filter::Test::kExists, .values = {}}};
  EXPECT_TRUE(check("totals").holds()) << "filters may let events pass";
  EXPECT_THAT(check("totals").remarks, ElementsAre("1 passed by filters"));
}

TEST_F(ConservationTest, RecomputingNamesEachTotalThatDiffers) {
  take({event("e4", "3", "acme", "2026-10-07T00:00:00Z")});
  EXPECT_THAT(recompute().totals.wrong, IsEmpty());
  EXPECT_EQ(recompute().totals.checked, 2);
  plant("update usage_total set value_sum = 16");
  plant("delete from usage_delta");
  plant(
      "insert into usage_delta (customer_id, batch_id, meter, subject, dimensions, bucket, "
      "event_count, value_sum, value_min, value_max) values (2, 9, 'bandwidth', 'x', 'a=b', "
      "'2026-10-07T00:00:00Z', 1, 1, 1, 1)");
  EXPECT_THAT(
      recompute().totals.wrong,
      ElementsAre(
          "customer acme-ltd, meter bandwidth, subject 'acme', 2026-10-05T12:00:00Z: stored "
          "2 events, sum 16, 5 to 10; raw events give 2 events, sum 15, 5 to 10",
          "customer acme-ltd, meter bandwidth, subject 'acme', 2026-10-07T00:00:00Z: stored "
          "nothing; raw events give 1 events, sum 3, 3 to 3",
          "customer number 2, meter bandwidth, subject 'x' [a=b], 2026-10-07T00:00:00Z: "
          "stored 1 events, sum 1, 1 to 1; raw events give 0 events, sum 0"));
}

TEST_F(ConservationTest, RecomputingFollowsVoidsAndWhatIsNotInTheConfigurationAnyMore) {
  amend_event(connection, meters::MeterReader(meters), {"gateway", "e1"},
              {.data = text::Json::object({{"bytes", text::Json::number("11")}})},
              {"typo", "ada", received_at});
  merge_totals(connection);
  const Recomputed done = recompute();
  EXPECT_THAT(done.totals.wrong, IsEmpty());
  EXPECT_THAT(done.events.remarks, ElementsAre("3 counted = 2 in totals + 1 voided + 0 passed"));
  meters.clear();
  EXPECT_THAT(recompute().totals.remarks,
              ElementsAre("meter bandwidth is not in the configuration any more: its 1 totals are "
                          "left out"));
}

TEST_F(ConservationTest, ANewMeterIsComputedOverOldEventsOnce) {
  take({event("e4", "3", "acme", "2026-10-07T00:00:00Z")});
  void_event(connection, meters::MeterReader(meters), {"gateway", "e2"},
             {"twice", "ada", received_at});
  new_meter("transfers", domain::Aggregation::kCount, 99);
  const auto compute = [&](std::optional<time::Instant> from) {
    return compute_meter(connection, meters::MeterReader(meters), "transfers", from, received_at);
  };
  const auto counted = [&] {
    return number(
        "select coalesce(sum(event_count), 0)::bigint from (select meter, event_count from "
        "usage_total union all select meter, event_count from usage_delta) t "
        "where meter = 'transfers'");
  };
  const ComputedMeter late = compute(time::parse_instant("2026-10-06T00:00:00Z"));
  EXPECT_EQ(late.counted, 1);
  EXPECT_EQ(late.read, 2);
  EXPECT_EQ(counted(), 1);
  EXPECT_FALSE(compute(time::parse_instant("2026-10-06T00:00:00Z")).batch) << "repeated";
  EXPECT_FALSE(compute(time::parse_instant("2026-10-08T00:00:00Z")).batch) << "a part of it";
  EXPECT_EQ(counted(), 1);
  EXPECT_THAT(recompute().totals.wrong, IsEmpty());
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_EQ(compute(std::nullopt).counted, 1) << "only what it did not count yet";
  EXPECT_EQ(counted(), 2);
  EXPECT_FALSE(compute(std::nullopt).batch);
  close_cut(connection, received_at);
  EXPECT_EQ(counted(), 2);
  EXPECT_THAT(recompute().totals.wrong, IsEmpty());
  EXPECT_THAT(broken(), IsEmpty());
  EXPECT_THAT(void_event(connection, meters::MeterReader(meters), {"gateway", "e1"},
                         {"twice", "ada", received_at})
                  .meters,
              ElementsAre("bandwidth", "transfers"));
  EXPECT_EQ(counted(), 1);
  EXPECT_EQ(test::error_of([&] {
              compute_meter(connection, meters::MeterReader(meters), "unknown", {}, received_at);
            }),
            "there is no meter 'unknown'");
}

TEST_F(ConservationTest, AComputationThatIsKilledLeavesNothing) {
  new_meter("latest", domain::Aggregation::kLatest, 99);
  struct Killed {};
  EXPECT_THROW(compute_meter(connection, meters::MeterReader(meters), "latest", std::nullopt,
                             received_at, [](std::int64_t) { throw Killed(); }),
               Killed);
  EXPECT_EQ(number("select count(*) from usage_point"), 0);
  EXPECT_EQ(number("select since_batch from meter_life"), 99);
  const auto done =
      compute_meter(connection, meters::MeterReader(meters), "latest", std::nullopt, received_at);
  EXPECT_EQ(done.counted, 2);
  EXPECT_EQ(text("select string_agg(concat_ws('|', batch_id, seq, value), ', ' order by seq) "
                 "from usage_point"),
            "1|0|10, 1|2|5")
      << "of the events' own batch and place, where voids find them";
  EXPECT_EQ(number("select count(*) from usage_delta where carries"), 1);
}

TEST_F(ConservationTest, MetricsSayWhatWaitsAndWhatBecameOfDeliveries) {
  take({event("e5", "1")});
  const time::Instant now = received_at + std::chrono::seconds(90);
  EXPECT_THAT(metering_metrics(connection, now),
              testing::AllOf(HasSubstr("\nreckoner_metering_cut_lag_seconds 90\n"),
                             HasSubstr("\nreckoner_metering_unclaimed_batches 1\n"),
                             HasSubstr("\nreckoner_metering_quarantine_open 1\n"),
                             HasSubstr("\nreckoner_metering_deliveries_received_total"
                                       "{namespace=\"default\"} 5\n"),
                             HasSubstr("\nreckoner_metering_deliveries{namespace=\"default\","
                                       "outcome=\"counted\"} 3\n"),
                             HasSubstr("outcome=\"dropped\"} 0\n")));
  EXPECT_EQ(test::error_of([&] { require_cut_within(connection, now, std::chrono::seconds(90)); }),
            "");
  EXPECT_EQ(test::error_of([&] { require_cut_within(connection, now, std::chrono::seconds(89)); }),
            "usage has waited PT1M30S for a cut (batch 2 of test, 1 batches in all), longer than "
            "billing.metering.cutLagMax allows: look why no cut was closed, then close one with: "
            "reckoner cut");
  close_cut(connection, now);
  EXPECT_THAT(metering_metrics(connection, now),
              HasSubstr("\nreckoner_metering_cut_lag_seconds 0\n"));
}

/// Against documents of the engine.
class BilledTest : public test::BillingTest {
 protected:
  store::CheckOutcome billed() {
    store::Connection connection = world.connect();
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    for (const ConservationCheck& one : conservation_checks()) {
      const auto outcome = one.run(connection, version->configuration());
      EXPECT_THAT(outcome.wrong, IsEmpty()) << one.name;
      if (one.name == "billed") return outcome;
    }
    throw Error("no such check");
  }
};

TEST_F(BilledTest, TellsBilledFromOpenAndWhyTheRestIsNotPriced) {
  world.set_clock("2026-10-01T00:00:00Z");
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-10");
  world.bandwidth("acme", "1", "2026-10-05T12:00:00Z");
  world.bandwidth("acme", "2", "2026-10-12T12:00:00Z");
  world.bandwidth("acme", "3", "2026-10-13T12:00:00Z");
  EXPECT_THAT(billed().remarks,
              ElementsAre("0 events billed, 2 open",
                          "not priced: customer acme, meter bandwidth: 1 events: no subscription "
                          "then"));
  world.run("2026-11-01T02:00:00Z");
  EXPECT_EQ(billed().remarks.front(), "2 events billed, 0 open");
  world.bandwidth("acme", "4", "2026-10-14T12:00:00Z");
  EXPECT_EQ(billed().remarks.front(), "2 events billed, 1 open");
}

TEST_F(BilledTest, NamesUsageThatTwoSubscriptionsWouldBill) {
  world.set_clock("2026-10-01T00:00:00Z");
  world.customer("acme");
  world.subscribe("acme", "Professional", "2026-10-01");
  world.subscribe_twice("acme", "Professional", "2026-10-01");
  world.bandwidth("acme", "1", "2026-10-05T12:00:00Z");
  store::Connection connection = world.connect();
  const auto version =
      world.versions().load(connection, world.versions().active(connection).value());
  EXPECT_THAT(conservation_checks().back().run(connection, version->configuration()).wrong,
              ElementsAre("customer acme, meter bandwidth: 1 in totals, 0 billed + 2 open + 0 not "
                          "priced"));
}

}  // namespace
}  // namespace reckoner::metering
