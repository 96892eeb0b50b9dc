#include <fmt/format.h>

#include "accounts/book_names.hpp"
#include "accounts/closings.hpp"
#include "accounts/journal.hpp"
#include "accounts/journal_json.hpp"
#include "domain/legal_entity.hpp"
#include "store/transaction.hpp"
#include "web/active_configuration.hpp"
#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/journal_request.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using accounts::JournalFilter;
using accounts::JournalPosition;
using accounts::JournalRow;

JournalFilter filter_of(const Request& request, const config::Configuration& active) {
  const AskedDays days = asked_days(request);
  JournalFilter filter{.from = days.from,
                       .to = days.to,
                       .customer = request.parameter("customer").value_or(""),
                       .legal_entity = entity_parameter(request, active)};
  for (const std::string& word : request.parameters("account")) {
    filter.accounts.push_back(
        at("account", [&] { return accounts::account_named(active.chart, word); }));
  }
  return filter;
}

std::optional<JournalPosition> position_of(const PageRequest& page) {
  if (!page.behind) return std::nullopt;
  try {
    const auto customer = whole_number(page.behind->at(1));
    if (customer) {
      return JournalPosition{time::parse_date(page.behind->at(0)), {*customer}, page.behind->at(2)};
    }
  } catch (const Error&) {
    // Nobody was given this cursor.
  }
  throw Problem(400, "cursor is none that this list gave");
}

std::string cursor_behind(const JournalRow& row) {
  return cursor_of(
      {time::to_string(row.booked_on), std::to_string(row.customer_id.value), row.entry});
}

Response list_journal(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 3);
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const config::Configuration& active = version->configuration();
  const JournalFilter filter = filter_of(request, active);
  const auto behind = position_of(page);
  store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  const auto rows = refused_as(400, [&] {
    return accounts::list_journal(*lease, filter, static_cast<std::int64_t>(page.limit), behind);
  });
  text::JsonWriter json;
  json.begin_object().key("items");
  accounts::write_lines(json, active.chart, rows);
  const bool full = accounts::entries_in(rows) == page.limit;
  write_next(json, full ? std::optional(cursor_behind(rows.back())) : std::nullopt);
  json.end_object();
  return json_response(json);
}

Response show_balances(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  const config::Configuration& active = version->configuration();
  const JournalFilter filter = filter_of(request, active);
  const auto balances = refused_as(400, [&] { return accounts::trial_balance(*lease, filter); });
  text::JsonWriter json;
  json.begin_object().key("balances");
  accounts::write_balances(json, active.chart, balances);
  json.key("out_of_balance").begin_array();
  // Some accounts alone need not sum to zero.
  if (filter.accounts.empty()) {
    for (const std::string& line : accounts::out_of_balance(balances)) json.string(line);
  }
  json.end_array().end_object();
  return json_response(json);
}

Response list_accounts(const ConsoleApi& api, const Request&) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  text::JsonWriter json;
  json.begin_object().key("items");
  accounts::write_accounts(json, version->configuration().chart);
  json.end_object();
  return json_response(json);
}

Response list_closings(const ConsoleApi& api, const Request&) {
  const auto lease = take_connection(api.pool());
  text::JsonWriter json;
  json.begin_object().key("items");
  accounts::write_closings(json, accounts::list_closings(*lease));
  json.end_object();
  return json_response(json);
}

accounts::MonthOfBooks books_of(const RequestObject& body, const config::Configuration& active) {
  const auto entity = [&](const std::string& text) { return accounts::entity_named(active, text); };
  return {.legal_entity = body.optional_parsed("legal_entity", entity).value_or(""),
          .month = body.parsed("month", accounts::parse_month)};
}

std::string subject_of(const accounts::MonthOfBooks& books) {
  return fmt::format("{} of legal entity '{}'", accounts::month_label(books.month),
                     domain::shown_entity(books.legal_entity));
}

std::string reason_of(const std::string& reason) {
  text::JsonWriter json;
  json.begin_object().key("reason").string(reason).end_object();
  return json.finish();
}

Response close_month(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"month", "legal_entity"});
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const auto version = active_configuration(connection, api.versions()).compiled;
    const config::Configuration& active = version->configuration();
    const accounts::MonthOfBooks books = books_of(body, active);
    const accounts::ClosedBooks closed = refused_as(409, [&] {
      return accounts::close_month(connection, active, books, request.principal.author(), now);
    });
    text::JsonWriter json;
    accounts::write_closed(json, active.chart, books, closed);
    record(connection, request, {.action = "journal.close", .subject = subject_of(books)}, now);
    return json_response(json, 201);
  });
}

Response reopen_month(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"month", "legal_entity", "reason"});
  const std::string reason = body.text("reason");
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::MonthOfBooks books = books_of(body, version->configuration());
    refused_as(409, [&] {
      accounts::reopen_month(connection, books, request.principal.author(), reason, now);
    });
    record(connection, request,
           {.action = "journal.reopen", .subject = subject_of(books), .after = reason_of(reason)},
           now);
    text::JsonWriter json;
    json.begin_object().key("month").string(accounts::month_label(books.month));
    json.key("legal_entity").string(domain::shown_entity(books.legal_entity)).end_object();
    return json_response(json, 201);
  });
}

}  // namespace

std::vector<Route> journal_routes(const ConsoleApi& api) {
  const auto route = [&api](const char* method, const char* path, Right right, auto endpoint) {
    return staff_route(method, path, right,
                       [api, endpoint](const Request& request) { return endpoint(api, request); });
  };
  return {
      route("GET", "/api/v1/journal", Right::kConsole, list_journal),
      route("GET", "/api/v1/journal/balances", Right::kConsole, show_balances),
      route("GET", "/api/v1/journal/accounts", Right::kConsole, list_accounts),
      route("GET", "/api/v1/journal/closings", Right::kConsole, list_closings),
      route("POST", "/api/v1/journal/close", Right::kBill, close_month),
      route("POST", "/api/v1/journal/reopen", Right::kBill, reopen_month),
  };
}

}  // namespace reckoner::web
