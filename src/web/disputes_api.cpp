#include <fmt/format.h>

#include "engine/disputes.hpp"
#include "engine/explanation_json.hpp"
#include "web/console_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/number_cursor.hpp"
#include "web/request_object.hpp"
#include "web/user_json.hpp"

namespace reckoner::web {

namespace {

using engine::Dispute;

constexpr std::int64_t kLinesMax = 1'000'000;
constexpr std::int64_t kEvidenceEvents = 20;
constexpr std::size_t kMessageMax = 4'000;

/// The customer in the path; one of somebody else does not exist.
CustomerId customer_of(store::Connection& connection, const Request& request) {
  return chosen_customer(connection, request.principal, request.path_values.at("customer"))
      .customer.value();
}

std::optional<std::string> state_of(const Request& request) {
  return word_parameter(request, "state", {"open", "credited", "refused", "withdrawn"});
}

Response answer(const std::vector<Dispute>& disputes, const std::optional<std::string>& next) {
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const Dispute& dispute : disputes) {
    json.begin_object();
    engine::write_dispute_members(json, dispute);
    json.end_object();
  }
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

Response list_of_customer(CustomerSession& session, const Request& request) {
  const NumberPage page = NumberPage::of(request);
  auto disputes = engine::list_disputes(session.connection(), session.customer(), state_of(request),
                                        page.below, page.rows_to_read());
  const auto next = page.cut(disputes, [](const Dispute& dispute) { return dispute.number; });
  return answer(disputes, next);
}

Response list_of_all(const ConsoleApi& api, const Request& request) {
  const PageRequest page = page_request(request, 2);
  std::optional<engine::DisputePlace> behind;
  if (page.behind) {
    const auto customer = whole_number(page.behind->at(0));
    const auto number = whole_number(page.behind->at(1));
    if (!customer || !number) throw Problem(400, "cursor is none that this list gave");
    behind = {{*customer}, *number};
  }
  const auto lease = take_connection(api.pool());
  auto disputes = engine::list_disputes(*lease, state_of(request), behind,
                                        static_cast<std::int64_t>(page.limit) + 1);
  if (disputes.size() <= page.limit) return answer(disputes, std::nullopt);
  disputes.erase(disputes.begin() + static_cast<std::ptrdiff_t>(page.limit), disputes.end());
  const Dispute& last = disputes.back();
  return answer(disputes,
                cursor_of({std::to_string(last.customer.value), std::to_string(last.number)}));
}

Problem unknown(std::int64_t number) {
  return Problem(404, fmt::format("there is no dispute '{}'", number));
}

/// With the evidence: how the line came about, and what was used.
Response show(CustomerSession& session, const Request& request) {
  const std::int64_t number = number_in_path(request, "dispute");
  const auto dispute = engine::find_dispute(session.connection(), session.customer(), number);
  if (!dispute) throw unknown(number);
  text::JsonWriter json;
  json.begin_object();
  engine::write_dispute_members(json, *dispute);
  json.key("evidence");
  if (dispute->line) {
    engine::write_json(json,
                       engine::explain(session.connection(), session.versions(), dispute->document,
                                       *dispute->line, {.limit = kEvidenceEvents}));
  } else {
    json.null();
  }
  json.end_object();
  return json_response(json);
}

void note(store::Connection& connection, const Request& request, std::string action,
          const std::optional<Dispute>& before, const Dispute& after, time::Instant now) {
  record(connection, request,
         {.action = "dispute." + std::move(action),
          .subject = fmt::format("dispute {} of {}", after.number, after.customer_key),
          .customer = after.customer,
          .before = before ? engine::to_json(*before) : "",
          .after = engine::to_json(after)},
         now);
}

Response open(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"document", "line", "amount", "message"});
  engine::NewDispute asked{.customer = {},
                           .document = body.text("document"),
                           .line = body.optional_integer("line", 1, kLinesMax),
                           .amount = body.optional_parsed("amount", money::Decimal::parse),
                           .message = body.text("message", kMessageMax)};
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    asked.customer = customer_of(connection, request);
    const Dispute opened = refused_as(422, [&] {
      return engine::open_dispute(connection, api.versions(), asked, request.principal.author(),
                                  now);
    });
    note(connection, request, "open", std::nullopt, opened, now);
    return Response{201,
                    "application/json",
                    engine::to_json(opened),
                    {{"Location", fmt::format("/api/v1/customers/{}/disputes/{}",
                                              opened.customer_key, opened.number)}}};
  });
}

/// What becomes of an open dispute: `decide` does it.
template <class Decide>
Response settle(const ConsoleApi& api, const Request& request, std::string action, Decide decide) {
  const std::int64_t number = number_in_path(request, "dispute");
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const CustomerId customer = customer_of(connection, request);
    const auto before = engine::find_dispute(connection, customer, number);
    if (!before) throw unknown(number);
    const Dispute after =
        refused_as(422, [&] { return decide(connection, customer, number, now); });
    note(connection, request, action, before, after, now);
    return Response{200, "application/json", engine::to_json(after)};
  });
}

std::vector<engine::CreditedLine> lines_of(const RequestObject& body) {
  std::vector<engine::CreditedLine> lines;
  const text::Json* array = body.member("lines");
  if (array == nullptr) return lines;
  if (array->kind() != text::Json::Kind::kArray) {
    throw Problem(400, "lines: an array of {line, amount}");
  }
  for (const text::Json& item : array->as_array()) {
    const RequestObject line(item, {"line", "amount"});
    const auto number = line.optional_integer("line", 1, kLinesMax);
    if (!number) throw Problem(400, "lines: line is missing");
    lines.push_back({*number, line.optional_parsed("amount", money::Decimal::parse)});
  }
  return lines;
}

Response credit(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"reason", "nature", "lines"});
  const engine::DisputeCredit credit{
      .lines = lines_of(body),
      .nature = body.optional_parsed("nature", invoicing::parse_credit_nature)
                    .value_or(invoicing::CreditNature::kConcession),
      .reason = body.reason()};
  return settle(api, request, "credit",
                [&](store::Connection& connection, CustomerId customer, std::int64_t number,
                    time::Instant now) {
                  return engine::credit_dispute(connection, api.versions(), customer, number,
                                                credit, request.principal.author(), now);
                });
}

Response refuse(const ConsoleApi& api, const Request& request) {
  const RequestObject body(request, {"reason"});
  const std::string reason = body.reason();
  return settle(api, request, "refuse",
                [&](store::Connection& connection, CustomerId customer, std::int64_t number,
                    time::Instant now) {
                  return engine::refuse_dispute(connection, api.versions(), customer, number,
                                                reason, request.principal.author(), now);
                });
}

Response withdraw(const ConsoleApi& api, const Request& request) {
  return settle(api, request, "withdraw",
                [&](store::Connection& connection, CustomerId customer, std::int64_t number,
                    time::Instant now) {
                  return engine::withdraw_dispute(connection, api.versions(), customer, number,
                                                  request.principal.author(), now);
                });
}

}  // namespace

std::vector<Route> dispute_routes(const CustomerApi& api) {
  return {customer_route(api, "GET", "/disputes", Right::kSee, list_of_customer),
          customer_route(api, "GET", "/disputes/{dispute}", Right::kSee, show)};
}

std::vector<Route> settled_dispute_routes(const ConsoleApi& api) {
  const auto to = [&api](Response (*endpoint)(const ConsoleApi&, const Request&)) {
    return [api, endpoint](const Request& request) { return endpoint(api, request); };
  };
  const std::string all = "/api/v1/customers/{customer}/disputes";
  return {
      staff_route("GET", "/api/v1/disputes", Right::kConsole, to(list_of_all)),
      {"POST", all, Right::kManage, to(open)},
      {"POST", all + "/{dispute}/withdraw", Right::kManage, to(withdraw)},
      staff_route("POST", all + "/{dispute}/credit", Right::kBill, to(credit)),
      staff_route("POST", all + "/{dispute}/refuse", Right::kBill, to(refuse)),
  };
}

}  // namespace reckoner::web
