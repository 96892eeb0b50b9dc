#include "web/api_world.hpp"
#include "web/resource_id.hpp"

namespace reckoner::web {
namespace {

using testing::HasSubstr;

TEST(ResourceIdTest, IsTheSameEverywhereAndLooksLikeAUlid) {
  const std::string id = resource_id("meter", "tokens");
  EXPECT_EQ(id, resource_id("meter", "tokens"));
  EXPECT_EQ(id.size(), 26U);
  EXPECT_EQ(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
  EXPECT_LE(id.front(), '7');
  EXPECT_NE(id, resource_id("meter", "tokens2"));
  EXPECT_NE(id, resource_id("subject", "tokens"));
}

class MetersApiTest : public ApiTest {};

TEST_F(MetersApiTest, AMeterIsMadeShownChangedAndEnded) {
  const Response made = call("POST", "/api/v1/meters", {}, kTokens);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.content_type, "application/json");
  const text::Json meter = text::parse_json(made.body);
  EXPECT_EQ(meter.at("id").as_string(), resource_id("meter", "tokens"));
  EXPECT_EQ(meter.at("slug").as_string(), "tokens");
  EXPECT_EQ(meter.at("name").as_string(), "Tokens");
  EXPECT_EQ(meter.at("aggregation").as_string(), "SUM");
  EXPECT_EQ(meter.at("eventType").as_string(), "prompt");
  EXPECT_EQ(meter.at("valueProperty").as_string(), "$.tokens");
  EXPECT_EQ(meter.at("groupBy").at("kind").as_string(), "$.type");
  EXPECT_EQ(meter.at("metadata").at("team").as_string(), "ai");
  EXPECT_EQ(meter.at("createdAt").as_string(), "2026-11-29T20:00:00Z");
  EXPECT_EQ(meter.find("deletedAt"), nullptr);

  const std::string by_id = "/api/v1/meters/" + meter.at("id").as_string();
  EXPECT_EQ(json("GET", by_id), meter);
  EXPECT_EQ(json("GET", "/api/v1/meters/tokens"), meter);

  world.set_clock("2026-11-29T21:00:00Z");
  const text::Json changed =
      json("PUT", by_id, {}, R"({"name": "Tokens & more", "metadata": null})");
  EXPECT_EQ(changed.at("name").as_string(), "Tokens & more");
  EXPECT_EQ(changed.find("metadata"), nullptr);
  EXPECT_EQ(changed.at("groupBy"), meter.at("groupBy"));
  EXPECT_EQ(changed.at("createdAt").as_string(), "2026-11-29T20:00:00Z");
  EXPECT_EQ(changed.at("updatedAt").as_string(), "2026-11-29T21:00:00Z");

  const Response gone = call("DELETE", "/api/v1/meters/tokens");
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
  EXPECT_EQ(refusal("GET", "/api/v1/meters/tokens"), "404 there is no meter 'tokens'");
  EXPECT_EQ(json("GET", by_id).at("deletedAt").as_string(), "2026-11-29T21:00:00Z");
  EXPECT_EQ(refusal("DELETE", by_id).substr(0, 3), "404");
  EXPECT_EQ(refusal("POST", "/api/v1/meters", {}, kTokens),
            "409 meter 'tokens' has been there and has ended: its name stays with its usage");
}

TEST_F(MetersApiTest, EachChangeIsAConfigurationVersion) {
  call("POST", "/api/v1/meters", {}, kTokens);
  store::Connection connection = world.connect();
  const auto history = world.versions().history(connection);
  EXPECT_EQ(history.front().activated_by, "key 1 'admin'");
  EXPECT_EQ(history.front().comment, "meter tokens made through the API");
  const config::Files files = world.versions().files(connection, history.front().version);
  EXPECT_THAT(files.content.at("meters.xml"), HasSubstr("<!-- Bytes moved in and out. -->"));
  EXPECT_THAT(files.content.at("meters.xml"), HasSubstr(R"(<meter name="tokens")"));
  EXPECT_EQ(metering::meter_lives(connection).at("tokens").created_at, world.now());
}

TEST_F(MetersApiTest, ChangingMetersIsARightOfItsOwn) {
  for (const Route& route :
       meter_routes({world.pool(), world.versions(), [this] { return world.now(); }})) {
    EXPECT_EQ(route.right, route.method == "GET" ? Right::kQuery : Right::kManageMeters)
        << route.method << ' ' << route.pattern;
  }
}

TEST_F(MetersApiTest, WhatIsNoMeterIsRefused) {
  const auto refused = [&](std::string_view from, std::string_view to) {
    std::string body = kTokens;
    body.replace(body.find(from), from.size(), to);
    return refusal("POST", "/api/v1/meters", {}, body);
  };
  EXPECT_EQ(refused(R"("tokens")", R"("Tokens")"),
            "400 slug is 'Tokens': it must match ^[a-z0-9]+(?:_[a-z0-9]+)*$ and have 64 characters "
            "at most");
  EXPECT_EQ(refused(R"("SUM")", R"("MEDIAN")"),
            "400 aggregation is 'MEDIAN': it must be one of SUM, COUNT, UNIQUE_COUNT, AVG, MIN, "
            "MAX, LATEST");
  EXPECT_EQ(refused(R"("eventType": "prompt",)", ""), "400 eventType is missing");
  EXPECT_EQ(refused(R"("valueProperty": "$.tokens",)", ""), "400 valueProperty is missing");
  EXPECT_EQ(refused(R"("$.tokens")", R"("tokens")"),
            "400 valueProperty is 'tokens': it must be a JSONPath such as $.tokens");
  EXPECT_THAT(refused(R"("$.tokens")", R"("$..tokens")"), HasSubstr("400 meters.xml:"));
  EXPECT_THAT(refused(R"("model")", R"("subject")"), HasSubstr("'subject' cannot be a key"));
  EXPECT_EQ(refused(R"("ai")", "1"), "400 metadata: team is a number, not a string");
  EXPECT_EQ(refusal("POST", "/api/v1/meters", {}, "[]"),
            "400 the body: expected an object, found an array");
  call("POST", "/api/v1/meters", {}, kTokens);
  EXPECT_EQ(refusal("POST", "/api/v1/meters", {}, kTokens), "409 meter 'tokens' exists already");
  EXPECT_EQ(refusal("PUT", "/api/v1/meters/nothing", {}, "{}"), "404 there is no meter 'nothing'");
}

TEST_F(MetersApiTest, AMeterThatAChargeMeasuresStays) {
  EXPECT_THAT(refusal("DELETE", "/api/v1/meters/bandwidth"),
              HasSubstr("409 meter 'bandwidth' is measured by charge "));
  EXPECT_EQ(json("GET", "/api/v1/meters/bandwidth").at("valueProperty").as_string(), "$.bytes");
}

TEST_F(MetersApiTest, AnEndedMeterCountsNothingMoreAndKeepsItsUsage) {
  call("POST", "/api/v1/meters", {}, kTokens);
  EXPECT_EQ(take(event("a", "prompt", R"({"tokens": 3})")).counted, 1);
  call("DELETE", "/api/v1/meters/tokens");
  EXPECT_EQ(take(event("b", "prompt", R"({"tokens": 5})")).quarantined, 1);
  const text::Json usage =
      json("GET", "/api/v1/meters/" + resource_id("meter", "tokens") + "/query",
           {{"from", "2026-11-29T00:00:00Z"}, {"to", "2026-11-30T00:00:00Z"}});
  EXPECT_EQ(usage.at("data").as_array().at(0).at("value").as_number(), "3");
}

TEST_F(MetersApiTest, ListsHavePagesAndAnOrder) {
  call("POST", "/api/v1/meters", {}, kTokens);
  const auto slugs = [&](Query query) {
    std::vector<std::string> found;
    const text::Json listed = json("GET", "/api/v1/meters", std::move(query));
    for (const text::Json& meter : listed.as_array()) {
      found.push_back(meter.at("slug").as_string());
    }
    return found;
  };
  EXPECT_EQ(slugs({}).back(), "tokens");
  const std::size_t count = slugs({}).size();
  EXPECT_THAT(slugs({{"orderBy", "key"}, {"pageSize", "2"}}),
              testing::ElementsAre("api-calls", "bandwidth"));
  EXPECT_THAT(slugs({{"orderBy", "key"}, {"order", "DESC"}, {"pageSize", "1"}, {"page", "1"}}),
              testing::ElementsAre("tokens"));
  EXPECT_TRUE(slugs({{"page", "1000"}}).empty());
  call("DELETE", "/api/v1/meters/tokens");
  EXPECT_EQ(slugs({}).size(), count - 1);
  EXPECT_EQ(slugs({{"includeDeleted", "true"}}).size(), count);
  EXPECT_EQ(refusal("GET", "/api/v1/meters", {{"orderBy", "size"}}).substr(0, 3), "400");
  EXPECT_EQ(refusal("GET", "/api/v1/meters", {{"page", "0"}}),
            "400 page is '0': it must be a whole number from 1 to 1000000");
}

}  // namespace
}  // namespace reckoner::web
