#include "metering/correction.hpp"

#include <gmock/gmock.h>

#include "metering/cut.hpp"
#include "metering_database.hpp"
#include "support/billing.hpp"

namespace reckoner::metering {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CorrectionTest : public MeteringTest {
 protected:
  CorrectionTest() { give("acme", 1); }

  Corrected undo(const std::string& id, const std::string& reason = "sent twice") {
    return void_event(connection, meters::MeterReader(meters), {"gateway", id},
                      {reason, "ada", received_at});
  }
  Corrected amend(const std::string& id, std::string_view bytes) {
    return amend(
        id,
        Amendment{.data = text::Json::object({{"bytes", text::Json::number(std::string(bytes))}})});
  }
  Corrected amend(const std::string& id, const Amendment& amendment) {
    return amend_event(connection, meters::MeterReader(meters), {"gateway", id}, amendment,
                       {"a typo", "ada", received_at});
  }
  static std::string error_of(const std::function<void()>& action) {
    return test::error_of(action);
  }
};

TEST_F(CorrectionTest, AVoidTakesBackWhatTheEventAddedAndClosesItsCut) {
  take({event("e1", "10"), event("e2", "5")});
  EXPECT_EQ(close_cut(connection, received_at), 1);
  const Corrected done = undo("e1");
  EXPECT_EQ(done.cut, 2);
  EXPECT_EQ(done.event.data, R"({"bytes":10})");
  EXPECT_THAT(done.meters, ElementsAre("bandwidth"));
  EXPECT_EQ(quantity(1), "5");
  EXPECT_EQ(text("select string_agg(concat_ws('|', cut, event_count, value_sum, value_min), ', ' "
                 "order by cut) from usage_total"),
            "1|2|15|5, 2|-1|-10");
  EXPECT_EQ(text("select concat_ws('|', event_batch, batch_id, namespace, source, event_id, type, "
                 "subject, reason, voided_by, successor_id) from event_void"),
            "1|2|default|gateway|e1|transfer|acme|sent twice|ada|");
  EXPECT_EQ(number("select count(*) from cut_touch where cut = 2 and customer_id = 1"), 1);
  EXPECT_EQ(number("select count(*) from raw_event"), 2) << "a new fact, never an overwrite";
  EXPECT_EQ(text("select concat_ws('|', source, received, counted, cut) from ingest_batch "
                 "where batch_id = 2"),
            "void|0|0|2");
}

TEST_F(CorrectionTest, AVoidOfWhatIsInNoCutYetLeavesNothing) {
  take({event("e1", "10")});
  EXPECT_EQ(undo("e1").cut, 1);
  EXPECT_EQ(text("select concat_ws('|', event_count, value_sum) from usage_total"), "0|0");
  EXPECT_EQ(number("select count(*) from usage_delta"), 0);
}

TEST_F(CorrectionTest, TotalsWithAVoidKeepNoExtremesHoweverTheyAreMerged) {
  take({event("e1", "10"), event("e2", "5")});
  close_cut(connection, received_at);
  undo("e1");
  merge_totals(connection);
  EXPECT_EQ(text("select concat_ws('|', event_count, value_sum, coalesce(value_min::text, 'raw'), "
                 "coalesce(value_max::text, 'raw')) from usage_total"),
            "1|5|raw|raw");
}

TEST_F(CorrectionTest, AVoidedEventDeliveredAgainIsADuplicateAndStaysVoid) {
  take({event("e1", "10")});
  undo("e1");
  EXPECT_EQ(take({event("e1", "10")}), (IngestCounts{1, 0, 1, 0}));
  close_cut(connection, received_at);
  EXPECT_EQ(quantity(1), "0");
}

TEST_F(CorrectionTest, OnlyWhatCountsCanBeVoidedOnce) {
  EXPECT_EQ(error_of([&] { undo("e1"); }), "there is no event 'e1' of source 'gateway'");
  take({event("stray", "1", "nobody")});
  EXPECT_EQ(error_of([&] { undo("stray"); }),
            "event 'stray' of source 'gateway' was never counted, it is in quarantine: no customer "
            "has the subject 'nobody' at 2026-10-05T12:00:00Z");
  take({event("e1", "10")});
  undo("e1", "sent twice");
  const std::int64_t batches = number("select count(*) from ingest_batch");
  EXPECT_EQ(error_of([&] { undo("e1"); }),
            "event 'e1' of source 'gateway' was voided by ada at 2026-11-02T08:00:00Z: sent twice");
  EXPECT_EQ(error_of([&] { amend("e1", "3"); }),
            "event 'e1' of source 'gateway' was voided by ada at 2026-11-02T08:00:00Z: sent twice");
  EXPECT_EQ(error_of([&] { undo("e1", " "); }), "a correction needs a reason");
  EXPECT_EQ(number("select count(*) from ingest_batch"), batches) << "nothing was stored";
}

TEST_F(CorrectionTest, AnAmendmentCountsInTheEventsPlaceFromTheSameCut) {
  take({event("e1", "10"), event("e2", "5")});
  close_cut(connection, received_at);
  const Corrected done = amend("e1", "7");
  EXPECT_EQ(done.cut, 2);
  ASSERT_TRUE(done.successor);
  EXPECT_EQ(done.successor->id, "e1~1");
  EXPECT_EQ(quantity(1), "12");
  EXPECT_EQ(text("select successor_id from event_void"), "e1~1");
  EXPECT_EQ(text("select concat_ws('|', customer_id, batch_id, source, data, occurred_at at time "
                 "zone 'UTC') from raw_event where event_id = 'e1~1'"),
            R"(1|2|gateway|{"bytes":7}|2026-10-05 12:00:00)");
  EXPECT_EQ(text("select concat_ws('|', received, counted) from ingest_tally where batch_id = 2"),
            "1|1");
  EXPECT_EQ(number("select count(*) from event_key where batch_id = 2"), 1);
  EXPECT_THAT(error_of([&] { undo("e1"); }), HasSubstr("(what counts since is 'e1~1')"));
}

TEST_F(CorrectionTest, SuccessorsAreNumberedAndMayBeAmendedAndVoided) {
  take({event("e1", "10"), event("e1~2", "100")});
  EXPECT_EQ(amend("e1", "7").successor->id, "e1~1");
  EXPECT_EQ(amend("e1~1", "8").successor->id, "e1~3") << "a source has used e1~2 itself";
  EXPECT_EQ(quantity(1), "108");
  EXPECT_EQ(amend("e1~2", "50").successor->id, "e1~2~1") << "the id of a source, not of ours";
  EXPECT_EQ(quantity(1), "58");
  undo("e1~3");
  EXPECT_EQ(quantity(1), "50");
}

TEST_F(CorrectionTest, AnAmendmentMovesTimeAndSubject) {
  give("globex", 2);
  take({event("e1", "10")});
  amend("e1", Amendment{.data = std::nullopt,
                        .occurred_at = time::parse_instant("2026-10-06T00:20:00Z"),
                        .subject = "globex"});
  EXPECT_EQ(quantity(1), "0");
  EXPECT_EQ(quantity(2), "10");
  EXPECT_EQ(text("select string_agg(concat_ws('|', customer_id, first_at at time zone 'UTC'), ', ' "
                 "order by customer_id) from cut_touch"),
            "1|2026-10-05 12:00:00, 2|2026-10-06 00:15:00");
}

TEST_F(CorrectionTest, AnAmendmentThatCannotCountStoresNothing) {
  take({event("e1", "10")});
  const std::int64_t batches = number("select count(*) from ingest_batch");
  EXPECT_EQ(error_of([&] { amend("e1", "10.0"); }),
            "the amendment of event 'e1' of source 'gateway' changes nothing");
  EXPECT_EQ(error_of([&] { amend("e1", Amendment{.data = text::Json::object({})}); }),
            "the amended event could not be counted: meter bandwidth: the data have no 'bytes'");
  EXPECT_EQ(error_of([&] { amend("e1", Amendment{.subject = "nobody"}); }),
            "no customer has the subject 'nobody' at 2026-10-05T12:00:00Z");
  EXPECT_EQ(error_of([&] { amend("e1", Amendment{.subject = "a\nb"}); }),
            "the event's subject has a control character");
  meters.front().ends_at = received_at;
  EXPECT_EQ(error_of([&] { amend("e1", "11"); }),
            "event 'e1' of source 'gateway' was counted by meter bandwidth, which has ended and "
            "would not count its successor: it can only be voided");
  EXPECT_EQ(number("select count(*) from ingest_batch"), batches);
  EXPECT_EQ(quantity(1), "10");
  EXPECT_THAT(undo("e1").meters, ElementsAre("bandwidth"));
  EXPECT_EQ(quantity(1), "0");
}

TEST_F(CorrectionTest, OnlyMetersThatCountedTheEventGiveItBack) {
  take({event("e1", "10")});
  connection.execute(
      {"life", R"(
    insert into meter_life (meter, since_batch, created_at, updated_at, definition)
    values ('transfers', 1, $1, $1, $2))"},
      {received_at, store::Bytes(std::string_view("01234567890123456789012345678901"))});
  domain::Meter transfers = meters.front();
  transfers.name = "transfers";
  transfers.aggregation = domain::Aggregation::kCount;
  meters.push_back(transfers);
  domain::Meter unnoted = transfers;
  unnoted.name = "unnoted";
  meters.push_back(unnoted);
  take({event("e2", "5", "acme", "2026-10-05T13:00:00Z")});
  EXPECT_THAT(undo("e1").meters, ElementsAre("bandwidth"))
      << "one came later, of the other the totals have nothing";
  EXPECT_THAT(undo("e2").meters, ElementsAre("bandwidth", "transfers", "unnoted"));
  EXPECT_EQ(number("select count(*) from (select meter from usage_total group by meter "
                   "having sum(event_count) <> 0 or sum(value_sum) <> 0) s"),
            0);
}

TEST_F(CorrectionTest, EventsOfBeforeBatchesWereKeptAreFound) {
  take({event("e1", "10")});
  store::Connection owner({.conninfo = owner_conninfo()});
  owner.run_script({"old key",
                    "alter table event_key disable trigger event_key_immutable;"
                    "update event_key set batch_id = 0;"
                    "alter table event_key enable trigger event_key_immutable"});
  undo("e1");
  EXPECT_EQ(quantity(1), "0");
}

TEST_F(CorrectionTest, FindsEventsByWhatIsSaidOfThem) {
  connection.execute({"customer", "insert into customer_key values ('acme-ltd', 1)"});
  take({event("e1", "10", "acme", "2026-10-05T12:00:00Z"),
        event("e2", "5", "acme", "2026-10-06T12:00:00Z")});
  undo("e1");
  const auto ids = [&](const EventFilter& filter) {
    std::string found;
    for (const FoundEvent& one : find_events(connection, filter, 10)) {
      found += one.event.id + (one.voided ? " (" + one.voided->reason + ") " : " ");
    }
    return found;
  };
  EXPECT_EQ(ids({}), "e2 e1 (sent twice) ");
  EXPECT_EQ(ids({.customer_key = "acme-ltd", .until = time::parse_instant("2026-10-06T00:00:00Z")}),
            "e1 (sent twice) ");
  EXPECT_EQ(ids({.from = time::parse_instant("2026-10-06T12:00:00Z")}), "e2 ");
  EXPECT_EQ(ids({.namespace_name = "default", .source = "gateway", .id = "e2"}), "e2 ");
  EXPECT_EQ(ids({.namespace_name = "default", .source = "gateway", .id = "e9"}), "");
  EXPECT_EQ(ids({.subject = "globex"}), "");
  EXPECT_EQ(ids({.type = "transfer"}), "e2 e1 (sent twice) ");
  EXPECT_EQ(error_of([&] { ids({.customer_key = "initech"}); }), "there is no customer 'initech'");
}

/// What a correction does to documents.
class CorrectionBillingTest : public test::BillingTest {
 protected:
  CorrectionBillingTest() {
    world.set_clock("2026-10-01T00:00:00Z");
    world.customer("acme");
    world.subscribe("acme", "Professional", "2026-10-01");
  }
  Corrected correct(const std::string& id, const std::optional<std::string>& bytes) {
    store::Connection connection = world.connect();
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    const CorrectionReason why{"a typo", "ada", world.now()};
    if (!bytes) return void_event(connection, version->meter_reader(), {"story", id}, why);
    return amend_event(connection, version->meter_reader(), {"story", id},
                       {.data = text::Json::object({{"bytes", text::Json::number(*bytes)}})}, why);
  }
};

TEST_F(CorrectionBillingTest, TheNextDocumentBillsTheDifference) {
  world.bandwidth("acme", "20000", "2026-10-05T12:00:00Z");
  world.bandwidth("acme", "30000", "2026-10-06T12:00:00Z");
  world.run("2026-11-01T02:00:00Z");
  EXPECT_THAT(test::charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 1453.92"));
  world.set_clock("2026-11-10T00:00:00Z");
  correct("2", std::nullopt);
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(test::charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth -900.00", "2026-11 subscription 500.00"));
  world.set_clock("2026-12-10T00:00:00Z");
  correct("1", "41943040000");
  world.run("2027-01-01T02:00:00Z");
  EXPECT_THAT(test::charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth 600.00", "2026-12 subscription 500.00"));
}

TEST_F(CorrectionBillingTest, AVoidBetweenARunsCutAndItsBatchIsInTheNextDocument) {
  world.bandwidth("acme", "20000", "2026-10-05T12:00:00Z");
  world.set_clock("2026-11-01T02:00:00Z");
  const auto run = world.runner().start(
      {.engine = engine::kMonthlyEngine, .scheduled = false, .fires_at = world.now()});
  correct("1", std::nullopt);
  world.work(run.value());
  EXPECT_THAT(test::charged(world.last_document("acme")),
              ElementsAre("2026-10 subscription 500.00", "2026-10 bandwidth 553.92"));
  world.run("2026-12-01T02:00:00Z");
  EXPECT_THAT(test::charged(world.last_document("acme")),
              ElementsAre("2026-10 true-up bandwidth -553.92", "2026-11 subscription 500.00"));
}

}  // namespace
}  // namespace reckoner::metering
