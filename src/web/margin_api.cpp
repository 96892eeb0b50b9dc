#include <fmt/format.h>

#include "store/transaction.hpp"
#include "web/console_api.hpp"
#include "web/csv_file.hpp"
#include "web/customer_documents.hpp"
#include "web/margin_report.hpp"
#include "web/metering_session.hpp"
#include "web/roll_up_report.hpp"

namespace reckoner::web {

namespace {

Response show_margins(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  const store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  const auto asked = request.parameter("month");
  const std::string month = month_range(asked, asked, time::Zone::utc().date_of(api.now())).to;
  const auto by = margin_by(request.parameter("by").value_or(""));
  const auto rows = engine::margins_by(engine::margins(*lease, api.versions(), month), by);
  if (wants_csv(request)) {
    return csv_file(fmt::format("margin-{}", month),
                    [&](text::CsvWriter& csv) { write_csv(csv, month, rows); });
  }
  text::JsonWriter json;
  write_json(json, month, rows);
  return json_response(json);
}

}  // namespace

std::vector<Route> margin_routes(const ConsoleApi& api) {
  return {staff_route("GET", "/api/v1/margin", Right::kConsole,
                      [api](const Request& request) { return show_margins(api, request); })};
}

}  // namespace reckoner::web
