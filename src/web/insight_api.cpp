#include <fmt/format.h>

#include "engine/document_comparison.hpp"
#include "metering/meter_query.hpp"
#include "metering/usage_anomalies.hpp"
#include "web/customer_documents.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kDaysMax = 90;
constexpr int kDays = 30;

constexpr store::Statement kFind{"api.compared_invoice", R"(
  select ordinal from issued where customer_id = $1 and number = $2)"};

int days_of(const Request& request) {
  const auto text = request.parameter("days");
  if (!text) return kDays;
  const auto days = whole_number(*text);
  if (!days || *days < 1 || *days > kDaysMax) {
    throw Problem(400, fmt::format("days is '{}': it must be 1 to {}", *text, kDaysMax));
  }
  return static_cast<int>(*days);
}

std::vector<domain::Meter> meters_of(CustomerSession& session, const Request& request) {
  std::vector<domain::Meter> meters = session.active().configuration().meters;
  const auto name = request.parameter("meter");
  if (!name) return meters;
  std::erase_if(meters, [&](const domain::Meter& meter) { return meter.name != *name; });
  if (meters.empty()) throw Problem(404, fmt::format("there is no meter '{}'", *name));
  return meters;
}

Response show_anomalies(CustomerSession& session, const Request& request) {
  const metering::AnomalyQuery query{.customer = session.customer(),
                                     .zone = session.zone(),
                                     .until = session.now(),
                                     .days = days_of(request)};
  const std::vector<domain::Meter> meters = meters_of(session, request);
  look_up_by_key(session.connection());
  std::vector<metering::UsageAnomaly> anomalies;
  try {
    anomalies = metering::find_usage_anomalies(session.connection(), meters,
                                               metering::meter_lives(session.connection()), query);
  } catch (const metering::EventsArchived& error) {
    throw Problem(400, error.what());
  }
  text::JsonWriter json;
  json.begin_object().key("until").string(time::to_string(query.until));
  json.key("zone").string(query.zone.name()).key("days").number(query.days);
  json.key("items").begin_array();
  for (const metering::UsageAnomaly& anomaly : anomalies) metering::write_anomaly(json, anomaly);
  json.end_array().end_object();
  return json_response(json);
}

Response show_comparison(CustomerSession& session, const Request& request) {
  session.active();
  const std::string number = request.path_values.at("number");
  const auto row = session.connection().query(kFind, {session.customer(), number}).at_most_one();
  if (!row) throw Problem(404, fmt::format("there is no document '{}'", number));
  text::JsonWriter json;
  engine::write_comparison(
      json, engine::compare_with_before(session.connection(), session.versions(),
                                        {session.customer(), row->int64("ordinal")}));
  return json_response(json);
}

}  // namespace

std::vector<Route> insight_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/anomalies", Right::kSee, show_anomalies),
      customer_route(api, "GET", "/invoices/{number}/comparison", Right::kSee, show_comparison),
  };
}

}  // namespace reckoner::web
