#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/billing.hpp"
#include "text/json.hpp"
#include "web/console_api.hpp"
#include "web/customers_api.hpp"
#include "web/event_stream.hpp"
#include "web/router.hpp"

namespace reckoner::web {

/// The console's API over a database with the shipped configuration, called without a server.
/// acme and globex are on plan SMB since October; it is the 20th of November.
class ConsoleTest : public testing::Test {
 protected:
  using Query = std::vector<std::pair<std::string, std::string>>;

  ConsoleTest() : ConsoleTest(test::BillingWorld::Setup{}) {}
  explicit ConsoleTest(test::BillingWorld::Setup setup) : world(std::move(setup)) {
    world.set_clock("2026-11-20T12:00:00Z");
    for (const char* customer : {"acme", "globex"}) {
      world.customer(customer);
      world.subscribe(customer, "SMB", "2026-10-01");
    }
    principal.name = "boss";
    principal.rights = {Right::kSee, Right::kConsole, Right::kOperate, Right::kBill};
  }

  ConsoleApi api() {
    return {
        .customers = {world.pool(), world.pool(), world.versions(), [this] { return world.now(); }},
        .runner = world.runner(),
        .verifications = verifications,
        .cluster_directory = std::nullopt,
        .settings = [] { return config::Settings(); }};
  }

  Response call(std::string_view method, const std::string& path, Query query = {},
                std::string body = "", std::string idempotency_key = "") {
    std::vector<Route> routes = console_routes(api());
    for (Route& route : customer_routes(api().customers)) routes.push_back(std::move(route));
    const Router router(std::move(routes));
    const Router::Match match = router.find(method, path);
    Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.body = std::move(body);
    request.id = "r-1";
    request.headers.emplace("content-type", content_type);
    if (!idempotency_key.empty()) request.headers.emplace("idempotency-key", idempotency_key);
    if (!if_match.empty()) request.headers.emplace("if-match", if_match);
    request.principal = principal;
    request.path_values = match.path_values;
    return router.routes().at(match.route).endpoint(request);
  }

  text::Json get(const std::string& path, Query query = {}) {
    return text::parse_json(call("GET", path, std::move(query)).body);
  }
  text::Json post(const std::string& path, std::string body = "{}") {
    return text::parse_json(call("POST", path, {}, std::move(body)).body);
  }

  /// "409 reason" of a call that is refused; "" where it is not.
  std::string refusal(std::string_view method, const std::string& path, std::string body = "{}",
                      Query query = {}) {
    try {
      call(method, path, std::move(query), std::move(body));
    } catch (const Problem& problem) {
      return std::to_string(problem.status()) + " " + problem.what();
    }
    return "";
  }

  /// A member of each item of a list.
  static std::vector<std::string> column(const text::Json& list, std::string_view name) {
    std::vector<std::string> values;
    for (const text::Json& item : list.at("items").as_array()) {
      const text::Json& value = item.at(name);
      values.push_back(value.kind() == text::Json::Kind::kString ? value.as_string()
                                                                 : text::canonical(value));
    }
    return values;
  }

  static std::string text_at(const text::Json& json, std::initializer_list<std::string_view> path) {
    const text::Json* found = &json;
    for (const std::string_view name : path) found = &found->at(name);
    return found->kind() == text::Json::Kind::kString ? found->as_string()
                                                      : text::canonical(*found);
  }

  /// Actions of the audit log, the latest first.
  std::vector<std::string> actions() { return column(get("/api/v1/audit-log"), "action"); }

  test::BillingWorld world;
  Principal principal;
  std::string content_type = "application/json";
  std::string if_match;
  Verifications verifications{world.pool(), [this] { return world.now(); },
                              [](const VerifyRequest&, const VerifyListener&) {}};
};

/// Keeps what an endpoint streams.
class KeptStream : public EventStream {
 public:
  explicit KeptStream(std::function<void()> waiting = {}) : waiting_(std::move(waiting)) {}
  bool send(const StreamEvent& event) override {
    events.push_back(event);
    return events.size() < 50;
  }
  bool wait(std::chrono::milliseconds) override {
    if (waiting_) waiting_();
    return events.size() < 50;
  }
  std::vector<StreamEvent> events;

 private:
  const std::function<void()> waiting_;
};

}  // namespace reckoner::web
