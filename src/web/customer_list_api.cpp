#include <fmt/format.h>

#include "accounts/customer_json.hpp"
#include "accounts/customers.hpp"
#include "accounts/import.hpp"
#include "accounts/values.hpp"
#include "store/document_rows.hpp"
#include "web/active_configuration.hpp"
#include "web/change_rules.hpp"
#include "web/console_api.hpp"
#include "web/customer_change.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"

namespace reckoner::web {

namespace {

using accounts::CustomerSummary;

void write_summary(text::JsonWriter& json, const CustomerSummary& summary,
                   const std::string& document) {
  const domain::Customer& customer = summary.customer;
  json.begin_object().key("key").string(customer.key).key("name").string(customer.name);
  write_text_or_null(json, "email", customer.email);
  json.key("time_zone").string(customer.zone.name());
  write_texts(json, "plans", summary.plans);
  json.key("balances").begin_array();
  for (const money::Money& balance : summary.balances) write_money(json, balance);
  json.end_array();
  write_text_or_null(json, "parked", summary.parked.value_or(""));
  json.key("held").boolean(summary.held);
  write_text_or_null(json, "document", document);
  json.end_object();
}

struct Found {
  std::vector<CustomerSummary> customers;
  std::string document;  ///< the number that was searched for; empty: none
  bool more = false;
};

bool fits(const CustomerSummary& summary, const accounts::CustomerFilter& filter) {
  if (filter.parked && !summary.parked) return false;
  if (filter.held && !summary.held) return false;
  const domain::Customer& customer = summary.customer;
  const auto lower = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  return lower(customer.key + " " + customer.name + " " + customer.email)
             .find(lower(filter.text)) != std::string::npos;
}

/// Of a customer's own people: that customer, or nobody.
Found find_own(const ConsoleApi& api, Request request, const accounts::CustomerFilter& filter) {
  request.path_values["customer"] = request.principal.customer_key;
  CustomerSession session(api.customers, request);
  Found found;
  const auto own = accounts::read_customer(session.connection(), session.customer(), session.now());
  if (own && fits(*own, filter)) found.customers.push_back(*own);
  return found;
}

Found find_all(const ConsoleApi& api, const accounts::CustomerFilter& filter, std::int64_t limit) {
  const auto lease = take_connection(api.pool());
  store::Transaction snapshot(*lease, store::TransactionKind::kSnapshotReadOnly);
  Found found;
  if (!filter.text.empty() && filter.behind.empty()) {
    if (const auto document = store::find_document(*lease, filter.text)) {
      found.document = filter.text;
      if (auto owner = accounts::read_customer(*lease, document->customer, api.now())) {
        found.customers.push_back(*std::move(owner));
      }
      return found;
    }
  }
  found.customers = accounts::search_customers(*lease, filter, limit + 1, api.now());
  found.more = static_cast<std::int64_t>(found.customers.size()) > limit;
  if (found.more) found.customers.pop_back();
  return found;
}

Response list_customers(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 1);
  const auto state = word_parameter(request, "state", {"parked", "held"});
  const accounts::CustomerFilter filter{.text = request.parameter("q").value_or(""),
                                        .parked = state == "parked",
                                        .held = state == "held",
                                        .behind = page.behind ? page.behind->front() : ""};
  const Found found = request.principal.customer
                          ? find_own(api, request, filter)
                          : find_all(api, filter, static_cast<std::int64_t>(page.limit));
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const CustomerSummary& summary : found.customers) {
    write_summary(json, summary, found.document);
  }
  json.end_array();
  write_next(json, found.more ? std::optional(cursor_of({found.customers.back().customer.key}))
                              : std::nullopt);
  json.end_object();
  return json_response(json);
}

Response create_customer(const ConsoleApi& api, const Request& request) {
  const RequestObject body(
      request, {"key", "name", "email", "time_zone", "anchor_day", "subjects", "country", "tax_id",
                "tax_exempt", "legal_entity", "address", "buyer_reference", "purchase_order"});
  const std::string key = body.parsed("key", accounts::parse_key);
  const accounts::CustomerTerms terms = customer_terms(body);
  if (!terms.name) throw Problem(400, "name is missing");
  if (!terms.zone) throw Problem(400, "time_zone is missing");
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::ChangeRules rules =
        change_rules(api.versions(), connection, version->configuration(), now);
    if (!refused_as(422,
                    [&] { return accounts::create_customer(connection, rules, key, terms); })) {
      throw Problem(409, fmt::format("there is a customer '{}' already", key));
    }
    const CustomerId customer = accounts::read_customer(connection, key, now).value().customer.id;
    const std::string details =
        accounts::to_json(accounts::read_customer_details(connection, customer, now).value(),
                          version->configuration(), now);
    record(connection, request,
           {.action = "customer.create",
            .subject = fmt::format("customer '{}'", key),
            .customer = customer,
            .after = details},
           now);
    return Response{
        201, "application/json", details, {{"Location", fmt::format("/api/v1/customers/{}", key)}}};
  });
}

Problem problem_of(const accounts::ImportError& error) {
  Problem problem(422, fmt::format("{} things are wrong with the file: nothing of it is stored",
                                   error.total()));
  for (const std::string& text : error.problems()) {  // "customers.csv:7: reason"
    const std::size_t at = text.find(':') + 1;
    const std::size_t end = text.find(": ", at);
    problem.item("line " + text.substr(at, end - at), text.substr(end + 2));
  }
  return problem;
}

Response import_file(const ConsoleApi& api, const Request& request) {
  accounts::ImportKind kind{};
  const std::string& name = request.path_values.at("kind");
  try {
    kind = accounts::parse_import_kind(name);
  } catch (const UsageError& error) {
    throw Problem(404, error.what());
  }
  const bool is_csv = request.header("content-type").starts_with("text/csv");
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const auto version = active_configuration(connection, api.versions()).compiled;
    const accounts::ChangeRules rules =
        change_rules(api.versions(), connection, version->configuration(), now);
    accounts::ImportResult result;
    try {
      result = accounts::import_file(connection, kind, name + (is_csv ? ".csv" : ".jsonl"),
                                     request.body, rules);
    } catch (const accounts::ImportError& error) {
      throw problem_of(error);
    }
    text::JsonWriter json;
    json.begin_object().key("rows").number(result.rows).key("created").number(result.created);
    json.key("changed").number(result.changed).key("unchanged").number(result.unchanged);
    json.end_object();
    Response response = json_response(json);
    record(connection, request,
           {.action = "import." + name,
            .subject = fmt::format("{} rows", result.rows),
            .after = response.body},
           now);
    return response;
  });
}

}  // namespace

std::vector<Route> customer_list_routes(const ConsoleApi& api) {
  return {
      {"GET", "/api/v1/customers", Right::kSee,
       [api](const Request& request) { return list_customers(api, request); }},
      staff_route("POST", "/api/v1/customers", Right::kBill,
                  [api](const Request& request) { return create_customer(api, request); }),
      staff_route("POST", "/api/v1/imports/{kind}", Right::kBill,
                  [api](const Request& request) { return import_file(api, request); }),
  };
}

}  // namespace reckoner::web
