#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metering/ingest.hpp"
#include "metering/meter_life.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"
#include "text/json.hpp"
#include "web/metering_api.hpp"
#include "web/router.hpp"

namespace reckoner::web {

/// The metering API over a database with the shipped configuration, called without a server.
class ApiTest : public testing::Test {
 protected:
  using Query = std::vector<std::pair<std::string, std::string>>;

  ApiTest() {
    world.set_clock("2026-11-29T20:00:00Z");
    store::Connection connection = world.connect();
    store::Transaction transaction(connection);
    metering::settle_meters(connection, active(connection)->configuration().meters, world.now());
    transaction.commit();
    world.customer("acme");
    world.customer("globex");
  }

  Response call(std::string_view method, const std::string& path, Query query = {},
                std::string body = "", std::string accept = "application/json") {
    const Router router(
        metering_routes({world.pool(), world.versions(), [this] { return world.now(); }}));
    const Router::Match match = router.find(method, path);
    Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.body = std::move(body);
    request.headers.emplace("accept", std::move(accept));
    request.principal = principal;
    request.path_values = match.path_values;
    return router.routes().at(match.route).endpoint(request);
  }

  text::Json json(std::string_view method, const std::string& path, Query query = {},
                  std::string body = "") {
    return text::parse_json(call(method, path, std::move(query), std::move(body)).body);
  }

  /// "409 reason" of a call that is refused; "" where it is not.
  std::string refusal(std::string_view method, const std::string& path, Query query = {},
                      std::string body = "") {
    try {
      call(method, path, std::move(query), std::move(body));
    } catch (const Problem& problem) {
      return std::to_string(problem.status()) + " " + problem.what();
    }
    return "";
  }

  std::shared_ptr<const engine::CompiledVersion> active(store::Connection& connection) {
    return world.versions().load(connection, world.versions().active(connection).value());
  }

  metering::IngestCounts take(const metering::UsageEvent& event) {
    store::Connection connection = world.connect();
    return metering::ingest(connection, active(connection)->meter_reader(), "test",
                            std::array{event}, world.now());
  }

  static metering::UsageEvent event(std::string id, std::string type, std::string_view data,
                                    std::string subject = "acme",
                                    std::string_view at = "2026-11-29T12:00:00Z") {
    metering::UsageEvent made;
    made.source = "test";
    made.id = std::move(id);
    made.type = std::move(type);
    made.subject = std::move(subject);
    made.occurred_at = time::parse_instant(at);
    made.data = text::parse_json(data);
    return made;
  }

  CustomerId customer(std::string_view key) {
    return {world.number("select customer_id from customer_key where key = '" + std::string(key) +
                         "'")};
  }

  static constexpr const char* kTokens =
      R"({"slug": "tokens", "name": "Tokens", "aggregation": "SUM",
    "eventType": "prompt", "valueProperty": "$.tokens",
    "groupBy": {"model": "$.model", "kind": "$.type"}, "metadata": {"team": "ai"}})";

  test::BillingWorld world;
  Principal principal{.key_id = 1, .name = "admin", .scopes = {Scope::kIngest, Scope::kQuery}};
};

}  // namespace reckoner::web
