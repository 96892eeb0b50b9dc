// What totals, points and raw events give together.

#include <gmock/gmock.h>

#include "engine/facts.hpp"
#include "metering/cut.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"

namespace reckoner::engine {

namespace {

using money::Decimal;
using test::edited;
using test::error_of;
using testing::ElementsAre;

constexpr std::string_view kMoreMeters = R"(
  <meter name="least" event-type="cartridge" aggregation="min" value="hours" unit="hour"/>
  <meter name="most" event-type="cartridge" aggregation="max" value="hours" unit="hour"/>
  <meter name="last" event-type="cartridge" aggregation="latest" value="hours" unit="hour"/>
  <meter name="level" event-type="cartridge" aggregation="time-weighted-sum" value="hours" unit="h"/>
  <meter name="change" event-type="cartridge" aggregation="time-weighted-sum" reports="change"
         value="hours" unit="h"/>
  <meter name="alive" event-type="cartridge" aggregation="heartbeat" gap="PT10M" per="PT1M" unit="minute"/>
  <meter name="different" event-type="cartridge" aggregation="unique-count" value="$.hours" unit="hour"/>
  <meter name="big" event-type="cartridge" aggregation="sum" expression="2 * hours" unit="hour">
    <filter path="hours" not-in="1, 2"/>
  </meter>
</meters>)";

time::Period period(std::string_view from, std::string_view until) {
  return {time::parse_instant("2026-10-05T" + std::string(from) + ":00Z"),
          time::parse_instant("2026-10-05T" + std::string(until) + ":00Z")};
}

class FactsUsage : public test::BillingTest {
 protected:
  void SetUp() override {
    world.customer("acme");
    world.apply(edited(world.files(), "meters.xml", "</meters>", std::string(kMoreMeters)));
    version_ = world.versions().load(connection, world.versions().active(connection).value());
    customer_ = {world.number("select customer_id from customer where key = 'acme'")};
  }

  void used(std::string_view hours, std::string_view clock) {
    world.cartridge("acme", hours, "2026-10-05T" + std::string(clock) + ":00Z");
  }
  std::int64_t cut() { return metering::close_cut(connection, world.now()); }

  /// Voids the event of that time, as metering does: a fact of a batch of its own, which takes back
  /// what the event added.
  void void_event(std::string_view clock) {
    store::Transaction transaction(connection);
    const auto batch =
        connection
            .query({"test.batch",
                    "insert into ingest_batch (source, received_at, received, counted, duplicate, "
                    "quarantined) values ('void', $1, 0, 0, 0, 0) returning batch_id"},
                   {world.now()})
            .only()
            .int64(0);
    const time::Instant at = time::parse_instant("2026-10-05T" + std::string(clock) + ":00Z");
    ASSERT_EQ(connection.execute(
                  {"test.void",
                   "insert into event_void (customer_id, event_batch, event_seq, batch_id, "
                   "namespace, key, "
                   "source, event_id, type, subject, occurred_at, reason, voided_by, voided_at) "
                   "select customer_id, batch_id, seq, $2, namespace, gen_random_uuid(), source, "
                   "event_id, "
                   "type, subject, occurred_at, 'wrong', 'test', $3 from raw_event where "
                   "occurred_at = $1"},
                  {at, batch, world.now()}),
              1);
    connection.execute(
        {"test.take_back",
         "insert into usage_delta (customer_id, batch_id, meter, subject, dimensions, bucket, "
         "event_count, value_sum) select t.customer_id, $2, m.meter, e.subject, '', "
         "date_bin('15 minutes', e.occurred_at, timestamptz '2000-01-01'), -1, "
         "case when m.meter = 'big' then -2 else -1 end * (e.data::jsonb ->> 'hours')::numeric "
         "from raw_event e join customer t on t.customer_id = e.customer_id "
         "join (select distinct meter from usage_total) m on true where e.occurred_at = $1"},
        {at, batch});
    transaction.commit();
  }

  const domain::Meter& meter(const std::string& name) {
    return *version_->meter_reader().find(name);
  }
  /// What the meter measured, as invoices have it.
  std::string measured(const std::string& name, const time::Period& when,
                       const Knowledge& knowledge) {
    store::Transaction transaction(connection);
    FactReader facts(connection, knowledge);
    if (!domain::is_folded(meter(name).aggregation)) {
      const QuantityQuery query{customer_, &meter(name), {when}, {}};
      return facts.quantities(std::span(&query, 1)).front().total.to_string();
    }
    const UsageQuery query{customer_, when};
    const auto usage = facts.usage(std::span(&query, 1), {name}, version_->meter_reader()).front();
    usage::Fold details;
    const auto in_detail =
        facts.usage_details(std::span(&query, 1), {name}, version_->meter_reader());
    for (const UsageDetail& detail : in_detail.front()) details.merge(detail.fold);
    const auto fold = usage.find(name);
    const Decimal quantity = fold == usage.end()
                                 ? Decimal(0)
                                 : usage::quantity_of(fold->second, meter(name).aggregation);
    EXPECT_EQ(usage::quantity_of(details, meter(name).aggregation), quantity)
        << "in detail it is the same";
    return quantity.to_string();
  }
  std::string now(const std::string& name, const time::Period& when) {
    return measured(name, when, {.cut = cut(), .tail = false});
  }

  store::Connection connection = world.connect();
  std::shared_ptr<const CompiledVersion> version_;
  CustomerId customer_;
};

TEST_F(FactsUsage, AnEndWithinAQuarterHourIsReadFromTheEvents) {
  used("1", "14:16");
  used("2", "14:20");
  used("4", "14:29");
  used("8", "14:31");
  EXPECT_EQ(now("cartridge", period("14:00", "15:00")), "15");
  EXPECT_EQ(now("cartridge", period("14:00", "14:20")), "1");
  EXPECT_EQ(now("cartridge", period("14:20", "15:00")), "14");
  EXPECT_EQ(now("cartridge", period("14:20", "14:25")), "2");
  EXPECT_EQ(now("cartridge", period("14:20", "14:31")), "6");
  EXPECT_EQ(now("most", period("14:20", "14:31")), "4");
  EXPECT_EQ(now("big", period("14:17", "14:31")), "8") << "2 × 4, and the 2 does not pass";
}

TEST_F(FactsUsage, TheTailIsReadFromTheEventsAsWell) {
  used("1", "14:16");
  const std::int64_t known = cut();
  used("2", "14:17");
  EXPECT_EQ(measured("cartridge", period("14:15", "14:20"), {known, false}), "1");
  EXPECT_EQ(measured("cartridge", period("14:15", "14:20"), {known, true}), "3");
  EXPECT_EQ(measured("last", period("14:15", "14:20"), {known, false}), "1");
  EXPECT_EQ(measured("last", period("14:15", "14:20"), {known, true}), "2");
}

TEST_F(FactsUsage, AVoidedExtremeIsNoExtreme) {
  used("5", "14:16");
  used("9", "14:17");
  used("1", "14:18");
  used("3", "15:00");
  const std::int64_t before = cut();
  void_event("14:17");
  void_event("14:18");
  EXPECT_EQ(measured("most", period("14:00", "16:00"), {before, false}), "9");
  EXPECT_EQ(measured("most", period("14:00", "16:00"), {before, true}), "5");
  const std::int64_t after = cut();
  EXPECT_EQ(measured("most", period("14:00", "16:00"), {after, false}), "5");
  EXPECT_EQ(measured("least", period("14:00", "16:00"), {after, false}), "3");
  EXPECT_EQ(measured("cartridge", period("14:00", "16:00"), {after, false}), "8");
  EXPECT_EQ(measured("cartridge", period("14:10", "14:17"), {after, false}), "5");
  EXPECT_EQ(measured("most", period("14:00", "16:00"), {before, false}), "9")
      << "an older state of knowledge stays what it was";
}

TEST_F(FactsUsage, VoidedEventsAreNoPointsAndNoTransactions) {
  used("5", "14:00");
  used("9", "14:05");
  used("9", "14:40");
  const std::int64_t before = cut();
  void_event("14:40");
  const std::int64_t after = cut();
  EXPECT_EQ(measured("last", period("14:00", "15:00"), {before, false}), "9");
  EXPECT_EQ(measured("different", period("14:00", "15:00"), {after, false}), "2");
  EXPECT_EQ(measured("different", period("14:10", "15:00"), {before, false}), "1");
  EXPECT_EQ(measured("different", period("14:10", "15:00"), {after, false}), "0");
  void_event("14:05");
  EXPECT_EQ(now("last", period("15:00", "16:00")), "5") << "what was carried in was voided";
  store::Transaction transaction(connection);
  FactReader facts(connection, {.cut = after, .tail = false});
  const UsageQuery query{customer_, period("14:00", "15:00")};
  EXPECT_THAT(facts.transactions(std::span(&query, 1), meter("cartridge"), version_->meter_reader())
                  .front(),
              ElementsAre(Decimal(5), Decimal(9)));
}

TEST_F(FactsUsage, LevelsCarryOverAndHeartbeatsReachAcross) {
  used("2", "13:00");
  used("3", "13:55");
  used("1", "14:03");
  EXPECT_EQ(now("last", period("16:00", "17:00")), "1");
  // 3 for 3 minutes, 1 for 57
  EXPECT_EQ(now("level", period("14:00", "15:00")), "1.1");
  // 5 for 3 minutes, 6 for 57
  EXPECT_EQ(now("change", period("14:00", "15:00")), "5.95");
  EXPECT_EQ(now("alive", period("13:00", "14:00")), "5");
  EXPECT_EQ(now("alive", period("14:00", "15:00")), "3");
  EXPECT_EQ(now("alive", period("15:00", "16:00")), "0");
}

TEST_F(FactsUsage, GroupsAreByWindowToo) {
  used("2", "13:00");
  used("4", "14:30");
  const QuantityQuery query{
      customer_, &meter("level"), {period("13:00", "14:00"), period("14:00", "15:00")}, {}};
  const std::int64_t known = cut();
  store::Transaction transaction(connection);
  FactReader facts(connection, {.cut = known, .tail = false});
  const Quantities quantities = facts.quantities(std::span(&query, 1)).front();
  EXPECT_EQ(quantities.total, Decimal(5));
  ASSERT_EQ(quantities.groups.size(), 2U);
  EXPECT_EQ(quantities.groups[0].quantity, Decimal(2));
  EXPECT_EQ(quantities.groups[1].quantity, Decimal(3));
}

TEST_F(FactsUsage, TheCommonCaseIsOneQuery) {
  used("2", "13:00");
  const std::int64_t known = cut();
  store::Transaction transaction(connection);
  FactReader facts(connection, {.cut = known, .tail = false});
  const std::vector<UsageQuery> queries(100, {customer_, period("13:00", "14:00")});
  const std::int64_t before = connection.statements_executed();
  facts.usage(queries, {"cartridge", "bandwidth"}, version_->meter_reader());
  EXPECT_EQ(connection.statements_executed() - before, 1);
  facts.usage(queries, {"cartridge", "storage"}, version_->meter_reader());
  EXPECT_EQ(connection.statements_executed() - before, 3) << "a maximum asks for what was voided";
}

TEST_F(FactsUsage, AMeterCountsWhatItCounted) {
  used("2", "13:01");
  const std::int64_t batch = world.number("select max(batch_id) from ingest_batch");
  used("3", "13:02");
  store::Connection owner = world.connect(store::Role::kOwner);
  owner.execute({"test.life",
                 "insert into meter_life (meter, since_batch, created_at, updated_at, definition) "
                 "values ('cartridge', $1, $2, $2, sha256('')) on conflict (meter) do update "
                 "set since_batch = excluded.since_batch"},
                {batch, world.now()});
  EXPECT_EQ(now("cartridge", period("13:00", "13:10")), "3");
  EXPECT_EQ(now("most", period("13:00", "13:10")), "3");
  owner.execute({"test.computed", "update meter_life set computed_from = $1"},
                {time::parse_instant("2026-10-01T00:00:00Z")});
  EXPECT_EQ(now("cartridge", period("13:00", "13:10")), "5");
}

TEST_F(FactsUsage, ArchivedEventsAreMissed) {
  used("2", "13:01");
  store::Connection owner = world.connect(store::Role::kOwner);
  owner.execute(
      {"test.archive",
       "insert into archived_month (month, file, sha256, first_batch, last_batch, events, "
       "archived_at, archived_by) values ('2026-10', 'x', sha256(''), 1, 2, 1, $1, 'x')"},
      {world.now()});
  EXPECT_EQ(now("cartridge", period("13:00", "14:00")), "2");
  EXPECT_THAT(error_of([&] { now("cartridge", period("13:00", "13:10")); }),
              testing::HasSubstr("archived"));
}

TEST_F(FactsUsage, LateLevelsTouchAllThatComesAfter) {
  used("2", "13:00");
  cut();
  EXPECT_EQ(world.text("select last_at::text from cut_touch"), "infinity");
  world.bandwidth("acme", "1", "2026-10-05T13:00:00Z");
  cut();
  EXPECT_EQ(world.text("select last_at::text from cut_touch order by cut desc limit 1"),
            "2026-10-05 13:00:00+00");
}

}  // namespace

}  // namespace reckoner::engine
