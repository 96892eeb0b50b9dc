#include "web/health_api.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reckoner::web {
namespace {

using testing::HasSubstr;

class HealthApiTest : public testing::Test {
 protected:
  HealthApiTest() { traffic.know_routes({"GET /healthz"}); }

  Response get(std::string_view pattern, const Request& request = {}) {
    const auto health = std::make_shared<Health>([this] {
      ++asked;
      if (lost) throw Error("gone");
    });
    const auto routes =
        health_routes({health, &traffic, sources, std::nullopt, [this] { return degraded; }});
    for (const Route& route : routes) {
      if (route.pattern == pattern) return route.endpoint(request);
    }
    throw Bug("no such route");
  }

  Traffic traffic;
  std::vector<MetricsSource> sources;
  bool lost = false;
  std::string degraded;
  int asked = 0;
};

TEST_F(HealthApiTest, SaysWhetherTheDatabaseAnswers) {
  EXPECT_EQ(get("/healthz").status, 200);
  lost = true;
  EXPECT_THROW(get("/healthz"), Problem);
  EXPECT_THAT(get("/metrics").body, HasSubstr("reckoner_database_up 0\n"));
}

TEST_F(HealthApiTest, SaysWhatDoesNotWorkAlthoughItAnswers) {
  EXPECT_EQ(get("/healthz").body, R"({"status":"ok"})");
  EXPECT_THAT(get("/metrics").body, HasSubstr("reckoner_degraded 0\n"));
  degraded = "the database's disk is full";
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/healthz").body,
            R"({"status":"degraded","detail":"the database's disk is full"})");
  EXPECT_THAT(get("/metrics").body, HasSubstr("reckoner_degraded 1\n"));
}

TEST_F(HealthApiTest, AsksOnceASecond) {
  int count = 0;
  Health health([&count] { ++count; });
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(health.database_answers());
  EXPECT_LE(count, 2);
}

TEST_F(HealthApiTest, MetricsAreGatheredFromAll) {
  sources.push_back([] { return "one 1\n"; });
  sources.push_back([]() -> std::string { throw Error("gone"); });
  sources.push_back([] { return "three 3\n"; });
  const Response response = get("/metrics");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4");
  EXPECT_THAT(response.body, HasSubstr("one 1\n# some metrics cannot be read now\nthree 3\n"));
  EXPECT_THAT(response.body, HasSubstr("reckoner_database_up 1\n"));
}

TEST_F(HealthApiTest, MetricsAreNotForCustomers) {
  Request request;
  request.principal.customer = CustomerId{7};
  EXPECT_THROW(get("/metrics", request), Problem);
}

TEST(Loopback, IsKnown) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    EXPECT_TRUE(is_loopback(host));
  }
  for (const char* host : {"0.0.0.0", "::", "192.168.1.1", "127.example.com"}) {
    EXPECT_FALSE(is_loopback(host));
  }
}

}  // namespace
}  // namespace reckoner::web
