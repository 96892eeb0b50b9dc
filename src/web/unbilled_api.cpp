#include <fmt/format.h>

#include <limits>

#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

constexpr std::size_t kLinesShown = 50;

std::optional<RunId> run_parameter(const Request& request) {
  const auto text = request.parameter("run");
  if (!text) return std::nullopt;
  const auto number = text->empty() ? std::nullopt : whole_number(*text);
  if (!number) throw Problem(400, fmt::format("run: '{}' is no number of a run", *text));
  return RunId{*number};
}

Response list_parked(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 1);
  const auto limit = static_cast<std::int64_t>(page.limit);
  const auto lease = take_connection(api.pool());
  auto parked = engine::list_parked(*lease, {.run = run_parameter(request),
                                             .text = request.parameter("q").value_or(""),
                                             .behind = page.behind ? page.behind->front() : "",
                                             .limit = limit + 1});
  const bool more = static_cast<std::int64_t>(parked.size()) > limit;
  if (more) parked.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const engine::ParkedCustomer& customer : parked) {
    json.begin_object().key("customer").string(customer.key).key("name").string(customer.name);
    json.key("run").number(customer.run.value).key("reason").string(customer.reason);
    json.key("attempts").number(customer.attempts);
    json.key("since").string(time::to_string(customer.since)).end_object();
  }
  json.end_array();
  write_next(json, more ? std::optional(cursor_of({parked.back().key})) : std::nullopt);
  json.end_object();
  return json_response(json);
}

/// Figures have amounts as numbers of JSON, written in digits.
std::string amount_of(const text::Json& object, std::string_view name) {
  return object.at(name).as_number();
}

void write_amount(text::JsonWriter& json, std::string_view name, const std::string& amount,
                  const std::string& currency) {
  json.key(name).begin_object().key("amount").string(amount);
  json.key("currency").string(currency).end_object();
}

void write_figures(text::JsonWriter& json, const text::Json& figures) {
  json.key("documents").begin_array();
  for (const text::Json& document : figures.at("documents").as_array()) {
    json.begin_object();
    write_amount(json, "total", amount_of(document, "total"), document.at("currency").as_string());
    json.key("lines").number(std::string_view(document.at("lines").as_number())).end_object();
  }
  json.end_array().key("lines").begin_array();
  std::size_t shown = 0;
  for (const text::Json& line : figures.at("lines").as_array()) {
    if (++shown > kLinesShown) break;
    json.begin_object().key("period").string(line.at("period").as_string());
    json.key("charge").string(line.at("charge").as_string());
    json.key("description").string(line.at("description").as_string());
    json.key("quantity").string(amount_of(line, "quantity"));
    json.key("unit").string(line.at("unit").as_string());
    write_amount(json, "amount", amount_of(line, "amount"), line.at("currency").as_string());
    json.end_object();
  }
  json.end_array();
}

/// "a; b" as it is stored.
std::vector<std::string> reasons_of(std::string_view joined) {
  std::vector<std::string> reasons;
  for (std::size_t end = 0; end != joined.npos;) {
    end = joined.find("; ");
    reasons.emplace_back(joined.substr(0, end));
    if (end != joined.npos) joined.remove_prefix(end + 2);
  }
  return reasons;
}

void write_held(text::JsonWriter& json, const engine::HeldCustomer& held) {
  json.begin_object().key("customer").string(held.key).key("name").string(held.name);
  json.key("run").number(held.run.value).key("state").string(held.state);
  write_texts(json, "reasons", reasons_of(held.reasons));
  write_figures(json, text::parse_json(held.figures));
  json.key("held_at").string(time::to_string(held.held_at));
  write_instant(json, "decided_at", held.decided_at);
  write_text_or_null(json, "decided_by", held.decided_by);
  write_text_or_null(json, "why", held.decision);
  json.end_object();
}

Response list_held(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 2);
  const auto limit = static_cast<std::int64_t>(page.limit);
  engine::HeldFilter filter{.run = run_parameter(request)};
  filter.state =
      word_parameter(request, "state", {"open", "approved", "rejected", "all"}).value_or("open");
  if (filter.state == "all") filter.state.clear();
  if (page.behind) {
    const auto run = whole_number(page.behind->at(1));
    if (!run) throw Problem(400, "cursor is none that this list gave");
    filter.behind = {page.behind->front(), RunId{*run}};
  }
  filter.limit = limit + 1;
  const auto lease = take_connection(api.pool());
  auto held = engine::list_held(*lease, filter);
  const bool more = static_cast<std::int64_t>(held.size()) > limit;
  if (more) held.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const engine::HeldCustomer& customer : held) write_held(json, customer);
  json.end_array();
  write_next(json, more ? std::optional(
                              cursor_of({held.back().key, std::to_string(held.back().run.value)}))
                        : std::nullopt);
  json.end_object();
  return json_response(json);
}

void write_outcome(text::JsonWriter& json, const std::string& customer, std::string_view state,
                   const std::vector<std::string>& documents,
                   const std::optional<std::string>& changed) {
  json.begin_object().key("customer").string(customer).key("state").string(state);
  write_texts(json, "documents", documents);
  write_text_or_null(json, "changed", changed.value_or(""));
  json.end_object();
}

/// One request is one transaction, which holds the numbers of the series until its end.
void refuse_too_many(store::Connection& connection, const engine::Runner::Verdict& verdict) {
  constexpr std::int64_t kDecidedMax = 200;
  if (!verdict.customer_key.empty()) return;
  const auto held = engine::list_held(connection, {.run = verdict.run, .limit = kDecidedMax + 1});
  if (std::ssize(held) <= kDecidedMax) return;
  throw Problem(422,
                fmt::format("more than {} customers are held: decide on one after the other, or on "
                            "the command line (reckoner runs)",
                            kDecidedMax));
}

Response decide_held(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"run", "customer", "decision", "why"});
  const auto run = body.optional_integer("run", 1, std::numeric_limits<std::int64_t>::max());
  if (!run) throw Problem(400, "run is missing");
  const std::string decision = body.text("decision");
  if (decision != "approve" && decision != "reject") {
    throw Problem(400, "decision: approve or reject");
  }
  const engine::Runner::Verdict verdict{{*run},
                                        body.optional_text("customer").value_or(""),
                                        request.principal.author(),
                                        body.optional_text("why").value_or("")};
  if (decision == "reject" && verdict.why.empty()) {
    throw Problem(400, "why: a rejection needs a reason");
  }
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    if (!engine::find_summary(connection, verdict.run)) {
      throw Problem(404, fmt::format("there is no run '{}'", *run));
    }
    refuse_too_many(connection, verdict);
    text::JsonWriter json;
    json.begin_object().key("items").begin_array();
    if (decision == "approve") {
      for (const engine::Approval& approval :
           refused_as(409, [&] { return api.runner.approve(connection, verdict); })) {
        write_outcome(json, approval.key, approval.changed ? "held" : "issued", approval.issued,
                      approval.changed);
      }
    } else {
      for (const std::string& key :
           refused_as(409, [&] { return api.runner.reject(connection, verdict); })) {
        write_outcome(json, key, "due", {}, std::nullopt);
      }
    }
    json.end_array().end_object();
    Response response = json_response(json);
    record(connection, request,
           {.action = "held." + decision,
            .subject = fmt::format("run {}{}", *run,
                                   verdict.customer_key.empty()
                                       ? ""
                                       : fmt::format(", customer {}", verdict.customer_key)),
            .after = response.body},
           now);
    return response;
  });
}

}  // namespace

std::vector<Route> unbilled_routes(const ConsoleApi& api) {
  return {
      staff_route("GET", "/api/v1/parked", Right::kConsole,
                  [api](const Request& request) { return list_parked(api, request); }),
      staff_route("GET", "/api/v1/held", Right::kConsole,
                  [api](const Request& request) { return list_held(api, request); }),
      staff_route("POST", "/api/v1/held/decisions", Right::kBill,
                  [api](const Request& request) { return decide_held(api, request); }),
  };
}

}  // namespace reckoner::web
