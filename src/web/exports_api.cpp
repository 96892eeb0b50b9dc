#include "web/exports_api.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "accounts/exports.hpp"
#include "accounts/journal_entries.hpp"
#include "config/export_settings.hpp"
#include "domain/legal_entity.hpp"
#include "exports/journal_writer.hpp"
#include "store/journal_position.hpp"
#include "store/transaction.hpp"
#include "web/active_configuration.hpp"
#include "web/audit_record.hpp"
#include "web/console_api.hpp"
#include "web/download.hpp"
#include "web/idempotency.hpp"
#include "web/journal_request.hpp"
#include "web/metering_session.hpp"
#include "web/number_cursor.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using accounts::ExportRecord;

constexpr std::int64_t kFocusDaysMax = 366;

using SharedLease = std::shared_ptr<store::Pool::Lease>;

SharedLease share_connection(const ConsoleApi& api) {
  return std::make_shared<store::Pool::Lease>(take_connection(api.pool()));
}

exports::JournalFormat format_of(const Request& request) {
  const std::string name = request.parameter("format").value_or("");
  const auto format = exports::journal_format_named(name);
  if (format) return *format;
  throw Problem(400, fmt::format("format is '{}': it must be one of {}", name,
                                 fmt::join(exports::journal_format_names(), ", ")));
}

Response export_journal(const ConsoleApi& api, const Request& request) {
  const exports::JournalFormat format = format_of(request);
  const SharedLease lease = share_connection(api);
  const auto version = active_configuration(**lease, api.versions()).compiled;
  const AskedDays days = asked_days(request);
  const accounts::EntrySelection selection{
      .from = days.from,
      .to = days.to,
      .customer = request.parameter("customer").value_or(""),
      .legal_entity = entity_parameter(request, version->configuration())};
  if (!selection.customer.empty()) {
    refused_as(400, [&] { return accounts::customer_of_key(**lease, selection.customer); });
  }
  const exports::FileType type = exports::type_of(format);
  return download(
      fmt::format("journal{}", type.ending), type.content_type,
      [lease, version, selection, format](const AnswerSink& sink) {
        store::Connection& connection = **lease;
        store::Transaction snapshot(connection, store::TransactionKind::kSnapshotReadOnly);
        const domain::AccountPaths paths(version->configuration().chart,
                                         config::read_export_settings(version->files()).paths);
        exports::JournalWriter writer(format, paths, sink);
        accounts::for_each_entry(connection, selection,
                                 [&](const exports::Entry& entry) { writer.write(entry); });
        writer.finish();
      });
}

/// The days of issue that are asked for: a year that ends with the last one, where nothing else is
/// said. More at once is not read for a request.
accounts::FocusSelection focus_days(const Request& request, time::Date today) {
  const AskedDays asked = asked_days(request);
  accounts::FocusSelection days{.from = asked.from, .to = asked.to};
  const time::Date last = days.to.value_or(today);
  if (!days.from) days.from = time::add_days(last, 1 - kFocusDaysMax);
  if (time::days_between(*days.from, last) >= kFocusDaysMax) {
    throw Problem(400,
                  fmt::format("from {} to {} are more than {} days: ask for a part, or hand "
                              "everything over by POST /api/v1/exports",
                              time::to_string(*days.from), time::to_string(last), kFocusDaysMax));
  }
  return days;
}

Response export_focus(const ConsoleApi& api, const Request& request) {
  const SharedLease lease = share_connection(api);
  const auto version = active_configuration(**lease, api.versions()).compiled;
  accounts::FocusSelection selection = focus_days(request, time::Zone::utc().date_of(api.now()));
  selection.legal_entity = entity_parameter(request, version->configuration());
  if (const auto key = request.parameter("customer")) {
    selection.customer = refused_as(400, [&] { return accounts::customer_of_key(**lease, *key); });
  }
  return download("focus.csv", "text/csv; charset=utf-8",
                  [lease, version, selection, &versions = api.versions()](const AnswerSink& sink) {
                    store::Connection& connection = **lease;
                    store::Transaction snapshot(connection,
                                                store::TransactionKind::kSnapshotReadOnly);
                    accounts::write_focus(connection, selection, version->configuration(),
                                          views_of(versions), sink);
                  });
}

accounts::ExportDefinition definition_of(const RequestObject& body) {
  return {.kind = body.parsed("kind", accounts::parse_export_kind),
          .format = body.optional_text("format").value_or(""),
          .customer = body.optional_text("customer").value_or(""),
          .legal_entity = body.optional_text("legal_entity").value_or("")};
}

std::string as_json(const ExportRecord& record) {
  text::JsonWriter json;
  write_export(json, record);
  return json.finish();
}

/// The position is closed before and by itself: nobody who books waits for the bytes.
Response make_export(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"kind", "format", "customer", "legal_entity"});
  const accounts::ExportDefinition wanted = definition_of(body);
  const time::Instant now = api.now();
  store::close_journal_position(*take_connection(api.pool()));
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::ExportDefinition definition =
        refused_as(400, [&] { return accounts::checked(connection, wanted, view_of(version)); });
    const ExportRecord record =
        accounts::make_export(connection, definition, api.versions().active(connection).value(),
                              views_of(api.versions()), request.principal.author(), now);
    web::record(connection, request,
                {.action = "export.make",
                 .subject = fmt::format("export {}", record.id),
                 .after = as_json(record)},
                now);
    text::JsonWriter json;
    write_export(json, record);
    return json_response(json, 201);
  });
}

Response list_exports(const ConsoleApi& api, const Request& request) {
  const NumberPage page = NumberPage::of(request);
  const auto lease = take_connection(api.pool());
  auto records = accounts::list_exports(*lease, page.below, page.rows_to_read());
  const auto next = page.cut(records, [](const ExportRecord& record) { return record.id; });
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const ExportRecord& record : records) write_export(json, record);
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

ExportRecord export_of(store::Connection& connection, const Request& request) {
  const std::int64_t id = number_in_path(request, "export");
  auto record = accounts::find_export(connection, id);
  if (!record) throw Problem(404, fmt::format("there is no export {}", id));
  return *std::move(record);
}

Response show_export(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  text::JsonWriter json;
  write_export(json, export_of(*lease, request));
  return json_response(json);
}

Response send_export(const ConsoleApi& api, const Request& request) {
  const SharedLease lease = share_connection(api);
  const ExportRecord record = export_of(**lease, request);
  return download(accounts::file_name_of(record), accounts::content_type_of(record),
                  [lease, record, &versions = api.versions()](const AnswerSink& sink) {
                    store::Connection& connection = **lease;
                    store::Transaction snapshot(connection,
                                                store::TransactionKind::kSnapshotReadOnly);
                    accounts::write_export(connection, record, views_of(versions), sink);
                  });
}

}  // namespace

accounts::VersionView view_of(std::shared_ptr<const engine::CompiledVersion> version) {
  return {.configuration = {version, &version->configuration()},
          .files = {version, &version->files()}};
}

accounts::VersionOf views_of(engine::Versions& versions) {
  return [&versions](store::Connection& connection, VersionId id) {
    return view_of(versions.load(connection, id));
  };
}

void write_export(text::JsonWriter& json, const ExportRecord& record) {
  json.begin_object().key("export").number(record.id);
  json.key("kind").string(accounts::to_string(record.definition.kind));
  json.key("format").string(record.definition.format);
  write_text_or_null(json, "customer", record.definition.customer);
  write_text_or_null(json, "legal_entity", record.definition.legal_entity);
  json.key("number").number(record.number);
  json.key("after_position").number(record.after);
  json.key("through_position").number(record.through);
  json.key("version").number(record.version.value);
  json.key("rows").number(record.rows).key("bytes").number(record.bytes);
  json.key("sha256").string(record.sha256);
  json.key("made_at").string(time::to_string(record.made_at));
  json.key("made_by").string(record.made_by);
  json.key("file").string(accounts::file_name_of(record)).end_object();
}

std::vector<Route> export_routes(const ConsoleApi& api) {
  const auto route = [&api](const char* method, const char* path, Right right, auto endpoint) {
    return staff_route(method, path, right,
                       [api, endpoint](const Request& request) { return endpoint(api, request); });
  };
  return {
      route("GET", "/api/v1/journal/export", Right::kConsole, export_journal),
      route("GET", "/api/v1/focus", Right::kConsole, export_focus),
      route("GET", "/api/v1/exports", Right::kConsole, list_exports),
      route("POST", "/api/v1/exports", Right::kOperate, make_export),
      route("GET", "/api/v1/exports/{export}", Right::kConsole, show_export),
      route("GET", "/api/v1/exports/{export}/file", Right::kConsole, send_export),
      customer_route(
          api.customers, "GET", "/focus", Right::kSee,
          [](CustomerSession& session, const Request& request) {
            accounts::FocusSelection selection = focus_days(request, session.today());
            selection.customer = session.customer();
            Response response{200, "text/csv; charset=utf-8", ""};
            response.headers.emplace_back("Content-Disposition", attachment("focus.csv"));
            accounts::write_focus(session.connection(), selection, session.active().configuration(),
                                  views_of(session.versions()),
                                  [&](std::string_view bytes) { response.body += bytes; });
            return response;
          }),
  };
}

}  // namespace reckoner::web
