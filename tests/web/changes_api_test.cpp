#include "web/change_effect.hpp"
#include "web/console_world.hpp"

namespace reckoner::web {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kChanges = "/api/v1/customers/acme/changes";
constexpr const char* kPreview = "/api/v1/customers/acme/changes/preview";

class ChangesApi : public ConsoleTest {
 protected:
  std::string subscription() { return "acme-SMB-2026-10-01"; }
  std::string to_professional(std::string_view when) {
    return R"({"kind": "change-plan", "subscription": ")" + subscription() +
           R"(", "plan": "Professional", "when": ")" + std::string(when) + R"("})";
  }
  std::string now_text() { return time::to_string(world.now()); }
};

TEST_F(ChangesApi, APreviewStoresNothingAndTellsWhatTheChangeThenDoes) {
  world.run_by_hand();
  world.cartridge("acme", "300", "2026-11-10T00:00:00Z");
  const std::string before = world.digest();
  const auto interim_before = world.one_interim("acme", now_text());
  const text::Json preview = post(kPreview, to_professional("2026-11-05"));
  EXPECT_EQ(world.digest(), before);
  const text::Json& usd = preview.at("currencies").as_array().at(0);
  EXPECT_EQ(text_at(usd, {"interim", "before"}), interim_before.document.total.to_string());
  EXPECT_EQ(text_at(usd, {"expected", "before"}), interim_before.expected_total.to_string());
  EXPECT_NE(text_at(usd, {"interim", "before"}), text_at(usd, {"interim", "after"}));

  const text::Json done = post(kChanges, to_professional("2026-11-05"));
  EXPECT_EQ(done.at("summary"), preview.at("summary"));
  EXPECT_EQ(done.at("reopened"), preview.at("reopened"));
  const auto interim_after = world.one_interim("acme", now_text());
  EXPECT_EQ(text_at(usd, {"interim", "after"}), interim_after.document.total.to_string());
  EXPECT_EQ(text_at(usd, {"expected", "after"}), interim_after.expected_total.to_string());

  money::Decimal interim = 0;
  money::Decimal expected = 0;
  std::vector<std::string> plans;
  for (const text::Json& charge : usd.at("charges").as_array()) {
    const auto difference = [&](std::string_view name) {
      return money::Decimal::parse(charge.at(name).at("difference").as_string());
    };
    interim = interim + difference("interim");
    expected = expected + difference("expected");
    plans.push_back(charge.at("plan").is_null() ? "" : charge.at("plan").as_string());
  }
  EXPECT_THAT(plans, Contains("SMB"));
  EXPECT_THAT(plans, Contains("Professional"));
  EXPECT_EQ(interim, money::Decimal::parse(text_at(usd, {"interim", "difference"})));
  EXPECT_EQ(expected, money::Decimal::parse(text_at(usd, {"expected", "difference"})));
}

TEST_F(ChangesApi, ABackdatedChangeNamesThePeriodsItReopens) {
  world.run_by_hand();
  const text::Json preview = post(kPreview, to_professional("2026-10-15"));
  EXPECT_EQ(text::canonical(preview.at("reopened")), R"(["2026-10"])");
  bool true_up = false;
  for (const text::Json& charge : preview.at("currencies").as_array()[0].at("charges").as_array()) {
    true_up = true_up || charge.at("true_up").as_boolean();
  }
  EXPECT_TRUE(true_up);
  EXPECT_EQ(world.number("select count(*) from reopening"), 0);
}

TEST_F(ChangesApi, AChangeIsMadeOnceAndRecordedWithWhatIsAnotherNow) {
  const Response first = call("POST", kChanges, {}, to_professional("today"), "key-1");
  EXPECT_EQ(call("POST", kChanges, {}, to_professional("today"), "key-1").body, first.body);
  EXPECT_EQ(world.number("select count(*) from subscription"), 3);
  const text::Json log = get("/api/v1/audit-log", {{"customer", "acme"}});
  EXPECT_THAT(column(log, "action"), ElementsAre("customer.change-plan"));
  EXPECT_THAT(column(log, "request"), ElementsAre("r-1"));
  const text::Json& entry = log.at("items").as_array()[0];
  EXPECT_EQ(entry.at("before").at("subscriptions").as_array().size(), 1u);
  EXPECT_EQ(entry.at("after").at("subscriptions").as_array().size(), 2u);
  EXPECT_EQ(entry.at("before").find("name"), nullptr) << "what is the same is left out";
  EXPECT_THAT(entry.at("who").as_string(), HasSubstr("boss"));
}

TEST_F(ChangesApi, EveryKindIsMadeAndPreviewed) {
  world.run_by_hand();
  const domain::Document issued = world.last_document("acme");
  const std::string& invoice = issued.number;
  std::size_t line = 0;
  while (issued.lines.at(line).line.amount.amount() < money::Decimal(1)) ++line;
  const std::string globexs = world.last_document("globex").number;
  const std::string late = "/api/v1/customers/late/changes";
  world.customer("late");
  post(late, R"({"kind": "subscribe", "plan": "Professional", "from": "2027-01-01", "key": "s"})");
  post(late, R"({"kind": "cancel", "subscription": "s", "when": "2027-02-01"})");
  const std::size_t recorded = actions().size();
  EXPECT_EQ(recorded, 2u);
  const std::vector<std::string> bodies = {
      R"({"kind": "pause", "subscription": "acme-SMB-2026-10-01", "when": "2026-12-01",
          "until": "2026-12-10"})",
      R"({"kind": "resume", "subscription": "acme-SMB-2026-10-01", "when": "2026-12-05"})",
      R"({"kind": "charge", "key": "hours", "title": "Hours", "quantity": "2", "unit": "h",
          "price": "100", "on": "2026-11-10"})",
      R"({"kind": "discount", "key": "ten", "percentage": "10", "from": "2026-11-01"})",
      R"({"kind": "discount", "key": "ten", "percentage": "10", "from": "2026-11-01",
          "until": "2026-12-01"})",
      R"({"kind": "grant-coupon", "key": "spring", "percent": "5"})",
      R"({"kind": "grant-prepaid", "key": "prepaid", "amount": "100.00"})",
      R"({"kind": "top-up", "key": "prepaid", "amount": "50.00"})",
      R"({"kind": "pay", "reference": "bank-1", "amount": "10.00", "on": "2026-11-19"})",
      R"({"kind": "credit-note", "document": ")" + invoice + R"(", "lines": [{"line": )" +
          std::to_string(line + 1) +
          R"(, "amount": "0.50"}], "nature": "concession", "reason": "sorry"})",
      R"({"kind": "edit", "name": "Acme Corp", "email": "bills@acme.example"})"};
  for (const std::string& body : bodies) {
    const std::string before = world.digest();
    const text::Json preview = post(kPreview, body);
    EXPECT_EQ(world.digest(), before) << body;
    const text::Json done = post(kChanges, body);
    EXPECT_TRUE(done.at("changed").as_boolean()) << body;
    EXPECT_EQ(preview.at("reopened"), done.at("reopened")) << body;
    EXPECT_THAT(text::canonical(preview), HasSubstr("difference")) << body;
  }
  EXPECT_EQ(actions().size(), recorded + bodies.size());

  EXPECT_THAT(refusal("POST", kChanges,
                      R"({"kind": "void", "document": ")" + globexs +
                          R"(", "mode": "rebill", "reason": "x"})"),
              HasSubstr("422 there is no document"))
      << "another customer's";
  EXPECT_THAT(refusal("POST", kChanges,
                      R"({"kind": "void", "document": ")" + invoice +
                          R"(", "mode": "rebill", "reason": "x"})"),
              HasSubstr("422"))
      << "credited in part";
}

TEST_F(ChangesApi, AVoidIsPreviewedByTheBalanceItLeaves) {
  world.run_by_hand();
  const std::string balance = world.balance("acme");
  const std::string body = R"({"kind": "void", "document": ")" +
                           world.last_document("acme").number +
                           R"(", "mode": "rebill", "reason": "wrong"})";
  const text::Json preview = post(kPreview, body);
  const text::Json& usd = preview.at("currencies").as_array()[0];
  EXPECT_EQ(text_at(usd, {"balance", "before"}), balance);
  EXPECT_EQ(text_at(usd, {"balance", "after"}), "0.00");
  const text::Json done = post(kChanges, body);
  EXPECT_EQ(done.at("documents").as_array().size(), 1u);
  EXPECT_EQ(text::canonical(done.at("reopened")), R"(["2026-10"])");
  EXPECT_EQ(world.balance("acme"), "0.00");
}

TEST_F(ChangesApi, WhatCannotBeIsRefusedAndChangesNothing) {
  const auto facts = [this] {
    return world.text(
        "select concat_ws(' ', (select count(*) from subscription),"
        " (select count(*) from payment), (select count(*) from reopening),"
        " (select count(*) from audit_log))");
  };
  const std::string before = facts();
  for (const auto& [body, reason] : std::vector<std::pair<std::string, std::string>>{
           {"{}", "400 kind is missing"},
           {R"({"kind": "explode"})", "400 kind: 'explode'"},
           {R"({"kind": "cancel", "subscription": "x"})", "400 when is missing"},
           {R"({"kind": "cancel", "subscription": "x", "when": "soon"})", "400 when"},
           {R"({"kind": "cancel", "subscription": "x", "when": "today", "colour": 1})",
            "400 unknown member"},
           {R"({"kind": "cancel", "subscription": "x", "when": "today"})", "422"},
           {R"({"kind": "subscribe", "plan": "Nothing", "from": "2026-11-01"})", "422"},
           {R"({"kind": "pay", "reference": "x", "amount": "1e999", "on": "2026-11-01"})", "400"},
           {R"({"kind": "pay", "reference": "x", "amount": "0.001", "on": "2026-11-01"})",
            "422"}}) {
    EXPECT_THAT(refusal("POST", kChanges, body), HasSubstr(reason)) << body;
    EXPECT_THAT(refusal("POST", kPreview, body), HasSubstr(reason)) << body;
  }
  EXPECT_THAT(refusal("POST", "/api/v1/customers/nobody/changes", to_professional("today")),
              HasSubstr("404"));
  EXPECT_EQ(facts(), before);
}

TEST_F(ChangesApi, CustomersAreFoundByKeyNameMailAndDocument) {
  world.run_by_hand();
  EXPECT_THAT(column(get("/api/v1/customers"), "key"), ElementsAre("acme", "globex"));
  EXPECT_THAT(column(get("/api/v1/customers", {{"q", "GLOB"}}), "key"), ElementsAre("globex"));
  EXPECT_THAT(column(get("/api/v1/customers", {{"q", "nobody"}}), "key"), IsEmpty());
  const std::string number = world.last_document("globex").number;
  const text::Json found = get("/api/v1/customers", {{"q", number}});
  EXPECT_THAT(column(found, "key"), ElementsAre("globex"));
  EXPECT_THAT(column(found, "document"), ElementsAre(number));
  const text::Json page = get("/api/v1/customers", {{"limit", "1"}});
  EXPECT_THAT(column(page, "key"), ElementsAre("acme"));
  EXPECT_THAT(column(page, "plans"), ElementsAre(R"(["SMB"])"));
  const text::Json rest = get("/api/v1/customers", {{"cursor", page.at("next").as_string()}});
  EXPECT_THAT(column(rest, "key"), ElementsAre("globex"));
  EXPECT_TRUE(rest.at("next").is_null());
}

TEST_F(ChangesApi, AnEditMayNameWhatItHasRead) {
  const auto edit = [&](const std::string& email) {
    return refusal("POST", "/api/v1/customers/acme/changes",
                   R"({"kind": "edit", "email": ")" + email + R"("})");
  };
  const auto etag = [&] {
    const Response shown = call("GET", "/api/v1/customers/acme");
    for (const auto& [name, value] : shown.headers) {
      if (name == "ETag") return value;
    }
    return std::string();
  };
  const std::string read = etag();
  if_match = read;
  EXPECT_EQ(edit("one@acme.example"), "");
  EXPECT_THAT(edit("two@acme.example"), HasSubstr("412"));
  if_match = "";
  EXPECT_NE(etag(), read);
  EXPECT_EQ(text_at(get("/api/v1/customers/acme"), {"email"}), "one@acme.example");
  EXPECT_EQ(edit("three@acme.example"), "");
}

TEST_F(ChangesApi, ACustomerIsCreatedOnceAndShown) {
  const std::string body =
      R"({"key": "initech", "name": "Initech", "email": "pay@initech.example",
          "time_zone": "Europe/Zurich", "anchor_day": 15, "country": "CH"})";
  const Response made = call("POST", "/api/v1/customers", {}, body);
  EXPECT_EQ(made.status, 201);
  const text::Json details = get("/api/v1/customers/initech");
  EXPECT_EQ(text::parse_json(made.body), details);
  EXPECT_EQ(text_at(details, {"anchor_day"}), "15");
  EXPECT_EQ(text::canonical(details.at("subjects")), R"(["initech"])");
  EXPECT_THAT(refusal("POST", "/api/v1/customers", body), HasSubstr("409"));
  EXPECT_THAT(refusal("POST", "/api/v1/customers",
                      R"({"key": "x", "name": "X", "time_zone": "Europe/Zurick"})"),
              HasSubstr("422 unknown time zone"));
  EXPECT_THAT(actions(), ElementsAre("customer.create"));
  EXPECT_EQ(text_at(get("/api/v1/customers/acme").at("subscriptions").as_array()[0], {"state"}),
            "active");
  EXPECT_THAT(refusal("GET", "/api/v1/customers/nobody"), HasSubstr("404"));
}

TEST_F(ChangesApi, AFileIsImportedWholeOrNotAtAll) {
  content_type = "text/csv";
  const std::string file = "reference,customer,amount,received-on\nb1,acme,5.00,2026-11-01\n";
  EXPECT_EQ(text_at(post("/api/v1/imports/payments", file), {"created"}), "1");
  EXPECT_EQ(text_at(post("/api/v1/imports/payments", file), {"unchanged"}), "1");
  EXPECT_EQ(world.balance("acme"), "-5.00");
  try {
    call("POST", "/api/v1/imports/payments", {},
         "reference,customer,amount,received-on\nb2,acme,x,2026-11-01\nb3,none,1,2026-11-01\n");
    FAIL();
  } catch (const Problem& problem) {
    EXPECT_EQ(problem.status(), 422);
    ASSERT_EQ(problem.items().size(), 2u);
    EXPECT_EQ(problem.items()[0].at, "line 2");
  }
  EXPECT_THAT(refusal("POST", "/api/v1/imports/everything", file), HasSubstr("404"));
}

}  // namespace

}  // namespace reckoner::web
