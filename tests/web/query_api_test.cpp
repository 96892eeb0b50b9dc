#include "web/api_world.hpp"

namespace reckoner::web {
namespace {

using testing::HasSubstr;

class QueryApiTest : public ApiTest {
 protected:
  QueryApiTest() {
    call("POST", "/api/v1/meters", {}, kTokens);
    take(event("a", "prompt", R"({"tokens": "0.1", "model": "gpt", "type": "in"})"));
    take(event("b", "prompt", R"({"tokens": 0.2, "model": "gpt", "type": "out"})"));
    take(event("c", "prompt", R"({"tokens": 5, "model": "llama"})", "globex",
               "2026-11-29T13:30:00Z"));
  }

  static constexpr const char* kPath = "/api/v1/meters/tokens/query";
  const Query kDay{{"from", "2026-11-29T00:00:00.000Z"}, {"to", "2026-11-30T00:00:00.000Z"}};

  Query day_and(const Query& more) const {
    Query query = kDay;
    query.insert(query.end(), more.begin(), more.end());
    return query;
  }
  /// The rows, compact.
  std::string rows(const Query& more) {
    return text::canonical(json("GET", kPath, day_and(more)).at("data"));
  }
  std::string refused(const Query& more) { return refusal("GET", kPath, day_and(more)); }

  static constexpr const char* kWindow =
      R"("windowEnd":"2026-11-30T00:00:00Z","windowStart":"2026-11-29T00:00:00Z"})";
};

TEST_F(QueryApiTest, ValuesAreExactNumbers) {
  const Response response = call("GET", kPath, kDay);
  EXPECT_EQ(response.body,
            R"({"from":"2026-11-29T00:00:00Z","to":"2026-11-30T00:00:00Z","data":[{"value":5.3,)"
            R"("windowStart":"2026-11-29T00:00:00Z","windowEnd":"2026-11-30T00:00:00Z",)"
            R"("subject":null,"groupBy":{}}]})");
  EXPECT_EQ(
      call(
          "GET", kPath,
          {{"from", "2026-10-01T00:00:00Z"}, {"to", "2026-11-01T00:00:00Z"}, {"windowSize", "DAY"}})
          .body,
      R"({"from":"2026-10-01T00:00:00Z","to":"2026-11-01T00:00:00Z","windowSize":"DAY",)"
      R"("data":[]})");
  EXPECT_EQ(json("GET", kPath).find("from"), nullptr);
}

TEST_F(QueryApiTest, SubjectsGroupsAndFilters) {
  EXPECT_EQ(
      rows({{"subject", "acme"}, {"groupBy", "model"}, {"groupBy", "kind"}}),
      std::string(R"([{"groupBy":{"kind":"in","model":"gpt"},"subject":"acme","value":0.1,)") +
          kWindow + R"(,{"groupBy":{"kind":"out","model":"gpt"},"subject":"acme","value":0.2,)" +
          kWindow + "]");
  EXPECT_EQ(rows({{"groupBy", "kind"}, {"filterGroupBy[model]", "llama"}}),
            std::string(R"([{"groupBy":{"kind":""},"subject":null,"value":5,)") + kWindow + "]");
  EXPECT_EQ(rows({{"advancedMeterGroupByFilters", R"({"model":{"$in":["gpt","x"]}})"}}),
            std::string(R"([{"groupBy":{},"subject":null,"value":0.3,)") + kWindow + "]");
  EXPECT_EQ(rows({{"filterCustomerId", "globex"}}),
            std::string(R"([{"customerId":"globex","groupBy":{},"subject":null,"value":5,)") +
                kWindow + "]");
}

TEST_F(QueryApiTest, ABodyAsksTheSame) {
  const Response response =
      call("POST", kPath, {},
           R"({"from": "2026-11-29T00:00:00Z", "to": "2026-11-30T00:00:00+00:00",
               "windowSize": "HOUR", "windowTimeZone": "Europe/Berlin", "subject": ["acme", "globex"],
               "filterGroupBy": {"model": ["gpt", "llama"]}, "groupBy": ["model"],
               "clientId": "test"})");
  EXPECT_EQ(response.body,
            R"({"from":"2026-11-29T00:00:00Z","to":"2026-11-30T00:00:00Z","windowSize":"HOUR",)"
            R"("data":[{"value":0.3,"windowStart":"2026-11-29T12:00:00Z",)"
            R"("windowEnd":"2026-11-29T13:00:00Z","subject":"acme","groupBy":{"model":"gpt"}},)"
            R"({"value":5,"windowStart":"2026-11-29T13:00:00Z",)"
            R"("windowEnd":"2026-11-29T14:00:00Z","subject":"globex",)"
            R"("groupBy":{"model":"llama"}}]})");
  EXPECT_EQ(text::parse_json(call("POST", kPath, {}, "{}").body).at("data").as_array().size(), 1U);
  EXPECT_EQ(refusal("POST", kPath, {}, R"({"from": 5})"), "400 from is a number, not a string");
  EXPECT_EQ(refusal("POST", kPath, {}, "{"),
            "400 the body: " + refusal("POST", kPath, {}, "{").substr(14));
}

TEST_F(QueryApiTest, CsvHasTheColumnsThatAreAskedFor) {
  const auto csv = [&](const Query& more) {
    return call("GET", kPath, day_and(more), "", "text/csv");
  };
  const Response plain = csv({});
  EXPECT_EQ(plain.content_type, "text/csv");
  EXPECT_EQ(plain.headers.at(0), std::pair(std::string("Content-Disposition"),
                                           std::string("attachment; filename=\"tokens.csv\"")));
  EXPECT_EQ(plain.body,
            "window_start,window_end,value\r\n"
            "2026-11-29T00:00:00Z,2026-11-30T00:00:00Z,5.300000\r\n");
  call("POST", "/api/v1/subjects", {}, R"([{"key": "acme", "displayName": "Acme, Inc."}])");
  EXPECT_EQ(csv({{"groupBy", "subject"}, {"groupBy", "model"}}).body,
            "window_start,window_end,subject,subject_display_name,model,value\r\n"
            "2026-11-29T00:00:00Z,2026-11-30T00:00:00Z,acme,\"Acme, Inc.\",gpt,0.300000\r\n"
            "2026-11-29T00:00:00Z,2026-11-30T00:00:00Z,globex,,llama,5.000000\r\n");
}

TEST_F(QueryApiTest, WhatCannotBeAskedIsSaid) {
  EXPECT_EQ(refused({{"groupBy", "colour"}}), "400 invalid group by: colour");
  EXPECT_EQ(refused({{"filterGroupBy[colour]", "red"}}), "400 invalid group by filter: colour");
  EXPECT_EQ(refused({{"advancedMeterGroupByFilters", R"({"colour":{"$eq":"red"}})"}}),
            "400 invalid group by filter: colour");
  EXPECT_EQ(refused({{"advancedMeterGroupByFilters", R"({"model":{"$is":"red"}})"}}).substr(0, 57),
            "400 advancedMeterGroupByFilters: model: unknown operator ");
  EXPECT_EQ(refused({{"advancedMeterGroupByFilters", R"({"model":{"$eq":"gpt"}})"},
                     {"filterGroupBy[model]", "gpt"}}),
            "400 advancedMeterGroupByFilters and filterGroupBy cannot be used together");
  EXPECT_EQ(refused({{"windowSize", "WEEK"}}),
            "400 windowSize is 'WEEK': it must be one of MINUTE, HOUR, DAY, MONTH");
  EXPECT_THAT(refused({{"windowTimeZone", "Europe/Berlín"}}), HasSubstr("400 windowTimeZone: "));
  EXPECT_EQ(refused({{"groupBy", "customer_id"}}),
            "400 group by customer_id needs filterCustomerId");
  EXPECT_EQ(refused({{"filterCustomerId", "nobody"}}), "404 there is no customer 'nobody'");
  EXPECT_EQ(
      refusal("GET", kPath, {{"from", "2026-11-29T00:00:00Z"}, {"to", "2026-11-29T00:00:00.9Z"}}),
      "400 from 2026-11-29T00:00:00Z is not before to 2026-11-29T00:00:00.900000Z");
  EXPECT_THAT(refusal("GET", kPath, {{"from", "yesterday"}}), HasSubstr("400 from: "));
  EXPECT_EQ(refusal("GET", "/api/v1/meters/nothing/query"), "404 there is no meter 'nothing'");
  Query many;
  for (int i = 0; i < 101; ++i) many.emplace_back("subject", std::to_string(i));
  EXPECT_EQ(refused(many), "400 subject has 101 values: 100 at most");
  EXPECT_EQ(refused({{"clientId", std::string(37, 'x')}}),
            "400 clientId must have 1 to 36 characters");
}

TEST_F(QueryApiTest, AKeyOfACustomerSeesThatCustomerAlone) {
  principal.customer = customer("acme");
  EXPECT_EQ(rows({}), std::string(R"([{"groupBy":{},"subject":null,"value":0.3,)") + kWindow + "]");
  EXPECT_EQ(rows({{"subject", "globex"}}), "[]");
  EXPECT_EQ(refused({{"filterCustomerId", "globex"}}), "404 there is no customer 'globex'");
  EXPECT_EQ(call("GET", "/api/v1/meters/tokens/subjects").body, R"(["acme"])");
  EXPECT_EQ(call("GET", "/api/v1/meters/tokens/group-by/model/values").body, R"(["gpt"])");
}

TEST_F(QueryApiTest, SubjectsAndValuesOfAMeter) {
  EXPECT_EQ(call("GET", "/api/v1/meters/tokens/subjects").body, R"(["acme","globex"])");
  EXPECT_EQ(call("GET", "/api/v1/meters/tokens/group-by/model/values").body, R"(["gpt","llama"])");
  EXPECT_EQ(call("GET", "/api/v1/meters/tokens/group-by/model/values", {{"search", "LL"}}).body,
            R"(["llama"])");
  EXPECT_EQ(call("GET", "/api/v1/meters/tokens/group-by/kind/values").body, R"(["in","out"])");
  EXPECT_EQ(call("GET", "/api/v1/meters/tokens/group-by/model/values",
                 {{"from", "2026-11-01T00:00:00Z"}, {"to", "2026-11-02T00:00:00Z"}})
                .body,
            "[]");
  EXPECT_EQ(refusal("GET", "/api/v1/meters/tokens/group-by/colour/values"),
            "400 invalid group by: colour");
}

}  // namespace
}  // namespace reckoner::web
