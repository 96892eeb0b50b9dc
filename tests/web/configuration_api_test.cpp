// Versions, drafts and decision tables through the API.

#include <set>

#include "accounts/audit_log.hpp"
#include "web/configuration_world.hpp"

namespace reckoner::web {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPricing = "pricing/stratoslive.xml";
constexpr const char* kFees = "pricing/subscription-fee.dmn";
constexpr const char* kCheck = "/api/v1/configuration/check";
constexpr const char* kApply = "/api/v1/configuration/apply";

TEST_F(ConfigurationApiTest, TheActiveVersionIsShownWithItsFilesAndHowThoseOnDiskDiffer) {
  const text::Json active = get("/api/v1/configuration");
  EXPECT_EQ(active.at("version").as_number(), "1");
  EXPECT_EQ(active.at("sha256").as_string().size(), 64U);
  EXPECT_EQ(active.at("disk").at("state").as_string(), "same");
  std::map<std::string, std::string> kinds;
  for (const text::Json& file : active.at("files").as_array()) {
    kinds[file.at("name").as_string()] = file.at("kind").as_string();
  }
  EXPECT_EQ(kinds.at("billing-config.xml"), "billing-config");
  EXPECT_EQ(kinds.at(kPricing), "pricing");
  EXPECT_EQ(kinds.at(kFees), "decisions");
  EXPECT_EQ(kinds.at("mail/invoice.mustache"), "mail");

  apply({{kPricing, edited(kPricing, "0.03", "0.05")}});
  const text::Json disk = get("/api/v1/configuration").at("disk");
  EXPECT_EQ(disk.at("state").as_string(), "different");
  ASSERT_EQ(disk.at("changes").as_array().size(), 1U);
  EXPECT_EQ(disk.at("changes").as_array()[0].at("name").as_string(), kPricing);
  EXPECT_EQ(disk.at("changes").as_array()[0].at("added").as_number(), "1");

  directory = "/nowhere";
  EXPECT_EQ(get("/api/v1/configuration").at("disk").at("state").as_string(), "unreadable");
  directory.reset();
  EXPECT_EQ(get("/api/v1/configuration").at("disk").at("state").as_string(), "unreadable");
}

TEST_F(ConfigurationApiTest, AFileIsReadByItsEscapedName) {
  const text::Json file = get("/api/v1/configuration/versions/1/files/pricing%2Fstratoslive.xml");
  EXPECT_EQ(file.at("text").as_string(), world.files().content.at(kPricing));
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/versions/1/files/..%2F..%2Fetc%2Fpasswd"),
              StartsWith("404 "));
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/versions/9/files/meters.xml"),
              StartsWith("404 there is no configuration version '9'"));
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/versions/x"), StartsWith("404 "));
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/versions/1x"), StartsWith("404 "));
}

TEST_F(ConfigurationApiTest, HistoryIsReadInPages) {
  const std::string original = edited(kPricing, "Demo (free)", "Demo");
  apply({{kPricing, original}});
  apply({{kPricing, edited(kPricing, "Demo (free)", "Free")}});
  apply({{kPricing, original}});  // a version that is there already becomes active again
  std::vector<std::string> versions;
  Query query{{"limit", "3"}};
  const text::Json first = get("/api/v1/configuration/versions", query);
  for (const text::Json& item : first.at("items").as_array()) {
    versions.push_back(item.at("version").as_number());
  }
  query.emplace_back("cursor", first.at("next").as_string());
  const text::Json second = get("/api/v1/configuration/versions", query);
  for (const text::Json& item : second.at("items").as_array()) {
    versions.push_back(item.at("version").as_number());
  }
  EXPECT_THAT(versions, ElementsAre("2", "3", "2", "1"));
  EXPECT_TRUE(second.at("next").is_null());
  EXPECT_THAT(first.at("items").as_array()[0].at("activated_by").as_string(), HasSubstr("anna"));
  EXPECT_TRUE(get("/api/v1/configuration/versions/2").at("active").as_boolean());
  EXPECT_FALSE(get("/api/v1/configuration/versions/3").at("active").as_boolean());
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/versions", "", {}, {{"cursor", "x"}}),
              StartsWith("400 cursor"));
}

TEST_F(ConfigurationApiTest, TheDifferenceOfVersionsAndDraftsIsByLines) {
  apply({{kPricing, edited(kPricing, "0.03", "0.05")}});
  const text::Json difference =
      get("/api/v1/configuration/difference", {{"from", "1"}, {"context", "0"}});
  EXPECT_EQ(difference.at("to").as_number(), "2");
  ASSERT_EQ(difference.at("files").as_array().size(), 1U);
  const text::Json& file = difference.at("files").as_array()[0];
  EXPECT_EQ(file.at("change").as_string(), "changed");
  ASSERT_EQ(file.at("hunks").as_array().size(), 1U);
  const auto& lines = file.at("hunks").as_array()[0].at("lines").as_array();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("change").as_string(), "removed");
  EXPECT_THAT(lines[0].at("text").as_string(), HasSubstr("0.03"));
  EXPECT_THAT(lines[1].at("text").as_string(), HasSubstr("0.05"));
  EXPECT_TRUE(get("/api/v1/configuration/difference", {{"from", "2"}, {"to", "2"}})
                  .at("files")
                  .as_array()
                  .empty());

  const text::Json draft = post("/api/v1/configuration/difference",
                                body({{"pricing/new.xml", "<x/>"}, {kFees, std::nullopt}}));
  EXPECT_TRUE(draft.at("to").is_null());
  std::vector<std::string> told;
  for (const text::Json& one : draft.at("files").as_array()) {
    told.push_back(one.at("name").as_string() + " " + one.at("change").as_string());
  }
  EXPECT_THAT(told, ElementsAre("pricing/new.xml added", std::string(kFees) + " removed"));
}

TEST_F(ConfigurationApiTest, ACheckMarksAllMistakesWhereTheyStand) {
  const text::Json good = post(kCheck, body({}));
  EXPECT_EQ(good.at("version").as_number(), "1");
  EXPECT_TRUE(good.at("problems").as_array().empty());
  const text::Json& names = good.at("names");
  EXPECT_EQ(names.at("engines").as_array()[0].as_string(), "monthly");
  EXPECT_EQ(names.at("meters").as_array()[0].at("name").as_string(), "bandwidth");
  EXPECT_EQ(names.at("plans").as_array().size(), 5U);

  std::string pricing = edited(kPricing, "price=\"0.03\"", "prize=\"0.03\"");
  std::string meters = edited("meters.xml", "aggregation=\"max\" value=\"bytes\" unit=\"byte\"/>",
                              "aggregation=\"maximum\" value=\"bytes\" unit=\"byte\"/>");
  const text::Json wrong = post(kCheck, body({{kPricing, pricing}, {"meters.xml", meters}}));
  ASSERT_EQ(wrong.at("problems").as_array().size(), 2U);
  const text::Json& meter = wrong.at("problems").as_array()[0];
  EXPECT_EQ(meter.at("file").as_string(), "meters.xml");
  EXPECT_THAT(meter.at("message").as_string(), HasSubstr("maximum"));
  EXPECT_EQ(meter.at("severity").as_string(), "error");
  const text::Json& attribute = wrong.at("problems").as_array()[1];
  EXPECT_EQ(attribute.at("file").as_string(), kPricing);
  const int line = std::stoi(attribute.at("line").as_number());
  const int column = std::stoi(attribute.at("column").as_number());
  std::size_t at = 0;
  for (int passed = 1; passed < line; ++passed) at = pricing.find('\n', at) + 1;
  EXPECT_EQ(pricing.substr(at + static_cast<std::size_t>(column) - 1, 12), "prize=\"0.03\"");

  const text::Json broken = post(kCheck, body({{kPricing, "<pricing>"}}));
  EXPECT_EQ(broken.at("problems").as_array()[0].at("line").as_number(), "1");
}

TEST_F(ConfigurationApiTest, ACheckSaysWhatIsInUseAndWarnsOfWhatNobodyReads) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  const text::Json in_use = post(
      kCheck, body({{kPricing, edited(kPricing, "<plan name=\"SMB\"", "<plan name=\"Small\"")}}));
  std::vector<std::string> messages;
  for (const text::Json& problem : in_use.at("problems").as_array()) {
    messages.push_back(problem.at("severity").as_string() + ": " +
                       problem.at("message").as_string());
  }
  EXPECT_THAT(messages, testing::Contains(AllOf(HasSubstr("SMB"), HasSubstr("acme"))));

  const text::Json unread =
      post(kCheck, body({{"pricing/unused.dmn", world.files().content.at(kFees)}}));
  ASSERT_EQ(unread.at("problems").as_array().size(), 1U);
  EXPECT_EQ(unread.at("problems").as_array()[0].at("severity").as_string(), "warning");
}

TEST_F(ConfigurationApiTest, ADraftNamesNeitherPathsNorLibrariesOutsideNorSecrets) {
  const auto with_handler = [&](const std::string& handler) {
    return edited("billing-config.xml", "<handler class=\"SubscriptionFeedingHandler\"/>",
                  "<handler class=\"SubscriptionFeedingHandler\"/>" + handler);
  };
  const auto with_setting = [&](const std::string& setting) {
    return edited("billing-config.xml", "<settings>", "<settings><setting " + setting + "/>");
  };
  const std::vector<std::pair<std::string, std::string>> attempts{
      {with_handler(R"(<handler class="X" library="/tmp/x.so"/>)"), "never from a path"},
      {with_handler(R"(<handler class="X" library="../x.so"/>)"), "never from a path"},
      {with_handler(R"(<handler class="X" library="libx.so"/>)"), "no plug-in directory"},
      {with_handler(
           R"(<handler class="RuleHandler"><parameter name="file" value="../../etc/passwd"/></handler>)"),
       "never a path outside"},
      {with_handler(
           R"(<handler class="RuleHandler"><parameter name="file" value="/etc/passwd"/></handler>)"),
       "never a path outside"},
      {with_setting(R"(name="mail.smtp.password" value="hunter2-secret")"), "literal password"},
      {with_setting(R"(name="mail.smtp.password" value="file:/etc/shadow")"),
       "files of the machine"},
      {with_setting(R"(name="kafka.security.password" value="env:HOME")"), "files of the machine"},
      {with_setting(R"(name="mail.smtp.caFile" value="/etc/shadow")"), "files of the machine"},
      {with_setting(R"(name="mail.smtp.url" value="smtp://evil.example")"), "files of the machine"},
  };
  for (const auto& [text, said] : attempts) {
    const config::Edits edits{{"billing-config.xml", text}};
    const std::string checked = call("POST", kCheck, body(edits)).body;
    EXPECT_THAT(checked, HasSubstr(said));
    EXPECT_THAT(checked, Not(HasSubstr("root:")));
    EXPECT_THAT(checked, Not(HasSubstr("hunter2")));
    const std::string refused =
        refusal("POST", kApply, body(edits, R"("comment": "x")"), {{"if-match", etag()}});
    EXPECT_THAT(refused, AllOf(StartsWith("400 "), HasSubstr(said), Not(HasSubstr("hunter2"))));
    EXPECT_THAT(refusal("POST", "/api/v1/configuration/impact", body(edits)), StartsWith("400 "));
  }
  EXPECT_THAT(refusal("POST", kApply, body({{"../../etc/cron.d/x", "x"}}, R"("comment": "x")"),
                      {{"if-match", etag()}}),
              AllOf(StartsWith("400 "), HasSubstr("cannot be a file of a configuration")));
  EXPECT_EQ(world.number("select count(*) from config_version"), 1);
}

TEST_F(ConfigurationApiTest, XmlThatIsNoneIsRefusedByTheSameGate) {
  const std::string deep = std::string("<pricing>") + [] {
    std::string text;
    for (int i = 0; i < 100; ++i) text += "<a>";
    return text;
  }();
  for (const std::string& text :
       {std::string(
            "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><pricing>&a;</pricing>"),
        std::string("<pricing>&undefined;</pricing>"), std::string("<a/><b/>"), deep,
        std::string("<pricing/>text"), std::string("<pricing>&#0;</pricing>"), std::string(),
        std::string("\xEF\xBB\xBF<pricing/>")}) {
    const text::Json checked = post(kCheck, body({{"pricing/x.xml", text}}));
    ASSERT_EQ(checked.at("problems").as_array().size(), 1U) << text.substr(0, 40);
    EXPECT_EQ(checked.at("problems").as_array()[0].at("file").as_string(), "pricing/x.xml");
    EXPECT_THAT(refusal("POST", kApply, body({{"pricing/x.xml", text}}, R"("comment": "x")"),
                        {{"if-match", etag()}}),
                StartsWith("400 "));
  }
  EXPECT_THAT(refusal("POST", kCheck, "{\"files\": {\"pricing/x.xml\": \"\xFF\"}}"),
              StartsWith("400 "));
}

TEST_F(ConfigurationApiTest, ABodyThatIsNoneIsRefused) {
  EXPECT_THAT(refusal("POST", kCheck, "[]"), StartsWith("400 "));
  EXPECT_THAT(refusal("POST", kCheck, "{}"), StartsWith("400 files is missing"));
  EXPECT_THAT(refusal("POST", kCheck, R"({"files": {"a.xml": 1}})"), StartsWith("400 files:"));
  EXPECT_THAT(refusal("POST", kCheck, R"({"files": {}, "path": "/etc"})"),
              StartsWith("400 the body: 'path'"));
  EXPECT_THAT(refusal("POST", kApply, R"({"files": {}, "comment": "  "})"),
              StartsWith("400 comment is missing"));
  EXPECT_THAT(refusal("POST", "/api/v1/configuration/impact", R"({"files": {}, "over": "all"})"),
              StartsWith("400 over"));
  EXPECT_THAT(refusal("POST", "/api/v1/configuration/impact", R"({"files": {}, "seconds": 1e9})"),
              StartsWith("400 seconds"));
  EXPECT_THAT(refusal("POST", "/api/v1/configuration/reprice/preview",
                      R"({"files": {}, "from": "2026-10-02", "to": "2026-10-01"})"),
              StartsWith("400 the last day"));
}

TEST_F(ConfigurationApiTest, ApplyNeedsTheVersionThatWasReadAndLeavesATrace) {
  const std::string before = etag();
  const config::Edits edits{{kPricing, edited(kPricing, "0.03", "0.05")}};
  const std::string sent = body(edits, R"("comment": "dearer")");
  EXPECT_THAT(refusal("POST", kApply, sent), StartsWith("428 "));
  const Response applied = call("POST", kApply, sent, {{"if-match", before}});
  EXPECT_EQ(text::parse_json(applied.body).at("version").as_number(), "2");
  EXPECT_NE(etag(), before);
  EXPECT_THAT(refusal("POST", kApply, sent, {{"if-match", before}}), StartsWith("412 "));
  EXPECT_EQ(post(kApply, sent, {{"if-match", etag()}}).at("changed").as_boolean(), false);

  EXPECT_THAT(refusal("POST", "/api/v1/configuration/versions/9/activate", R"({"comment": "x"})",
                      {{"if-match", etag()}}),
              StartsWith("404 "));
  const text::Json back = post("/api/v1/configuration/versions/1/activate",
                               R"({"comment": "too dear"})", {{"if-match", etag()}});
  EXPECT_EQ(back.at("version").as_number(), "1");
  EXPECT_EQ(etag(), before);

  auto connection = world.connect();
  std::vector<std::string> actions;
  for (const accounts::AuditRow& row :
       accounts::list_audit_log(connection, {.action = "configuration"}, std::nullopt, 10)) {
    actions.push_back(row.entry.action + " by " + row.entry.who);
    EXPECT_EQ(row.entry.request, "test-1");
  }
  EXPECT_THAT(actions, ElementsAre("configuration.activate by key 1 'anna'",
                                   "configuration.apply by key 1 'anna'"));
}

TEST_F(ConfigurationApiTest, ARequestThatComesTwiceAppliesOnce) {
  const std::string sent =
      body({{kPricing, edited(kPricing, "0.03", "0.05")}}, R"("comment": "dearer")");
  const Headers headers{{"if-match", etag()}, {"idempotency-key", "k1"}};
  const std::string first = call("POST", kApply, sent, headers).body;
  EXPECT_EQ(call("POST", kApply, sent, headers).body, first);
  EXPECT_EQ(world.number("select count(*) from config_activation"), 2);
}

TEST_F(ConfigurationApiTest, WhatIsInUseIsAConflict) {
  world.customer("acme");
  world.subscribe("acme", "SMB", "2026-10-01");
  std::string meters = world.files().content.at("meters.xml");
  EXPECT_THAT(
      refusal("POST", kApply,
              body({{kPricing, edited(kPricing, "<plan name=\"SMB\"", "<plan name=\"Small\"")}},
                   R"("comment": "x")"),
              {{"if-match", etag()}}),
      AllOf(StartsWith("409 "), HasSubstr("acme")));
}

TEST_F(ConfigurationApiTest, AMeterIsLeftOutOnPurposeOnly) {
  const config::Edits more{
      {"meters.xml",
       edited("meters.xml", "</meters>",
              R"(<meter name="extra" event-type="x" aggregation="count" unit="x"/></meters>)")}};
  apply(more);
  const config::Edits less{{"meters.xml", world.files().content.at("meters.xml")}};
  const text::Json checked = post(kCheck, body(less));
  ASSERT_EQ(checked.at("problems").as_array().size(), 1U);
  EXPECT_EQ(checked.at("problems").as_array()[0].at("severity").as_string(), "warning");
  EXPECT_THAT(refusal("POST", kApply, body(less, R"("comment": "x")"), {{"if-match", etag()}}),
              AllOf(StartsWith("409 "), HasSubstr("extra")));
  EXPECT_EQ(apply(less, R"("drop_meters": ["extra"])"), 1);
}

TEST_F(ConfigurationApiTest, HintsTellWhatAKindOfFileMaySay) {
  const text::Json pricing = get("/api/v1/configuration/hints", {{"kind", "pricing"}});
  EXPECT_EQ(pricing.at("root").as_string(), "pricing");
  EXPECT_EQ(pricing.at("namespace").as_string(), "urn:reckoner:pricing:1");
  std::set<std::string> models;
  for (const text::Json& model : pricing.at("charge_models").as_array()) {
    models.insert(model.as_string());
  }
  EXPECT_TRUE(models.contains("graduated"));
  EXPECT_TRUE(models.contains("percentage"));
  EXPECT_FALSE(models.contains("from"));

  const text::Json billing = get("/api/v1/configuration/hints", {{"kind", "billing-config"}});
  EXPECT_GT(billing.at("handlers").as_array().size(), 10U);
  std::map<std::string, bool> editable;
  for (const text::Json& setting : billing.at("settings").as_array()) {
    editable[setting.at("name").as_string()] = setting.at("editable").as_boolean();
  }
  EXPECT_TRUE(editable.at("billing.rounding"));
  EXPECT_FALSE(editable.at("mail.smtp.password"));
  EXPECT_EQ(
      get("/api/v1/configuration/hints", {{"kind", "decisions"}}).at("facts").as_array().size(),
      1U);
  EXPECT_TRUE(get("/api/v1/configuration/hints", {{"kind", "mail"}}).at("root").is_null());
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/hints", "", {}, {{"kind", "passwd"}}),
              StartsWith("400 kind"));
  EXPECT_THAT(call("GET", "/api/v1/configuration/schemas/pricing.xsd").body,
              HasSubstr("urn:reckoner:pricing:1"));
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/schemas/..%2Fx.xsd"), StartsWith("404 "));
}

TEST_F(ConfigurationApiTest, ADecisionTableIsShownForPeople) {
  const text::Json file = get("/api/v1/configuration/decisions/pricing%2Fsubscription-fee.dmn");
  EXPECT_EQ(file.at("name").as_string(), "Subscription fee");
  ASSERT_EQ(file.at("decisions").as_array().size(), 1U);
  const text::Json& decision = file.at("decisions").as_array()[0];
  EXPECT_TRUE(decision.at("top").as_boolean());
  EXPECT_EQ(decision.at("requires").as_array()[0].as_string(), "plan.name");
  const text::Json& table = decision.at("table");
  EXPECT_EQ(table.at("hit_policy").as_string(), "UNIQUE");
  EXPECT_EQ(table.at("inputs").as_array()[0].at("expression").as_string(), "plan.name");
  EXPECT_GT(table.at("rules").as_array().size(), 2U);
  EXPECT_THAT(refusal("GET", "/api/v1/configuration/decisions/meters.xml"), StartsWith("404 "));
  EXPECT_THAT(refusal("POST", "/api/v1/configuration/decisions/read",
                      body({{kFees, "<x/>"}}, R"("file": "pricing/subscription-fee.dmn")")),
              AllOf(StartsWith("400 "), HasSubstr("pricing/subscription-fee.dmn:1")));
}

TEST_F(ConfigurationApiTest, ADecisionTableIsTriedWithFacts) {
  const auto tried = [&](const std::string& facts, const config::Edits& edits = {}) {
    return post("/api/v1/configuration/decisions/test",
                body(edits, R"("file": "pricing/subscription-fee.dmn", "facts": )" + facts));
  };
  const text::Json outcome = tried(R"({"plan.name": "SMB"})");
  EXPECT_EQ(outcome.at("rules_fired").as_array().size(), 1U);
  const std::string fee = outcome.at("results").as_array()[0].as_array()[0].at("value").as_string();
  EXPECT_TRUE(tried(R"({"plan.name": "Nobody's"})").at("rules_fired").as_array().empty());
  EXPECT_TRUE(tried("{}").at("rules_fired").as_array().empty());
  const auto refused = [&](const std::string& facts) {
    return refusal("POST", "/api/v1/configuration/decisions/test",
                   body({}, R"("file": "pricing/heavy-api-use.dmn", "facts": )" + facts));
  };
  EXPECT_THAT(refused(R"({"plan": "x"})"), StartsWith("400 there is no fact 'plan'"));
  EXPECT_THAT(refused(R"({"usage.api-calls": "many"})"), HasSubstr("'many' is not a number"));
  const text::Json heavy = post(
      "/api/v1/configuration/decisions/test",
      body({}, R"("file": "pricing/heavy-api-use.dmn", "facts": {"plan.strategy": "iot-platform",
           "usage.api-calls": "21", "population.mean-api-calls": 10})"));
  EXPECT_EQ(heavy.at("value").as_string(), "10");
  EXPECT_FALSE(fee.empty());
}

}  // namespace
}  // namespace reckoner::web
