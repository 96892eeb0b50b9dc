#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "config/draft.hpp"
#include "handlers/rule_facts.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"
#include "text/json.hpp"
#include "web/configuration_api.hpp"
#include "web/router.hpp"

namespace reckoner::web {

/// The API of the configuration over a database with the shipped one, called without a server.
class ConfigurationApiTest : public testing::Test {
 protected:
  using Query = std::vector<std::pair<std::string, std::string>>;
  using Headers = std::vector<std::pair<std::string, std::string>>;

  ConfigurationApiTest() : ConfigurationApiTest(test::BillingWorld::Setup{}) {}
  explicit ConfigurationApiTest(test::BillingWorld::Setup setup) : world(std::move(setup)) {
    world.set_clock("2026-10-20T12:00:00Z");
  }

  ConfigurationApi api() {
    ConfigurationApi made{
        world.pool(), world.versions(), [this] { return world.now(); }, directory, {}};
    made.rules.facts.push_back({"plan.name", "string", "of the plan"});
    made.rules.outputs.push_back({"fee", "", "the fee"});
    made.rules.names = [](const config::Configuration& configuration) {
      return handlers::RuleFacts(configuration, handlers::RulePlace::kBehindCalculation).names();
    };
    return made;
  }

  Response call(std::string_view method, const std::string& path, std::string body = "",
                Headers headers = {}, Query query = {}) {
    const Router router(configuration_routes(api()));
    const Router::Match match = router.find(method, path);
    Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.body = std::move(body);
    request.id = "test-1";
    for (auto& [name, value] : headers) request.headers.emplace(name, value);
    request.principal = {.key_id = 1, .name = "anna", .rights = {Right::kConsole, Right::kBill}};
    request.path_values = match.path_values;
    return router.routes().at(match.route).endpoint(request);
  }

  text::Json get(const std::string& path, Query query = {}) {
    return text::parse_json(call("GET", path, "", {}, std::move(query)).body);
  }
  text::Json post(const std::string& path, std::string body, Headers headers = {}) {
    return text::parse_json(call("POST", path, std::move(body), std::move(headers)).body);
  }

  /// What a call is refused with: "409 reason", then a line "place: reason" for each item.
  std::string refusal(std::string_view method, const std::string& path, std::string body = "",
                      Headers headers = {}, Query query = {}) {
    try {
      call(method, path, std::move(body), std::move(headers), std::move(query));
    } catch (const Problem& problem) {
      std::string told = std::to_string(problem.status()) + " " + problem.what();
      for (const Problem::Item& item : problem.items()) {
        told += "\n" + item.at + ": " + item.detail;
      }
      return told;
    }
    return "";
  }

  /// {"files": …} with more members (JSON) behind it.
  static std::string body(const config::Edits& edits, const std::string& more = "") {
    text::JsonWriter json;
    json.begin_object();
    for (const auto& [name, content] : edits) {
      json.key(name);
      content ? json.string(*content) : json.null();
    }
    json.end_object();
    return R"({"files": )" + json.finish() + (more.empty() ? "" : ", " + more) + "}";
  }

  /// The shipped file with a text replaced.
  std::string edited(const std::string& member, std::string_view from, std::string_view to) {
    return test::edited(world.files(), member, from, to).content.at(member);
  }

  std::string etag() {
    for (const auto& [name, value] : call("GET", "/api/v1/configuration").headers) {
      if (name == "ETag") return value;
    }
    ADD_FAILURE() << "no ETag";
    return "";
  }

  /// Applies files; gives the number of the version.
  std::int64_t apply(const config::Edits& edits, const std::string& more = "") {
    const text::Json applied =
        post("/api/v1/configuration/apply",
             body(edits, R"("comment": "a test")" + (more.empty() ? "" : ", " + more)),
             {{"if-match", etag()}});
    return std::stoll(applied.at("version").as_number());
  }

  test::BillingWorld world;
  std::optional<std::filesystem::path> directory =
      std::filesystem::path(RECKONER_SOURCE_DIR) / "config";
};

}  // namespace reckoner::web
