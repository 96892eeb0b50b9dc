#include <fmt/format.h>

#include "web/analytics_report.hpp"
#include "web/console_api.hpp"
#include "web/csv_file.hpp"
#include "web/customer_documents.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

Response answered(const CustomerSession& session, const Request& request, const Report& report) {
  if (wants_csv(request)) {
    return csv_file(fmt::format("{}-{}", report.name, session.key()),
                    [&](text::CsvWriter& csv) { write_csv(csv, report); });
  }
  text::JsonWriter json;
  write_json(json, report);
  return json_response(json);
}

MonthRange months_of(const CustomerSession& session, const Request& request) {
  return month_range(request.parameter("from"), request.parameter("to"), session.today());
}

Response show_trend(CustomerSession& session, const Request& request) {
  return answered(
      session, request,
      trend_report(session.connection(), session.customer(), months_of(session, request)));
}

Response show_dearest(CustomerSession& session, const Request& request) {
  return answered(
      session, request,
      dearest_report(session.connection(), session.customer(), months_of(session, request)));
}

Response show_allowances(CustomerSession& session, const Request& request) {
  return answered(session, request,
                  allowances_report(session.connection(), session.versions(), session.customer(),
                                    months_of(session, request)));
}

Response show_unit(CustomerSession& session, const Request& request) {
  const auto unit = request.parameter("unit");
  if (!unit || unit->empty()) throw Problem(400, "unit is missing");
  const MonthRange months = months_of(session, request);
  return answered(session, request, refused_as(422, [&] {
                    return unit_report(session.connection(), session.versions(), session.customer(),
                                       *unit, months);
                  }));
}

/// What somebody of a customer knows already: the plans of that customer and of all below it. It
/// may be asking about one of these.
std::set<std::string> plans_known_to(const Principal& caller, CustomerSession& session) {
  const CustomerId own = caller.customer.value();
  session.look_at({.customer = own, .key = caller.customer_key});
  std::set<std::string> plans;
  for (const accounts::Below& one :
       accounts::read_subtree(session.connection(), own, caller.customer_key)) {
    session.look_at(one);
    plans.merge(engine::subscribed_plans(session.connection(), one.customer, session.now()));
  }
  session.look_at({.customer = session.customer(), .key = session.key()});
  return plans;
}

/// Staff compare all plans: which others there are, and what they cost, is nothing that customers
/// are told.
Response show_plans(CustomerSession& session, const Request& request) {
  std::optional<std::set<std::string>> among;
  if (!session.is_staff()) among = plans_known_to(request.principal, session);
  return answered(session, request, refused_as(422, [&] {
                    return plans_report(session.connection(), session.versions(),
                                        session.customer(),
                                        request.parameter("subscription").value_or(""), among);
                  }));
}

/// Whose customer it is, the session finds out; what others cost, only the house may read, and only
/// quartiles of it leave.
Response show_benchmark(const CustomerApi& api, CustomerSession& session, const Request& request) {
  const std::string month =
      month_range(request.parameter("month"), request.parameter("month"), session.today()).to;
  const auto lease = take_connection(api.pool);
  const store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  return answered(session, request, benchmark_report(*lease, session.customer(), month));
}

}  // namespace

std::vector<Route> analytics_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/analytics/trend", Right::kSee, show_trend),
      customer_route(api, "GET", "/analytics/dearest", Right::kSee, show_dearest),
      customer_route(api, "GET", "/analytics/allowances", Right::kSee, show_allowances),
      customer_route(api, "GET", "/analytics/unit", Right::kSee, show_unit),
      customer_route(api, "GET", "/analytics/plans", Right::kSee, show_plans),
      customer_route(api, "GET", "/analytics/benchmark", Right::kSee,
                     [api](CustomerSession& session, const Request& request) {
                       return show_benchmark(api, session, request);
                     }),
  };
}

}  // namespace reckoner::web
