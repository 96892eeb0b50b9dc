#include <fmt/format.h>

#include "web/api_world.hpp"

namespace reckoner::web {
namespace {

using testing::HasSubstr;

class EventsApiTest : public ApiTest {
 protected:
  EventsApiTest() {
    take(event("one", "bandwidth", R"({"bytes": 1})", "acme", "2026-11-29T10:00:00Z"));
    take(event("two", "bandwidth", R"({"bytes": "much"})", "acme", "2026-11-29T11:00:00Z"));
    take(event("three", "bandwidth", R"({"bytes": 3})", "globex", "2026-11-20T11:00:00Z"));
    take(event("four", "bandwidth", R"({"bytes": 3})", "nobody", "2026-11-10T11:00:00Z"));
  }

  static std::string ids_of(const text::Json& events) {
    std::string ids;
    for (const text::Json& one : events.as_array()) {
      ids += (ids.empty() ? "" : " ") + one.at("event").at("id").as_string();
    }
    return ids;
  }
  std::string ids(Query query) { return ids_of(json("GET", "/api/v1/events", std::move(query))); }
  std::string filtered(std::string filter) {
    return ids_of(json("GET", "/api/v2/events", {{"filter", std::move(filter)}}).at("items"));
  }
};

TEST_F(EventsApiTest, TheNewestComeFirstWithWhatIsWrong) {
  const text::Json events = json("GET", "/api/v1/events");
  EXPECT_EQ(ids_of(events), "two one three four");
  const text::Json& one = events.as_array()[1];
  EXPECT_EQ(text::canonical(one.at("event")),
            R"({"data":{"bytes":1},"id":"one","source":"test","specversion":"1.0",)"
            R"("subject":"acme","time":"2026-11-29T10:00:00Z","type":"bandwidth"})");
  EXPECT_EQ(one.at("customerId").as_string(), "acme");
  EXPECT_EQ(one.find("validationError"), nullptr);
  EXPECT_EQ(one.at("ingestedAt").as_string(), "2026-11-29T20:00:00Z");
  EXPECT_THAT(events.as_array()[0].at("validationError").as_string(), HasSubstr("'much'"));
  EXPECT_EQ(events.as_array()[0].at("customerId").as_string(), "acme");
  EXPECT_EQ(events.as_array()[3].find("customerId"), nullptr);
}

TEST_F(EventsApiTest, Filters) {
  EXPECT_EQ(ids({{"subject", "cm"}}), "two one");
  EXPECT_EQ(ids({{"id", "t"}}), "two three");
  EXPECT_EQ(ids({{"customerId", "globex"}}), "three");
  EXPECT_EQ(ids({{"limit", "2"}}), "two one");
  EXPECT_EQ(ids({{"from", "2026-11-20T11:00:00Z"}, {"to", "2026-11-29T11:00:00Z"}}), "one three");
  EXPECT_EQ(ids({{"ingestedAtTo", "2026-11-29T20:00:00Z"}}), "");
  EXPECT_EQ(refusal("GET", "/api/v1/events", {{"limit", "101"}}),
            "400 limit is '101': it must be a whole number from 1 to 100");
  EXPECT_EQ(refusal("GET", "/api/v1/events", {{"from", "2026-10-01T00:00:00Z"}}),
            "400 from 2026-10-01T00:00:00Z is more than 32 days back");
}

TEST_F(EventsApiTest, PagesGoOnBehindTheirCursor) {
  std::string all;
  std::string cursor;
  int pages = 0;
  do {
    Query query{{"limit", "1"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const text::Json page = json("GET", "/api/v2/events", query);
    all += ids_of(page.at("items")) + ";";
    const text::Json* next = page.find("nextCursor");
    cursor = next == nullptr ? "" : next->as_string();
  } while (!cursor.empty() && ++pages < 10);
  EXPECT_EQ(all, "two;one;three;four;;");
  EXPECT_EQ(refusal("GET", "/api/v2/events", {{"cursor", "beef"}}),
            "400 cursor is none that this list gave");
}

TEST_F(EventsApiTest, FiltersOfAttributes) {
  EXPECT_EQ(filtered(R"({"id": {"$in": ["one", "four"]}})"), "one four");
  EXPECT_EQ(filtered(R"({"subject": {"$ne": "acme"}, "type": {"$eq": "bandwidth"}})"),
            "three four");
  EXPECT_EQ(filtered(R"({"customerId": {"$eq": "acme"}})"), "two one");
  EXPECT_EQ(
      filtered(R"({"time": {"$gte": "2026-11-20T11:00:00Z", "$lt": "2026-11-29T11:00:00Z"}})"),
      "one three");
  EXPECT_EQ(refusal("GET", "/api/v2/events", {{"filter", R"({"colour": {"$eq": "red"}})"}}),
            "400 filter: unknown attribute 'colour': there are id, source, subject, type, "
            "customerId, time, ingestedAt");
  EXPECT_THAT(refusal("GET", "/api/v2/events", {{"filter", "{"}}), HasSubstr("400 filter: "));
}

TEST_F(EventsApiTest, AKeyOfACustomerSeesItsOwnEvents) {
  principal.customer = customer("acme");
  EXPECT_EQ(ids({}), "two one");
  EXPECT_EQ(refusal("GET", "/api/v1/events", {{"customerId", "globex"}}),
            "404 there is no customer 'globex'");
}

TEST_F(EventsApiTest, EventsOfOneInstantAreAllListedOnce) {
  for (int i = 0; i < 7; ++i) {
    take(event(fmt::format("same{}", i), "bandwidth", i % 2 == 0 ? R"({"bytes": 1})" : "{}", "acme",
               "2026-11-28T10:00:00Z"));
  }
  std::string all;
  std::string cursor;
  for (int page = 0; page < 20; ++page) {
    Query query{{"limit", "2"}, {"filter", R"({"id": {"$like": "same%"}})"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const text::Json found = json("GET", "/api/v2/events", query);
    if (!found.at("items").as_array().empty()) all += ids_of(found.at("items")) + " ";
    if (found.find("nextCursor") == nullptr) break;
    cursor = found.at("nextCursor").as_string();
  }
  EXPECT_EQ(all, "same6 same5 same4 same3 same2 same1 same0 ");
}

}  // namespace
}  // namespace reckoner::web
