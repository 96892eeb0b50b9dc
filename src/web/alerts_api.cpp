#include "engine/alerts.hpp"
#include "web/console_api.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"
#include "web/number_cursor.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using engine::Alert;

Response answer(const std::vector<Alert>& alerts, const std::optional<std::string>& next) {
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const Alert& alert : alerts) engine::write_alert(json, alert);
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

Response list_of_customer(CustomerSession& session, const Request& request) {
  const NumberPage page = NumberPage::of(request);
  auto alerts = engine::list_alerts(session.connection(), session.customer(), page.below,
                                    page.rows_to_read());
  const auto next = page.cut(alerts, [](const Alert& alert) { return alert.number; });
  return answer(alerts, next);
}

engine::AlertPlace place_of(const std::vector<std::string>& parts) {
  const auto customer = whole_number(parts.at(1));
  const auto number = whole_number(parts.at(2));
  try {
    if (!customer || !number) throw Error("no number");
    return {time::parse_instant(parts.at(0)), {*customer}, *number};
  } catch (const Error&) {
    throw Problem(400, "cursor is none that this list gave");
  }
}

Response list_of_all(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 3);
  const auto behind = page.behind ? std::optional(place_of(*page.behind)) : std::nullopt;
  const auto lease = take_connection(api.pool());
  auto alerts = engine::list_alerts(*lease, behind, static_cast<std::int64_t>(page.limit) + 1);
  if (alerts.size() <= page.limit) return answer(alerts, std::nullopt);
  alerts.erase(alerts.begin() + static_cast<std::ptrdiff_t>(page.limit), alerts.end());
  const Alert& last = alerts.back();
  return answer(alerts,
                cursor_of({time::to_string(last.told_at), std::to_string(last.customer.value),
                           std::to_string(last.number)}));
}

}  // namespace

std::vector<Route> alert_routes(const CustomerApi& api) {
  return {customer_route(api, "GET", "/alerts", Right::kSee, list_of_customer)};
}

std::vector<Route> all_alert_routes(const ConsoleApi& api) {
  return {staff_route("GET", "/api/v1/alerts", Right::kConsole,
                      [api](const Request& request) { return list_of_all(api, request); })};
}

}  // namespace reckoner::web
