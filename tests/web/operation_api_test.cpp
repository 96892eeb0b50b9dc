#include <thread>

#include "metering/cut.hpp"
#include "metering/ingest.hpp"
#include "web/console_world.hpp"

namespace reckoner::web {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OperationApi : public ConsoleTest {
 protected:
  metering::IngestCounts deliver(std::string id, std::string subject, std::string_view data) {
    store::Connection connection = world.connect();
    const auto version =
        world.versions().load(connection, world.versions().active(connection).value());
    metering::UsageEvent event;
    event.source = "gateway";
    event.id = std::move(id);
    event.type = "bandwidth";
    event.subject = std::move(subject);
    event.occurred_at = time::parse_instant("2026-11-19T00:00:00Z");
    event.data = text::parse_json(data);
    return metering::ingest(connection, version->meter_reader(), "gateway", std::array{event},
                            world.now());
  }
  std::string first_id(const std::string& path) {
    return get(path).at("items").as_array().at(0).at("id").as_string();
  }
};

TEST_F(OperationApi, MeteringTellsWhatBecameOfAllThatWasReceived) {
  deliver("1", "acme", R"({"bytes": 1000000})");
  deliver("1", "acme", R"({"bytes": 1000000})");
  deliver("2", "nobody", R"({"bytes": 1000000})");
  const text::Json state = get("/api/v1/metering");
  EXPECT_EQ(text_at(state, {"deliveries", "received"}), "3");
  EXPECT_EQ(text_at(state, {"deliveries", "counted"}), "1");
  EXPECT_EQ(text_at(state, {"deliveries", "duplicate"}), "1");
  EXPECT_EQ(text_at(state, {"deliveries", "quarantined"}), "1");
  EXPECT_TRUE(state.at("deliveries").at("holds").as_boolean());
  EXPECT_EQ(text_at(state, {"quarantine_open"}), "1");
  EXPECT_NE(text_at(state, {"cut", "waiting_batches"}), "0");
  EXPECT_EQ(text_at(state.at("sources").as_array()[0], {"source"}), "gateway");
  EXPECT_EQ(text_at(state.at("minutes").as_array()[0], {"received"}), "3");
  EXPECT_EQ(text_at(state, {"events_per_second"}), "0");
  world.set_clock("2026-11-20T14:00:00Z");
  EXPECT_TRUE(get("/api/v1/metering").at("minutes").as_array().empty()) << "an hour later";
}

TEST_F(OperationApi, AnEventIsRepairedAndCounts) {
  deliver("7", "nobody", R"({"bytes": 1000000})");
  const std::string path = "/api/v1/quarantine/" + first_id("/api/v1/quarantine");
  const auto event = [](std::string_view subject) {
    return R"({"event": {"specversion": "1.0", "id": "7", "source": "gateway", "type": "bandwidth",
               "subject": ")" +
           std::string(subject) +
           R"(", "time": "2026-11-19T00:00:00Z", "data": {"bytes": 1000000}}, "why": "a slip"})";
  };
  const text::Json refused = post(path + "/repair", event("nobody else"));
  EXPECT_EQ(text_at(refused, {"outcome"}), "refused");
  EXPECT_THAT(text_at(refused, {"reason"}), HasSubstr("nobody else"));
  EXPECT_THAT(column(get("/api/v1/quarantine"), "subject"), ElementsAre("nobody"))
      << "nothing of the edit is kept";
  EXPECT_EQ(text_at(get("/api/v1/metering"), {"deliveries", "received"}), "1");

  const text::Json counted = post(path + "/repair", event("acme"));
  EXPECT_EQ(text_at(counted, {"outcome"}), "counted");
  EXPECT_EQ(text_at(counted, {"event", "state"}), "replayed");
  EXPECT_EQ(text_at(counted, {"event", "settled_why"}), "a slip");
  EXPECT_THAT(column(get("/api/v1/quarantine"), "id"), IsEmpty());
  EXPECT_EQ(world.number("select count(*) from raw_event"), 1);
  EXPECT_TRUE(get("/api/v1/metering").at("deliveries").at("holds").as_boolean());
  EXPECT_THAT(refusal("POST", path + "/repair", event("acme")), HasSubstr("409"));
  EXPECT_THAT(actions(), ElementsAre("quarantine.repair"));
  EXPECT_THAT(refusal("POST", path + "/repair", R"({"event": {"id": "7"}})"), HasSubstr("400"));
}

TEST_F(OperationApi, EventsAreReplayedAndDropped) {
  deliver("1", "late", R"({"bytes": 1000000})");
  deliver("2", "acme", R"({"bytes": "many"})");
  deliver("3", "acme", R"({"bytes": "few"})");
  EXPECT_EQ(get("/api/v1/quarantine").at("items").as_array().size(), 3u);
  EXPECT_THAT(column(get("/api/v1/quarantine", {{"subject", "late"}}), "event_id"),
              ElementsAre("1"));
  const std::string late =
      get("/api/v1/quarantine", {{"event_id", "1"}}).at("items").as_array()[0].at("id").as_string();
  EXPECT_EQ(text_at(post("/api/v1/quarantine/" + late + "/replay"), {"outcome"}), "refused");
  world.customer("late");
  EXPECT_EQ(text_at(post("/api/v1/quarantine/" + late + "/replay"), {"outcome"}), "counted");
  EXPECT_THAT(refusal("POST", "/api/v1/quarantine/" + late + "/replay"), HasSubstr("409"));

  std::vector<std::string> walked;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const text::Json items =
        get("/api/v1/quarantine", {{"limit", "1"}, {"state", "all"}, {"cursor", cursor}});
    for (const std::string& id : column(items, "event_id")) walked.push_back(id);
    if (items.at("next").is_null()) break;
    cursor = items.at("next").as_string();
  }
  EXPECT_THAT(walked, testing::UnorderedElementsAre("1", "2", "3"));

  const std::string one = first_id("/api/v1/quarantine");
  EXPECT_THAT(refusal("POST", "/api/v1/quarantine/" + one + "/drop", R"({"why": " "})"),
              HasSubstr("400 why"));
  EXPECT_EQ(text_at(post("/api/v1/quarantine/" + one + "/drop", R"({"why": "noise"})"),
                    {"event", "state"}),
            "dropped");
  EXPECT_THAT(refusal("POST", "/api/v1/quarantine/drop", R"({"why": "noise"})"),
              HasSubstr("400 name what is meant"));
  EXPECT_EQ(text_at(post("/api/v1/quarantine/replay", R"({"all": true})"), {"refused"}), "1");
  EXPECT_EQ(
      text_at(post("/api/v1/quarantine/drop", R"({"all": true, "why": "noise"})"), {"dropped"}),
      "1");
  EXPECT_TRUE(get("/api/v1/metering").at("deliveries").at("holds").as_boolean());
  EXPECT_THAT(refusal("GET", "/api/v1/quarantine/no-such"), HasSubstr("404"));
}

TEST_F(OperationApi, MailsAreShownAsTheirReadersSeeThemAndSentAgain) {
  world.import(accounts::ImportKind::kCustomers,
               "key,name,email,time-zone,anchor-day\n"
               "acme,Acme,bills@acme.example,UTC,1\nglobex,Globex,,UTC,1\n");
  world.run_by_hand();
  const text::Json mails = get("/api/v1/mails");
  EXPECT_THAT(column(mails, "customer"), ElementsAre("acme"));
  EXPECT_THAT(column(mails, "state"), ElementsAre("pending"));
  EXPECT_THAT(column(get("/api/v1/mails", {{"customer", "globex"}}), "id"), IsEmpty());
  const std::string path = "/api/v1/mails/" + first_id("/api/v1/mails");
  const text::Json preview = get(path);
  EXPECT_FALSE(preview.at("as_sent").as_boolean());
  EXPECT_TRUE(preview.at("problem").is_null());
  EXPECT_THAT(text_at(preview, {"text"}), HasSubstr(world.last_document("acme").number));
  EXPECT_THAT(text_at(preview, {"html"}), HasSubstr("<"));
  EXPECT_THAT(refusal("POST", path + "/resend"), HasSubstr("409 the mail is new"));
  world.connect().execute({"given up", "update outbox set state = 'dead', attempts = 9"});
  EXPECT_EQ(text_at(post(path + "/resend"), {"state"}), "pending");
  EXPECT_THAT(actions(), ElementsAre("mail.resend"));
  EXPECT_THAT(refusal("GET", "/api/v1/mails/1.document:99"), HasSubstr("404"));
  EXPECT_THAT(refusal("GET", "/api/v1/mails/nonsense"), HasSubstr("404"));
}

TEST_F(OperationApi, TheAuditLogIsPagedFilteredAndAFile) {
  for (const char* reference : {"=1+1", "b", "c"}) {
    post("/api/v1/customers/acme/changes", R"({"kind": "pay", "reference": ")" +
                                               std::string(reference) +
                                               R"(", "amount": "1.00", "on": "2026-11-01"})");
  }
  const text::Json page = get("/api/v1/audit-log", {{"limit", "2"}, {"action", "customer"}});
  EXPECT_EQ(page.at("items").as_array().size(), 2u);
  EXPECT_EQ(get("/api/v1/audit-log", {{"cursor", page.at("next").as_string()}})
                .at("items")
                .as_array()
                .size(),
            1u);
  EXPECT_TRUE(
      get("/api/v1/audit-log", {{"to", "2026-11-20T00:00:00Z"}}).at("items").as_array().empty());
  const Response file = call("GET", "/api/v1/audit-log.csv");
  EXPECT_THAT(file.content_type, HasSubstr("text/csv"));
  EXPECT_THAT(file.body, HasSubstr("customer.pay"));
  EXPECT_EQ(std::count(file.body.begin(), file.body.end(), '\n'), 4);
}

TEST_F(OperationApi, HealthTellsWhatTheGuaranteesRestOn) {
  const text::Json health = get("/api/v1/health");
  EXPECT_THAT(text_at(health, {"database", "version"}), HasSubstr("15"));
  EXPECT_EQ(text_at(health, {"database", "role"}), "reckoner_writer");
  EXPECT_EQ(text_at(health, {"schema", "applied"}), text_at(health, {"schema", "known"}));
  std::vector<std::string> subjects;
  for (const text::Json& finding : health.at("findings").as_array()) {
    subjects.push_back(finding.at("subject").as_string());
  }
  EXPECT_THAT(subjects, Contains("durability"));
  EXPECT_THAT(subjects, Contains("quarantine"));
}

class VerifyApi : public OperationApi {
 protected:
  text::Json wait_for_end() {
    while (true) {
      text::Json state = get("/api/v1/verify");
      if (text_at(state, {"state"}) != "running") return state;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
};

TEST_F(VerifyApi, OneVerificationGoesOnAndItsChecksAreKept) {
  EXPECT_EQ(text_at(get("/api/v1/verify"), {"state"}), "none");
  std::atomic<bool> go_on = false;
  Verifications slow(
      world.pool(), [this] { return world.now(); },
      [&](const VerifyRequest& request, const VerifyListener& listener) {
        EXPECT_TRUE(request.recompute);
        listener.progress("documents", 3, 10);
        while (!go_on) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        store::CheckOutcome wrong{.name = "ledger", .claim = "it balances"};
        wrong.add_wrong("entry 7");
        listener.outcome({.name = "chains", .claim = "they hold", .unit = "links"});
        listener.outcome(wrong);
      });
  store::Connection connection = world.connect();
  ASSERT_TRUE(slow.start(connection, {.recompute = true}, "boss"));
  EXPECT_FALSE(slow.start(connection, {}, "boss")) << "one at a time";
  EXPECT_THAT(refusal("POST", "/api/v1/verify"), HasSubstr("409"));
  EXPECT_EQ(text_at(get("/api/v1/verify"), {"state"}), "running");
  go_on = true;
  const text::Json done = wait_for_end();
  EXPECT_EQ(text_at(done, {"state"}), "done");
  EXPECT_FALSE(done.at("holds").as_boolean());
  ASSERT_EQ(done.at("checks").as_array().size(), 2u);
  EXPECT_TRUE(done.at("checks").as_array()[0].at("holds").as_boolean());
  EXPECT_EQ(text_at(done.at("checks").as_array()[1], {"wrong"}), R"(["entry 7"])");
}

TEST_F(VerifyApi, WhatADaemonLeftBehindIsGivenUp) {
  world.connect().execute({"left", R"(
    insert into verification (started_at, started_by, recompute, state, beat_at)
    values ('2026-11-20T10:00:00Z', 'gone', false, 'running', '2026-11-20T10:00:00Z'))"});
  const text::Json state = get("/api/v1/verify");
  EXPECT_EQ(text_at(state, {"state"}), "failed");
  EXPECT_THAT(text_at(state, {"error"}), HasSubstr("has gone"));
  const text::Json begun = post("/api/v1/verify");
  EXPECT_EQ(text_at(begun, {"state"}), "running");
  EXPECT_EQ(text_at(wait_for_end(), {"state"}), "done");
  EXPECT_THAT(actions(), ElementsAre("verify.start"));
}

}  // namespace

}  // namespace reckoner::web
