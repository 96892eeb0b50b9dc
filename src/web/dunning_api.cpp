#include <fmt/format.h>

#include "accounts/write_offs.hpp"
#include "engine/dunning_status.hpp"
#include "web/active_configuration.hpp"
#include "web/change_rules.hpp"
#include "web/console_api.hpp"
#include "web/customers_api.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"

namespace reckoner::web {

namespace {

using accounts::WriteOff;
using engine::DunnedDocument;

/// Lists of documents are ordered by customer and ordinal.
struct Place {
  CustomerId customer;
  std::int64_t ordinal = 0;
};

struct DocumentPage {
  std::size_t limit = 0;
  std::optional<Place> behind;

  explicit DocumentPage(const Request& request) {
    const PageRequest page = page_request(request, 2);
    limit = page.limit;
    if (!page.behind) return;
    const auto customer = whole_number(page.behind->at(0));
    const auto ordinal = whole_number(page.behind->at(1));
    if (!customer || !ordinal) throw Problem(400, "cursor is none that this list gave");
    behind = {{*customer}, *ordinal};
  }

  std::int64_t rows_to_read() const { return static_cast<std::int64_t>(limit) + 1; }

  template <class Item, class PlaceOf>
  std::optional<std::string> cut(std::vector<Item>& items, PlaceOf place_of) const {
    if (items.size() <= limit) return std::nullopt;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
    const Place last = place_of(items.back());
    return cursor_of({std::to_string(last.customer.value), std::to_string(last.ordinal)});
  }
};

Response dunned_page(store::Connection& connection, const engine::CompiledVersion& version,
                     const Request& request, std::optional<CustomerId> customer,
                     bool is_for_staff) {
  const DocumentPage page(request);
  const bool going_on = word_parameter(request, "state", {"going-on", "all"}) != "all";
  const auto behind =
      page.behind
          ? std::optional(engine::DunningPlaceInList{page.behind->customer, page.behind->ordinal})
          : std::nullopt;
  auto documents = engine::list_dunning(connection, {customer, going_on}, behind,
                                        page.rows_to_read(), engine::dunning_steps_of(version));
  const auto next = page.cut(documents, [](const DunnedDocument& dunned) {
    return Place{dunned.document.customer, dunned.document.ordinal};
  });
  if (!is_for_staff) engine::hide_proposals(documents, version);
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const DunnedDocument& dunned : documents) engine::write_dunned(json, dunned);
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

Response list_of_customer(CustomerSession& session, const Request& request) {
  return dunned_page(session.connection(), session.active(), request, session.customer(),
                     session.is_staff());
}

Response list_of_all(const ConsoleApi& api, const Request& request) {
  const auto lease = take_connection(api.pool());
  const auto version = active_configuration(*lease, api.versions()).compiled;
  return dunned_page(*lease, *version, request, std::nullopt, true);
}

std::string to_json(const WriteOff& write_off) {
  text::JsonWriter json;
  accounts::write_write_off(json, write_off);
  return json.finish();
}

Response list_write_offs(const ConsoleApi& api, const Request& request) {
  const DocumentPage page(request);
  const auto state = word_parameter(request, "state", {"open", "accepted", "refused", "ended"});
  const auto behind =
      page.behind
          ? std::optional(accounts::WriteOffPlace{page.behind->customer, page.behind->ordinal})
          : std::nullopt;
  const auto lease = take_connection(api.pool());
  auto write_offs = accounts::list_write_offs(*lease, state, behind, page.rows_to_read());
  const auto next = page.cut(write_offs, [](const WriteOff& write_off) {
    return Place{write_off.customer_id, write_off.ordinal};
  });
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const WriteOff& write_off : write_offs) accounts::write_write_off(json, write_off);
  json.end_array();
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

/// What a person decided about a proposal: `decide` does it.
template <class Decide>
Response decide(const ConsoleApi& api, const Request& request, std::string action, Decide decide) {
  const std::string& number = request.path_values.at("number");
  const RequestObject body(request, {"reason"});
  const std::string reason = body.reason();
  const time::Instant now = api.now();
  return once(api.pool(), request, now, [&](store::Connection& connection) {
    const auto before = accounts::find_write_off(connection, number);
    if (!before) {
      throw Problem(404, fmt::format("'{}' is not proposed to be written off", number));
    }
    const std::string after =
        to_json(refused_as(422, [&] { return decide(connection, number, reason, now); }));
    record(connection, request,
           {.action = action,
            .subject = fmt::format("document {}", number),
            .customer = before->customer_id,
            .before = to_json(*before),
            .after = after},
           now);
    return Response{200, "application/json", after};
  });
}

Response accept(const ConsoleApi& api, const Request& request) {
  return decide(api, request, "write-off.accept",
                [&](store::Connection& connection, const std::string& number,
                    const std::string& reason, time::Instant now) {
                  const auto version = active_configuration(connection, api.versions()).compiled;
                  const accounts::ChangeRules rules =
                      change_rules(api.versions(), connection, version->configuration(), now);
                  return accounts::accept_write_off(connection, rules, number, reason,
                                                    request.principal.author());
                });
}

Response refuse(const ConsoleApi& api, const Request& request) {
  return decide(api, request, "write-off.refuse",
                [&](store::Connection& connection, const std::string& number,
                    const std::string& reason, time::Instant now) {
                  return accounts::refuse_write_off(connection, number, reason,
                                                    request.principal.author(), now);
                });
}

}  // namespace

std::vector<Route> dunning_routes(const CustomerApi& api) {
  return {customer_route(api, "GET", "/dunning", Right::kSee, list_of_customer)};
}

std::vector<Route> all_dunning_routes(const ConsoleApi& api) {
  const auto to = [&api](Response (*endpoint)(const ConsoleApi&, const Request&)) {
    return [api, endpoint](const Request& request) { return endpoint(api, request); };
  };
  return {
      staff_route("GET", "/api/v1/dunning", Right::kConsole, to(list_of_all)),
      staff_route("GET", "/api/v1/write-offs", Right::kConsole, to(list_write_offs)),
      staff_route("POST", "/api/v1/write-offs/{number}/accept", Right::kBill, to(accept)),
      staff_route("POST", "/api/v1/write-offs/{number}/refuse", Right::kBill, to(refuse)),
  };
}

}  // namespace reckoner::web
