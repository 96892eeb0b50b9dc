#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metering/cut.hpp"
#include "metering/meter_life.hpp"
#include "store/transaction.hpp"
#include "support/billing.hpp"
#include "text/json.hpp"
#include "web/customers_api.hpp"
#include "web/router.hpp"

namespace reckoner::web {

/// What is below /api/v1/customers over a database with the shipped configuration: acme and globex
/// are on Professional since September, which was billed, and it is 11 October.
class CustomersTest : public testing::Test {
 protected:
  using Query = std::vector<std::pair<std::string, std::string>>;

  CustomersTest() {
    world.set_clock("2026-09-01T00:00:00Z");
    store::Connection connection = world.connect();
    store::Transaction transaction(connection);
    metering::settle_meters(connection,
                            world.versions()
                                .load(connection, world.versions().active(connection).value())
                                ->configuration()
                                .meters,
                            world.now());
    transaction.commit();
    for (const char* key : {"acme", "globex"}) {
      world.customer(key);
      world.subscribe(key, "Professional", "2026-09-01");
      world.bandwidth(key, "2000", "2026-09-10T10:00:00Z");
      world.bandwidth(key, "1000", "2026-09-20T10:00:00Z");
    }
    world.run("2026-10-01T02:00:00Z");
    for (const char* key : {"acme", "globex"}) {
      world.bandwidth(key, "1000", "2026-10-05T10:00:00Z");
      world.bandwidth(key, "1000", "2026-10-10T10:00:00Z");
    }
    world.set_clock("2026-10-11T00:00:00Z");
    principal = tenant("acme");
  }

  CustomerId id_of(const std::string& key) {
    return {world.number("select customer_id from customer_key where key = '" + key + "'")};
  }
  /// Somebody of the customer.
  Principal tenant(const std::string& key) {
    return {.name = "anna",
            .rights = {Right::kQuery, Right::kSee, Right::kManage},
            .customer = id_of(key),
            .customer_key = key,
            .user_id = 1};
  }
  static Principal staff() {
    return {.name = "otto",
            .rights = {Right::kQuery, Right::kSee, Right::kManage, Right::kConsole},
            .user_id = 2};
  }

  const Router& router() { return router_; }

  Response call(std::string_view method, const std::string& path, Query query = {},
                std::string body = "",
                const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    return call_as(principal, method, path, std::move(query), std::move(body), headers);
  }
  Response call_as(const Principal& who, std::string_view method, const std::string& path,
                   Query query = {}, std::string body = "",
                   const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    const Router::Match match = router_.find(method, path);
    Request request;
    request.method = method;
    request.path = path;
    request.query = std::move(query);
    request.body = std::move(body);
    for (const auto& header : headers) request.headers.insert(header);
    request.principal = who;
    request.path_values = match.path_values;
    return router_.routes().at(match.route).endpoint(request);
  }

  text::Json json(std::string_view method, const std::string& path, Query query = {},
                  std::string body = "") {
    return text::parse_json(call(method, path, std::move(query), std::move(body)).body);
  }
  std::string csv(const std::string& path, Query query = {}) {
    return call("GET", path, std::move(query), "", {{"accept", "text/csv"}}).body;
  }

  /// "409 reason" of a call that is refused; "" where it is not.
  std::string refusal(std::string_view method, const std::string& path, Query query = {},
                      std::string body = "",
                      const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    try {
      call(method, path, std::move(query), std::move(body), headers);
    } catch (const Problem& problem) {
      return std::to_string(problem.status()) + " " + problem.what();
    } catch (const Error& error) {
      return std::string("400 ") + error.what();
    }
    return "";
  }

  static std::string text(const text::Json& json, std::string_view name) {
    const text::Json* found = json.find(name);
    if (found == nullptr) return "(missing)";
    return found->is_null()                             ? "(null)"
           : found->kind() == text::Json::Kind::kString ? found->as_string()
                                                        : text::canonical(*found);
  }
  static const std::vector<text::Json>& array(const text::Json& json, std::string_view name) {
    return json.find(name)->as_array();
  }

  test::BillingWorld world;
  store::Pool tenants{{.conninfo = test::as_role(world.connect_string(), store::Role::kReader)}, 4};
  Principal principal;  ///< somebody of acme

 private:
  Router router_{
      customer_routes({world.pool(), tenants, world.versions(), [this] { return world.now(); }})};
};

}  // namespace reckoner::web
