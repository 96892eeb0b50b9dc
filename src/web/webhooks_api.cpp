#include "web/webhooks_api.hpp"

#include <fmt/format.h>

#include <array>

#include "delivery/webhook_deliveries.hpp"
#include "delivery/webhook_endpoints.hpp"
#include "delivery/webhook_sender.hpp"
#include "store/transaction.hpp"
#include "web/audit_record.hpp"
#include "web/etag.hpp"
#include "web/idempotency.hpp"
#include "web/metering_session.hpp"
#include "web/pages.hpp"
#include "web/request_object.hpp"
#include "web/user_json.hpp"

namespace reckoner::web {

namespace {

using delivery::EndpointTerms;
using delivery::WebhookDelivery;
using delivery::WebhookEndpoint;

constexpr std::size_t kEventsMax = 50;

/// Whose endpoints a request is about: those of the customer in its path, or of the house. A path
/// with somebody else's customer is one with a customer that does not exist.
struct Owner {
  CustomerId id = delivery::kHouse;
  std::string key = {};
  bool shows_urls = true;  ///< whole: what comes behind the host is often a secret

  bool is_house() const { return id == delivery::kHouse; }
  std::optional<CustomerId> customer() const {
    return is_house() ? std::nullopt : std::optional(id);
  }
};

Owner owner_of(store::Connection& connection, const Request& request) {
  const auto key = request.path_values.find("customer");
  if (key == request.path_values.end()) return {};
  const CustomerChoice choice = chosen_customer(connection, request.principal, key->second);
  return {.id = choice.customer.value(), .key = choice.key};
}

Problem unknown(std::string_view what, const std::string& name) {
  return Problem(404, fmt::format("there is no {} '{}'", what, name));
}

WebhookEndpoint find_endpoint(store::Connection& connection, const Owner& owner,
                              const Request& request) {
  const std::string& name = request.path_values.at("endpoint");
  auto found = delivery::find_endpoint(connection, owner.id, name);
  if (!found) throw unknown("endpoint", name);
  return *std::move(found);
}

WebhookEndpoint lock_endpoint(store::Connection& connection, const Owner& owner,
                              const Request& request) {
  const std::string& name = request.path_values.at("endpoint");
  auto found = delivery::lock_endpoint(connection, owner.id, name);
  if (!found) throw unknown("endpoint", name);
  return *std::move(found);
}

WebhookDelivery find_delivery(store::Connection& connection, const Owner& owner,
                              const WebhookEndpoint& endpoint, const Request& request) {
  const std::string& message = request.path_values.at("message");
  auto found = delivery::find_delivery(connection, endpoint.name, message);
  if (!found || (!owner.is_house() && found->id.customer != owner.id)) {
    throw unknown("delivery", message);
  }
  return *std::move(found);
}

/// Staff, and who may change the endpoints of that very customer.
bool may_read_urls(const CustomerSession& session, const Principal& caller) {
  return session.is_staff() ||
         (caller.customer == session.customer() && caller.rights.contains(Right::kManage));
}

/// "https://erp.example" of a URL that may be one of an endpoint.
std::string scheme_and_host(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  std::string host = url.substr(begin, url.find_first_of("/?#\\", begin) - begin);
  const std::size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) host.resize(colon);
  return url.substr(0, begin) + host;
}

/// As those may see it who read for the owner.
WebhookEndpoint as_read(const Owner& owner, WebhookEndpoint endpoint) {
  if (!owner.shows_urls) endpoint.url = scheme_and_host(endpoint.url);
  return endpoint;
}

void write_endpoint(text::JsonWriter& json, const WebhookEndpoint& endpoint, time::Instant now) {
  const auto old_until = endpoint.old_secret_until && *endpoint.old_secret_until > now
                             ? endpoint.old_secret_until
                             : std::nullopt;
  json.begin_object().key("id").string(endpoint.name).key("url").string(endpoint.url);
  write_texts(json, "events", endpoint.kinds);
  json.key("description").string(endpoint.description);
  json.key("enabled").boolean(!endpoint.disabled_at.has_value());
  json.key("created_at").string(time::to_string(endpoint.created_at));
  write_instant(json, "old_secret_until", old_until);
  write_instant(json, "disabled_at", endpoint.disabled_at);
  write_text_or_null(json, "disabled_reason", endpoint.disabled_why);
  write_instant(json, "failing_since", endpoint.failing_since);
  json.key("failures").number(endpoint.failures);
  write_instant(json, "rests_until", endpoint.rests_until);
  json.end_object();
}

std::string to_json(const WebhookEndpoint& endpoint, time::Instant now) {
  text::JsonWriter json;
  write_endpoint(json, endpoint, now);
  return json.finish();
}

std::string tag_of(const WebhookEndpoint& endpoint) {
  return etag_of(fmt::format("{} {}", endpoint.name, endpoint.version));
}

/// The state of the endpoint that people decide about.
Response shown(const Request& request, const WebhookEndpoint& endpoint, time::Instant now) {
  return with_etag(request, {200, "application/json", to_json(endpoint, now)}, tag_of(endpoint));
}

Response with_secret(const WebhookEndpoint& endpoint, const std::string& secret, int status,
                     time::Instant now) {
  text::JsonWriter json;
  json.begin_object().key("endpoint");
  write_endpoint(json, endpoint, now);
  json.key("secret").string(secret).end_object();
  Response response = json_response(json, status);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

void write_delivery(text::JsonWriter& json, const WebhookDelivery& delivery) {
  json.begin_object().key("id").string(delivery.message);
  write_text_or_null(json, "customer", delivery.customer_key);
  json.key("event").number(delivery.id.event);
  json.key("type").string(delivery.kind).key("state").string(delivery.state);
  json.key("attempts").number(delivery.attempts);
  json.key("happened_at").string(time::to_string(delivery.happened_at));
  write_instant(json, "next_try_at", delivery.next_try_at);
  write_instant(json, "sent_at", delivery.sent_at);
  write_number_or_null(json, "status", delivery.status);
  write_text_or_null(json, "last_error", delivery.last_error);
  json.key("body").string(delivery.body).end_object();
}

EndpointTerms terms_of(const WebhooksApi& api, const Owner& owner, const RequestObject& body) {
  EndpointTerms terms{.url = body.text("url", 2000),
                      .kinds = body.texts("events"),
                      .description = body.optional_text("description").value_or(""),
                      .enabled = body.optional_boolean("enabled").value_or(true)};
  if (terms.kinds.size() > kEventsMax) {
    throw Problem(400, fmt::format("events: more than {}", kEventsMax));
  }
  refused_as(400, [&] {
    const auto rules = delivery::post_rules(api.console.settings(), owner.is_house());
    delivery::check_terms(terms, owner.id, !rules.networks.empty());
  });
  return terms;
}

void note(store::Connection& connection, const Request& request, const Owner& owner,
          std::string action, const WebhookEndpoint& endpoint, std::string before,
          std::string after, time::Instant now) {
  record(connection, request,
         {.action = "webhook." + std::move(action),
          .subject = fmt::format("endpoint {} of {}", endpoint.name,
                                 owner.is_house() ? "the house" : owner.key),
          .customer = owner.customer(),
          .before = std::move(before),
          .after = std::move(after)},
         now);
}

Response list_endpoints(store::Connection& connection, const Owner& owner, time::Instant now) {
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const WebhookEndpoint& endpoint : delivery::list_endpoints(connection, owner.id)) {
    write_endpoint(json, as_read(owner, endpoint), now);
  }
  json.end_array();
  write_next(json, std::nullopt);
  json.end_object();
  return json_response(json);
}

Response create_endpoint(const WebhooksApi& api, const Request& request) {
  const RequestObject body(request, {"url", "events", "description"});
  const time::Instant now = api.console.now();
  const auto create = [&](store::Connection& connection) {
    const Owner owner = owner_of(connection, request);
    const EndpointTerms terms = terms_of(api, owner, body);
    const auto made = refused_as(422, [&] {
      return delivery::create_endpoint(connection, api.seal(), owner.id, terms, now);
    });
    note(connection, request, owner, "add", made.endpoint, "", to_json(made.endpoint, now), now);
    return with_secret(made.endpoint, made.secret, 201, now);
  };
  return once(api.console.pool(), request, now, create, KeptAnswer::kNotItsBody);
}

Response edit_endpoint(const WebhooksApi& api, const Request& request) {
  const RequestObject body(request, {"url", "events", "description", "enabled"});
  const time::Instant now = api.console.now();
  const auto lease = take_connection(api.console.pool());
  store::Transaction transaction(*lease);
  const Owner owner = owner_of(*lease, request);
  const EndpointTerms terms = terms_of(api, owner, body);
  const WebhookEndpoint before = lock_endpoint(*lease, owner, request);
  require_match(request, tag_of(before));
  delivery::edit_endpoint(*lease, before, terms, now);
  const WebhookEndpoint after = find_endpoint(*lease, owner, request);
  note(*lease, request, owner, "edit", before, to_json(before, now), to_json(after, now), now);
  transaction.commit();
  return shown(request, after, now);
}

Response remove_endpoint(const WebhooksApi& api, const Request& request) {
  const time::Instant now = api.console.now();
  const auto lease = take_connection(api.console.pool());
  store::Transaction transaction(*lease);
  const Owner owner = owner_of(*lease, request);
  const WebhookEndpoint endpoint = lock_endpoint(*lease, owner, request);
  delivery::remove_endpoint(*lease, endpoint);
  note(*lease, request, owner, "remove", endpoint, to_json(endpoint, now), "", now);
  transaction.commit();
  return {200, "application/json", to_json(endpoint, now)};
}

Response rotate_secret(const WebhooksApi& api, const Request& request) {
  const time::Instant now = api.console.now();
  const auto rotate = [&](store::Connection& connection) {
    const Owner owner = owner_of(connection, request);
    const WebhookEndpoint before = lock_endpoint(connection, owner, request);
    const std::string secret = delivery::rotate_secret(
        connection, api.seal(), before, api.console.settings().duration("webhooks.overlap"), now);
    const WebhookEndpoint after = find_endpoint(connection, owner, request);
    note(connection, request, owner, "rotate", before, to_json(before, now), to_json(after, now),
         now);
    return with_secret(after, secret, 200, now);
  };
  return once(api.console.pool(), request, now, rotate, KeptAnswer::kNotItsBody);
}

delivery::DeliveryPlace place_of(const std::vector<std::string>& parts) {
  const auto customer = whole_number(parts.at(1));
  const auto event = whole_number(parts.at(2));
  try {
    if (!customer || !event) throw Error("no number");
    return {time::parse_instant(parts.at(0)), {*customer}, *event};
  } catch (const Error&) {
    throw Problem(400, "cursor is none that this list gave");
  }
}

Response list_deliveries(store::Connection& connection, const Owner& owner,
                         const Request& request) {
  const PageRequest page = page_request(request, 3);
  const auto limit = static_cast<std::int64_t>(page.limit);
  const WebhookEndpoint endpoint = find_endpoint(connection, owner, request);
  const delivery::DeliveryFilter filter{
      .endpoint = endpoint.name,
      .customer = owner.customer(),
      .state = word_parameter(request, "state", {"pending", "sent", "dead"})};
  const auto behind = page.behind ? std::optional(place_of(*page.behind)) : std::nullopt;
  auto deliveries = delivery::list_deliveries(connection, filter, limit + 1, behind);
  const bool more = static_cast<std::int64_t>(deliveries.size()) > limit;
  if (more) deliveries.pop_back();
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const WebhookDelivery& delivery : deliveries) write_delivery(json, delivery);
  json.end_array();
  std::optional<std::string> next;
  if (more) {
    const WebhookDelivery& last = deliveries.back();
    next = cursor_of({time::to_string(last.happened_at), std::to_string(last.id.customer.value),
                      std::to_string(last.id.event)});
  }
  write_next(json, next);
  json.end_object();
  return json_response(json);
}

void require_enabled(const WebhookEndpoint& endpoint) {
  if (endpoint.disabled_at) throw Problem(409, "the endpoint is disabled: enable it first");
}

Response resend(const WebhooksApi& api, const Request& request) {
  const time::Instant now = api.console.now();
  return once(api.console.pool(), request, now, [&](store::Connection& connection) {
    const Owner owner = owner_of(connection, request);
    const WebhookEndpoint endpoint = lock_endpoint(connection, owner, request);
    require_enabled(endpoint);
    const WebhookDelivery before = find_delivery(connection, owner, endpoint, request);
    delivery::resend(connection, before.id, now);
    text::JsonWriter said;
    said.begin_object().key("message").string(before.message).key("state").string(before.state);
    said.end_object();
    note(connection, request, owner, "resend", endpoint, said.finish(), "", now);
    text::JsonWriter json;
    write_delivery(json, find_delivery(connection, owner, endpoint, request));
    return json_response(json);
  });
}

Response resend_dead(const WebhooksApi& api, const Request& request) {
  const time::Instant now = api.console.now();
  return once(api.console.pool(), request, now, [&](store::Connection& connection) {
    const Owner owner = owner_of(connection, request);
    const WebhookEndpoint endpoint = lock_endpoint(connection, owner, request);
    require_enabled(endpoint);
    text::JsonWriter json;
    json.begin_object().key("resent");
    json.number(delivery::resend_dead(connection, endpoint.name, now)).end_object();
    const std::string answer = json.finish();
    note(connection, request, owner, "resend-dead", endpoint, "", answer, now);
    return Response{200, "application/json", answer};
  });
}

using Reading = Response (*)(store::Connection& connection, const Owner& owner,
                             const Request& request, time::Instant now);
using Writing = Response (*)(const WebhooksApi& api, const Request& request);

struct Operation {
  std::string_view method;
  std::string_view rest;  ///< of the path
  Reading reading;        ///< one of both
  Writing writing;
};

const auto kOperations = std::to_array<Operation>({
    {"GET", "",
     [](store::Connection& connection, const Owner& owner, const Request&, time::Instant now) {
       return list_endpoints(connection, owner, now);
     },
     nullptr},
    {"POST", "", nullptr, create_endpoint},
    {"GET", "/{endpoint}",
     [](store::Connection& connection, const Owner& owner, const Request& request,
        time::Instant now) {
       return shown(request, as_read(owner, find_endpoint(connection, owner, request)), now);
     },
     nullptr},
    {"PUT", "/{endpoint}", nullptr, edit_endpoint},
    {"DELETE", "/{endpoint}", nullptr, remove_endpoint},
    {"POST", "/{endpoint}/rotate", nullptr, rotate_secret},
    {"GET", "/{endpoint}/deliveries",
     [](store::Connection& connection, const Owner& owner, const Request& request, time::Instant) {
       return list_deliveries(connection, owner, request);
     },
     nullptr},
    {"POST", "/{endpoint}/resend-dead", nullptr, resend_dead},
    {"POST", "/{endpoint}/deliveries/{message}/resend", nullptr, resend},
});

Route house_route(const WebhooksApi& api, const Operation& operation) {
  std::string pattern = fmt::format("/api/v1/webhooks{}", operation.rest);
  if (operation.writing != nullptr) {
    return staff_route(
        std::string(operation.method), std::move(pattern), Right::kOperate,
        [api, work = operation.writing](const Request& request) { return work(api, request); });
  }
  return staff_route(std::string(operation.method), std::move(pattern), Right::kConsole,
                     [api, work = operation.reading](const Request& request) {
                       const auto lease = take_connection(api.console.pool());
                       return work(*lease, {}, request, api.console.now());
                     });
}

Route customers_route(const WebhooksApi& api, const Operation& operation) {
  const std::string rest = fmt::format("/webhooks{}", operation.rest);
  if (operation.writing != nullptr) {
    return {std::string(operation.method), fmt::format("/api/v1/customers/{{customer}}{}", rest),
            Right::kManage,
            [api, work = operation.writing](const Request& request) { return work(api, request); }};
  }
  return customer_route(
      api.console.customers, std::string(operation.method), rest, Right::kSee,
      [work = operation.reading](CustomerSession& session, const Request& request) {
        const Owner owner{.id = session.customer(),
                          .key = session.key(),
                          .shows_urls = may_read_urls(session, request.principal)};
        return work(session.connection(), owner, request, session.now());
      });
}

}  // namespace

std::vector<Route> webhook_routes(const WebhooksApi& api) {
  std::vector<Route> routes;
  for (const Operation& operation : kOperations) {
    routes.push_back(house_route(api, operation));
    routes.push_back(customers_route(api, operation));
  }
  return routes;
}

}  // namespace reckoner::web
