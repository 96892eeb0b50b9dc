#include <fmt/format.h>

#include "web/active_configuration.hpp"
#include "web/collective_statement.hpp"
#include "web/console_api.hpp"
#include "web/cost_centre_budgets_api.hpp"
#include "web/csv_file.hpp"
#include "web/customer_documents.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"

namespace reckoner::web {

namespace {

constexpr store::Statement kName{"api.name_of_below", R"(
  select name from customer where customer_id = $1)"};

MonthRange months_of(const Request& request, time::Date today) {
  return month_range(request.parameter("from"), request.parameter("to"), today);
}

Response show_subtree(CustomerSession& session, const Request&) {
  const std::vector<accounts::Below> subtree = session.subtree();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const accounts::Below& one : subtree) {
    session.look_at(one);
    json.begin_object().key("customer").string(one.key);
    json.key("name").string(session.connection().query(kName, {one.customer}).only().text("name"));
    write_text_or_null(json, "parent", one.depth == 0 ? "" : subtree[one.parent].key);
    json.key("depth").number(one.depth).end_object();
  }
  json.end_array();
  write_next(json, std::nullopt);
  json.end_object();
  return json_response(json);
}

Response answered(const Request& request, const RollUpReport& report, std::string_view name) {
  if (wants_csv(request)) {
    return csv_file(fmt::format("roll-up-{}-{}", name, report.months.to),
                    [&](text::CsvWriter& csv) { write_csv(csv, report); });
  }
  text::JsonWriter json;
  write_json(json, report);
  return json_response(json);
}

Response show_roll_up(CustomerSession& session, const Request& request) {
  const MonthRange months = months_of(request, session.today());
  const std::string key = session.key();
  return answered(request,
                  subtree_costs(session.connection(), session.subtree(), months,
                                [&](const accounts::Below& one) { session.look_at(one); }),
                  key);
}

Response show_collective(CustomerSession& session, const Request& request) {
  const std::string month =
      month_range(request.parameter("month"), request.parameter("month"), session.today()).to;
  const CollectiveStatement statement =
      collective_statement(session.connection(), session.subtree(), month,
                           [&](const accounts::Below& one) { session.look_at(one); });
  if (wants_csv(request)) {
    return csv_file(fmt::format("collective-{}-{}", statement.customer, month),
                    [&](text::CsvWriter& csv) { write_csv(csv, statement, session.today()); });
  }
  text::JsonWriter json;
  write_json(json, statement, session.today());
  return json_response(json);
}

Response show_cost_centres(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  const store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const MonthRange months = months_of(request, time::Zone::utc().date_of(api.now()));
  return answered(request, cost_centre_costs(*lease, version->configuration().allocation, months),
                  "cost-centres");
}

}  // namespace

std::vector<Route> hierarchy_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/subtree", Right::kSee, show_subtree),
      customer_route(api, "GET", "/roll-up", Right::kSee, show_roll_up),
      customer_route(api, "GET", "/collective-statement", Right::kSee, show_collective),
  };
}

std::vector<Route> cost_centre_routes(const ConsoleApi& api) {
  std::vector<Route> routes = cost_centre_budget_routes(api);
  routes.push_back(
      staff_route("GET", "/api/v1/cost-centres/roll-up", Right::kConsole,
                  [api](const Request& request) { return show_cost_centres(api, request); }));
  return routes;
}

}  // namespace reckoner::web
