#include "web/billing_details_api.hpp"

#include <fmt/format.h>

#include "accounts/audited_change.hpp"
#include "accounts/customer_json.hpp"
#include "store/billing_details.hpp"
#include "web/active_configuration.hpp"
#include "web/billing_columns.hpp"
#include "web/change_rules.hpp"
#include "web/etag.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/user_json.hpp"

namespace reckoner::web {

namespace {

std::string details_json(store::Connection& connection, CustomerId customer) {
  text::JsonWriter json;
  json.begin_object();
  accounts::write_members(json, store::read_billing_details(connection, {customer}).at(customer));
  json.end_object();
  return json.finish();
}

Response with_details(const Request& request, std::string json) {
  std::string etag = etag_of(json);
  return with_etag(request, {200, "application/json", std::move(json)}, std::move(etag));
}

Response show(CustomerSession& session, const Request& request) {
  return with_details(request, details_json(session.connection(), session.customer()));
}

/// A customer's people say it themselves: nothing that is billed or taxed depends on it.
Response put(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"address", "buyer_reference", "purchase_order"});
  for (const char* name : {"address", "buyer_reference", "purchase_order"}) {
    if (!body.has(name)) throw Problem(400, fmt::format("{} is missing", name));
  }
  const accounts::CustomerTerms terms{.billing_details = billing_columns(body)};
  const time::Instant now = api.now();
  Response response = once(api.pool(), request, now, [&](store::Connection& connection) {
    const CustomerChoice chosen =
        chosen_customer(connection, request.principal, request.path_values.at("customer"));
    const CustomerId customer = chosen.customer.value();
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::ChangeRules rules =
        change_rules(api.versions(), connection, version->configuration(), now);
    refused_as(422, [&] {
      return accounts::audited(
          connection, rules, chosen.key,
          {.who = request.principal.author(),
           .action = "customer.billing-details",
           .subject = {},
           .request = request.id},
          [&](const std::string&) {
            require_match(request, etag_of(details_json(connection, customer)));
            return accounts::edit_customer(connection, rules, chosen.key, terms);
          });
    });
    return Response{200, "application/json", details_json(connection, customer)};
  });
  response.headers.emplace_back("ETag", etag_of(response.body));
  return response;
}

}  // namespace

std::vector<Route> billing_details_routes(const CustomerApi& api) {
  return {customer_route(api, "GET", "/billing-details", Right::kSee, show)};
}

std::vector<Route> changed_billing_details_routes(const ConsoleApi& api) {
  return {{"PUT", "/api/v1/customers/{customer}/billing-details", Right::kManage,
           [api](const Request& request) { return put(api, request); }}};
}

}  // namespace reckoner::web
