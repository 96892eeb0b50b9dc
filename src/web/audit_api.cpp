#include "store/transaction.hpp"
#include "web/console_api.hpp"
#include "web/csv_file.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

constexpr std::int64_t kFileRows = 100'000;
constexpr std::int64_t kFilePage = 1'000;

using accounts::AuditRow;

accounts::AuditFilter filter_of(const Request& request) {
  return {.who = request.parameter("who").value_or(""),
          .action = request.parameter("action").value_or(""),
          .customer = request.parameter("customer").value_or(""),
          .from = time_parameter(request, "from"),
          .to = time_parameter(request, "to")};
}

void write_json_or_null(text::JsonWriter& json, std::string_view name, const std::string& value) {
  json.key(name);
  value.empty() ? json.null() : json.json(text::parse_json(value));
}

void write_row(text::JsonWriter& json, const AuditRow& row) {
  json.begin_object().key("entry").number(row.number).key("at").string(time::to_string(row.at));
  json.key("who").string(row.entry.who).key("action").string(row.entry.action);
  json.key("subject").string(row.entry.subject);
  write_text_or_null(json, "customer", row.customer_key);
  write_json_or_null(json, "before", row.entry.before);
  write_json_or_null(json, "after", row.entry.after);
  write_text_or_null(json, "request", row.entry.request);
  json.end_object();
}

Response list_audit_log(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 1);
  std::optional<std::int64_t> below;
  if (page.behind) {
    below = whole_number(page.behind->front());
    if (!below) throw Problem(400, "cursor is none that this list gave");
  }
  const auto limit = static_cast<std::int64_t>(page.limit);
  const auto lease = take_connection(api.pool());
  auto rows = accounts::list_audit_log(*lease, filter_of(request), below, limit + 1);
  const bool more = static_cast<std::int64_t>(rows.size()) > limit;
  if (more) rows.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const AuditRow& row : rows) write_row(json, row);
  json.end_array();
  write_next(json,
             more ? std::optional(cursor_of({std::to_string(rows.back().number)})) : std::nullopt);
  json.end_object();
  return json_response(json);
}

Response export_audit_log(const ConsoleApi& api, const Request& request) {
  const accounts::AuditFilter filter = filter_of(request);
  const auto lease = take_connection(api.pool());
  store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  return csv_file("audit-log", [&](text::CsvWriter& csv) {
    for (const char* title :
         {"entry", "at", "who", "action", "subject", "customer", "before", "after", "request"}) {
      csv.text(title);
    }
    csv.end_row();
    std::optional<std::int64_t> below;
    for (std::int64_t written = 0; written < kFileRows; written += kFilePage) {
      const auto rows = accounts::list_audit_log(*lease, filter, below, kFilePage);
      for (const AuditRow& row : rows) {
        csv.number(std::to_string(row.number)).text(time::to_string(row.at));
        csv.text(row.entry.who).text(row.entry.action).text(row.entry.subject);
        csv.text(row.customer_key).text(row.entry.before).text(row.entry.after);
        csv.text(row.entry.request).end_row();
      }
      if (static_cast<std::int64_t>(rows.size()) < kFilePage) return;
      below = rows.back().number;
    }
  });
}

}  // namespace

std::vector<Route> audit_routes(const ConsoleApi& api) {
  return {
      staff_route("GET", "/api/v1/audit-log", Right::kConsole,
                  [api](const Request& request) { return list_audit_log(api, request); }),
      staff_route("GET", "/api/v1/audit-log.csv", Right::kConsole,
                  [api](const Request& request) { return export_audit_log(api, request); }),
  };
}

}  // namespace reckoner::web
