#include "web/console_world.hpp"

namespace reckoner::web {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RunsApi : public ConsoleTest {
 protected:
  /// due = invoiced + held + parked + nothing_due + left
  static void expect_identity(const text::Json& run) {
    const auto number = [&](std::string_view name) { return std::stoll(run.at(name).as_number()); };
    EXPECT_EQ(number("due"), number("invoiced") + number("held") + number("parked") +
                                 number("nothing_due") + number("left"));
  }
  RunId begin(std::string body = "{}") {
    const text::Json state = post("/api/v1/engines/monthly/runs", std::move(body));
    return {std::stoll(state.at("run").at("run").as_number())};
  }
};

TEST_F(RunsApi, EnginesAreToldWithTheirChains) {
  const text::Json engines = get("/api/v1/engines");
  EXPECT_EQ(engines.at("configuration_version").as_number(), "1");
  EXPECT_THAT(column(engines, "id"), ElementsAre("monthly", "interim", "dunning"));
  const text::Json& monthly = engines.at("items").as_array()[0];
  EXPECT_TRUE(monthly.at("issues").as_boolean());
  EXPECT_EQ(monthly.at("schedule").at("next").as_array().size(), 3u);
  EXPECT_EQ(monthly.at("schedule").at("in_words").as_string(), "at 02:00 every day");
  EXPECT_FALSE(engines.at("items").as_array()[1].at("issues").as_boolean());
  EXPECT_TRUE(engines.at("items").as_array()[1].at("schedule").is_null());
  bool document_phase = false;
  for (const text::Json& handler : monthly.at("handlers").as_array()) {
    EXPECT_NE(handler.at("summary").as_string(), "");
    const bool is_document = handler.at("phase").as_string() == "document";
    EXPECT_TRUE(is_document || !document_phase) << "in the order of execution";
    document_phase = is_document;
    for (const text::Json& parameter : handler.at("parameters").as_array()) {
      EXPECT_TRUE(!parameter.at("is_default").as_boolean() ||
                  parameter.at("value") == parameter.at("default"));
    }
  }
  EXPECT_TRUE(document_phase);
}

TEST_F(RunsApi, ARunIsBegunWatchedAndListed) {
  const RunId run = begin();
  text::Json state = get("/api/v1/runs/" + std::to_string(run.value));
  EXPECT_EQ(text_at(state, {"run", "state"}), "running");
  EXPECT_EQ(text_at(state, {"run", "left"}), "2");
  expect_identity(state.at("run"));

  bool worked = false;
  const Response watched = call("GET", "/api/v1/runs/" + std::to_string(run.value) + "/events");
  KeptStream stream([&] {
    if (!worked) world.work(run);
    worked = true;
  });
  watched.stream(stream);
  ASSERT_EQ(stream.events.size(), 3u) << "as it began, as it ended, and the end";
  EXPECT_EQ(stream.events[0].name, "progress");
  EXPECT_EQ(text_at(text::parse_json(stream.events[0].data), {"run", "state"}), "running");
  EXPECT_EQ(stream.events[2].name, "end");
  const text::Json end = text::parse_json(stream.events[2].data);
  EXPECT_EQ(text_at(end, {"run", "state"}), "done");
  EXPECT_EQ(text_at(end, {"run", "invoiced"}), "2");
  EXPECT_EQ(text_at(end, {"progress", "customers_done"}), "2");
  expect_identity(end.at("run"));

  const RunId second = begin(R"({"period": "2026-09", "customer": "acme"})");
  const text::Json page = get("/api/v1/runs", {{"limit", "1"}});
  EXPECT_THAT(column(page, "run"), ElementsAre(std::to_string(second.value)));
  EXPECT_THAT(column(page, "customer"), ElementsAre("acme"));
  EXPECT_THAT(column(page, "period"), ElementsAre("2026-09"));
  EXPECT_THAT(
      column(get("/api/v1/runs", {{"limit", "1"}, {"cursor", page.at("next").as_string()}}), "run"),
      ElementsAre(std::to_string(run.value)));
  EXPECT_THAT(column(get("/api/v1/runs", {{"state", "done"}}), "run"),
              ElementsAre(std::to_string(run.value)));
  EXPECT_THAT(actions(), ElementsAre("run.start", "run.start"));
}

TEST_F(RunsApi, ARunIsBegunOnceByItsKey) {
  const Response first = call("POST", "/api/v1/engines/monthly/runs", {}, "{}", "key-1");
  const Response second = call("POST", "/api/v1/engines/monthly/runs", {}, "{}", "key-1");
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(world.number("select count(*) from engine_run"), 1);
}

TEST_F(RunsApi, WhatCannotRunIsRefused) {
  EXPECT_THAT(refusal("POST", "/api/v1/engines/nobody/runs"), HasSubstr("404"));
  EXPECT_THAT(refusal("POST", "/api/v1/engines/interim/runs"), HasSubstr("422"));
  EXPECT_THAT(refusal("POST", "/api/v1/engines/monthly/runs", R"({"customer": "nobody"})"),
              HasSubstr("422 there is no customer"));
  EXPECT_THAT(refusal("POST", "/api/v1/engines/monthly/runs", R"({"period": "October"})"),
              HasSubstr("400 period"));
  EXPECT_THAT(refusal("POST", "/api/v1/engines/monthly/runs", R"({"perriod": "2026-10"})"),
              HasSubstr("400 unknown member"));
  EXPECT_THAT(refusal("GET", "/api/v1/runs/99"), HasSubstr("404"));
  EXPECT_THAT(refusal("GET", "/api/v1/runs/x"), HasSubstr("404"));
  EXPECT_EQ(world.number("select count(*) from engine_run"), 0);
  principal.customer = CustomerId{1};
  EXPECT_THAT(refusal("GET", "/api/v1/runs"), HasSubstr("403"));
}

TEST_F(RunsApi, ADryRunStoresNothing) {
  world.cartridge("acme", "300", "2026-10-15T00:00:00Z");
  const std::string before = world.digest();
  const text::Json all = post("/api/v1/engines/monthly/dry-run");
  EXPECT_EQ(world.digest(), before);
  EXPECT_EQ(text_at(all, {"due"}), "2");
  EXPECT_EQ(text_at(all, {"documents"}), "2");
  ASSERT_EQ(all.at("customers").as_array().size(), 2u);
  EXPECT_EQ(text_at(all.at("customers").as_array()[0], {"customer"}), "acme")
      << "the largest first";
  const text::Json bounded = post("/api/v1/engines/monthly/dry-run", R"({"customers_max": 1})");
  EXPECT_EQ(text_at(bounded, {"due"}), "2");
  EXPECT_EQ(text_at(bounded, {"computed"}), "1");
  EXPECT_EQ(text_at(bounded, {"documents"}), "1");

  world.run_by_hand();
  const auto issued = world.last_document("acme");
  EXPECT_EQ(text_at(all.at("customers").as_array()[0], {"total", "amount"}),
            issued.total.to_string());
}

TEST_F(RunsApi, ARunIsCancelled) {
  const RunId run = begin();
  const std::string path = "/api/v1/runs/" + std::to_string(run.value) + "/cancel";
  const text::Json state = post(path);
  EXPECT_EQ(text_at(state, {"run", "state"}), "cancelled");
  EXPECT_EQ(text_at(state, {"run", "left"}), "2");
  expect_identity(state.at("run"));
  EXPECT_EQ(post(path), state) << "said again";
  EXPECT_THAT(actions(), ElementsAre("run.cancel", "run.start"));
}

TEST_F(RunsApi, ParkedCustomersAreToldAndTriedAgain) {
  world.subscribe_twice("acme", "Professional", "2026-10-01");
  world.run_by_hand();
  const text::Json parked = get("/api/v1/parked");
  EXPECT_THAT(column(parked, "customer"), ElementsAre("acme"));
  EXPECT_THAT(column(parked, "attempts"), ElementsAre("1"));
  EXPECT_THAT(column(get("/api/v1/parked", {{"q", "ACM"}}), "customer"), ElementsAre("acme"));
  EXPECT_THAT(column(get("/api/v1/parked", {{"q", "globex"}}), "customer"), IsEmpty());
  EXPECT_THAT(column(get("/api/v1/customers", {{"state", "parked"}}), "key"), ElementsAre("acme"));

  world.connect(store::Role::kOwner)
      .execute({"mend", "delete from subscription where external_key = 'twice'"});
  const text::Json state = post("/api/v1/parked/retry", R"({"customer": "acme"})");
  const RunId run{std::stoll(state.at("run").at("run").as_number())};
  EXPECT_EQ(text_at(state, {"run", "customer"}), "acme");
  world.work(run);
  EXPECT_THAT(column(get("/api/v1/parked"), "customer"), IsEmpty());
  EXPECT_EQ(text_at(get("/api/v1/runs/" + std::to_string(run.value)), {"run", "invoiced"}), "1");
}

/// Every document of more than one line is held.
class HeldApi : public RunsApi {
 protected:
  HeldApi() {
    world.apply(test::with_setting(world.files(), "billing.bounds.linesPerDocument", "1"));
    run = world.run_by_hand().run;
  }
  std::string decision(std::string_view word, std::string_view customer = "acme") {
    return R"({"run": )" + std::to_string(run.value) + R"(, "decision": ")" + std::string(word) +
           R"(", "customer": ")" + std::string(customer) + R"(", "why": "as agreed"})";
  }
  RunId run;
};

TEST_F(HeldApi, HeldDocumentsAreShownAndDecidedAbout) {
  const text::Json held = get("/api/v1/held");
  EXPECT_THAT(column(held, "customer"), ElementsAre("acme", "globex"));
  const text::Json& acme = held.at("items").as_array()[0];
  EXPECT_THAT(acme.at("reasons").as_array()[0].as_string(), HasSubstr("linesPerDocument"));
  EXPECT_EQ(acme.at("documents").as_array().size(), 1u);
  EXPECT_GT(acme.at("lines").as_array().size(), 1u);
  EXPECT_THAT(column(get("/api/v1/customers", {{"state", "held"}}), "key"),
              ElementsAre("acme", "globex"));
  const text::Json page = get("/api/v1/held", {{"limit", "1"}});
  EXPECT_THAT(column(get("/api/v1/held", {{"cursor", page.at("next").as_string()}}), "customer"),
              ElementsAre("globex"));

  const text::Json approved = post("/api/v1/held/decisions", decision("approve"));
  EXPECT_THAT(column(approved, "state"), ElementsAre("issued"));
  EXPECT_EQ(world.last_document("acme").number,
            approved.at("items").as_array()[0].at("documents").as_array()[0].as_string());
  const text::Json rejected = post("/api/v1/held/decisions", decision("reject", "globex"));
  EXPECT_THAT(column(rejected, "state"), ElementsAre("due"));
  EXPECT_THAT(refusal("POST", "/api/v1/held/decisions", decision("approve")), HasSubstr("409"));
  EXPECT_THAT(refusal("POST", "/api/v1/held/decisions",
                      R"({"run": 1, "decision": "reject", "customer": "acme"})"),
              HasSubstr("400 why"));
  EXPECT_THAT(column(get("/api/v1/held", {{"state", "all"}}), "state"),
              ElementsAre("approved", "rejected"));
  EXPECT_THAT(actions(), ElementsAre("held.reject", "held.approve"));
}

}  // namespace

}  // namespace reckoner::web
