#include <fmt/format.h>

#include "accounts/audited_change.hpp"
#include "store/repeat.hpp"
#include "store/transaction.hpp"
#include "web/active_configuration.hpp"
#include "web/change_effect.hpp"
#include "web/change_rules.hpp"
#include "web/console_api.hpp"
#include "web/customer_change.hpp"
#include "web/etag.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr std::chrono::milliseconds kConnectionWait{1'500};

constexpr store::Statement kFind{"api.changed_customer",
                                 "select customer_id from customer_key where key = $1"};

using accounts::Changed;

CustomerId customer_of(store::Connection& connection, const Request& request) {
  const std::string& key = request.path_values.at("customer");
  const auto found = connection.query(kFind, {key}).at_most_one();
  if (!found) throw Problem(404, fmt::format("there is no customer '{}'", key));
  return {found->int64("customer_id")};
}

void write_changed(text::JsonWriter& json, const Changed& outcome) {
  json.key("changed").boolean(outcome.changed).key("summary").string(outcome.summary);
  write_texts(json, "reopened", outcome.reopened);
}

Response change_customer(const ConsoleApi& api, const Request& request) {
  const CustomerChange change = read_change(request);
  const std::string& key = request.path_values.at("customer");
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const CustomerId customer = customer_of(connection, request);
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::ChangeRules rules =
        change_rules(api.versions(), connection, version->configuration(), now);
    const Changed outcome = refused_as(422, [&] {
      return accounts::audited(
          connection, rules, key,
          {.who = request.principal.author(),
           .action = "customer." + change.kind,
           .subject = {},
           .request = request.id},
          [&](const std::string& before) {
            if (!request.header("if-match").empty()) require_match(request, etag_of(before));
            return change.make({connection, api.versions(), rules, customer, key});
          });
    });
    text::JsonWriter json;
    json.begin_object();
    write_changed(json, outcome);
    write_texts(json, "documents", outcome.documents);
    json.end_object();
    return json_response(json);
  });
}

Response preview_change(const ConsoleApi& api, const Request& request) {
  const CustomerChange change = read_change(request);
  const std::string& key = request.path_values.at("customer");
  const time::Instant now = api.now();
  const auto look = [&](store::Connection& connection) {
    const store::Transaction taken_back(connection, store::TransactionKind::kEnclosingSnapshot);
    const CustomerId customer = customer_of(connection, request);
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::ChangeRules rules =
        change_rules(api.versions(), connection, version->configuration(), now);
    const Owed before = owed_by(connection, api.versions(), customer, now);
    const Changed outcome = refused_as(422, [&] {
      return change.make({connection, api.versions(), rules, customer, key});
    });
    const Owed after = owed_by(connection, api.versions(), customer, now);
    text::JsonWriter json;
    json.begin_object();
    write_changed(json, outcome);
    json.key("as_of").string(time::to_string(now));
    write_text_or_null(json, "parked_before", before.parked.value_or(""));
    write_text_or_null(json, "parked_after", after.parked.value_or(""));
    write_effect(json, before, after);
    json.end_object();
    return json_response(json);
  };
  return store::in_repeats(api.pool(), kConnectionWait, store::Twice::kIsOnce, look);
}

}  // namespace

std::vector<Route> change_routes(const ConsoleApi& api) {
  return {
      staff_route("POST", "/api/v1/customers/{customer}/changes", Right::kBill,
                  [api](const Request& request) { return change_customer(api, request); }),
      staff_route("POST", "/api/v1/customers/{customer}/changes/preview", Right::kBill,
                  [api](const Request& request) { return preview_change(api, request); }),
  };
}

}  // namespace reckoner::web
