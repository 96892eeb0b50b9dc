#include "app/commands_webhooks.hpp"

#include <fmt/format.h>

#include "app/commands.hpp"
#include "app/recorded.hpp"
#include "app/totp_key.hpp"
#include "delivery/webhook_deliveries.hpp"
#include "delivery/webhook_endpoints.hpp"
#include "delivery/webhook_sender.hpp"
#include "domain/event_kind.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using delivery::WebhookDelivery;
using delivery::WebhookEndpoint;

constexpr store::Statement kCustomer{"customer of webhooks",
                                     "select customer_id from customer_key where key = $1"};
constexpr store::Statement kKeys{"keys of webhook owners", R"(
  select customer_id, key from customer_key where customer_id = any($1::bigint[]))"};

CustomerId owner_of(store::Connection& connection, const std::string& customer) {
  if (customer.empty()) return delivery::kHouse;
  const auto found = connection.query(kCustomer, {customer}).at_most_one();
  if (!found) throw Error(fmt::format("there is no customer '{}'", customer));
  return {found->int64("customer_id")};
}

/// An id names one endpoint, whoever's.
WebhookEndpoint find(store::Connection& connection, const std::string& name) {
  for (WebhookEndpoint& endpoint : delivery::list_all_endpoints(connection)) {
    if (endpoint.name == name) return std::move(endpoint);
  }
  throw Error(fmt::format("there is no endpoint '{}'", name));
}

using Keys = std::map<CustomerId, std::string>;

Keys keys_of(store::Connection& connection, const std::vector<WebhookEndpoint>& endpoints) {
  std::vector<CustomerId> owners;
  for (const WebhookEndpoint& endpoint : endpoints) owners.push_back(endpoint.owner);
  Keys keys;
  for (const store::Row& row : connection.query(kKeys, {owners})) {
    keys.emplace(CustomerId{row.int64("customer_id")}, row.text("key"));
  }
  return keys;
}

void write_members(text::JsonWriter& json, const WebhookEndpoint& endpoint, const Keys& keys) {
  const auto instant = [&](std::string_view name, const std::optional<time::Instant>& value) {
    json.key(name);
    value ? json.string(time::to_string(*value)) : json.null();
  };
  json.key("id").string(endpoint.name).key("customer");
  endpoint.owner == delivery::kHouse ? json.null() : json.string(keys.at(endpoint.owner));
  json.key("url").string(endpoint.url).key("events").begin_array();
  for (const std::string& kind : endpoint.kinds) json.string(kind);
  json.end_array().key("description").string(endpoint.description);
  json.key("enabled").boolean(!endpoint.disabled_at);
  json.key("created_at").string(time::to_string(endpoint.created_at));
  instant("old_secret_until", endpoint.old_secret_until);
  instant("disabled_at", endpoint.disabled_at);
  json.key("disabled_reason").string(endpoint.disabled_why);
  instant("failing_since", endpoint.failing_since);
  json.key("failures").number(endpoint.failures);
}

/// Says what has become of the endpoint, with a secret where there is a new one.
void tell(System& system, const Console& console, const WebhookEndpoint& endpoint,
          std::string_view what, const std::string& secret = "") {
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    if (!secret.empty()) json.key("secret").string(secret);
    write_members(json, endpoint, keys_of(*system.connection(), {endpoint}));
    json.end_object();
    console.result(json);
    return;
  }
  const std::string line = fmt::format("endpoint {} ({}) {}", endpoint.name, endpoint.url, what);
  if (secret.empty()) {
    console.result(line);
  } else {
    console.note(line + "; its secret is shown only now:");
    console.result(secret);
  }
}

std::string terms_as_json(const WebhookEndpoint& endpoint) {
  text::JsonWriter json;
  json.begin_object().key("url").string(endpoint.url).key("events").begin_array();
  for (const std::string& kind : endpoint.kinds) json.string(kind);
  json.end_array().key("description").string(endpoint.description).key("enabled");
  json.boolean(!endpoint.disabled_at).end_object();
  return json.finish();
}

accounts::AuditEntry entry_of(std::string action, const WebhookEndpoint& endpoint) {
  const bool of_house = endpoint.owner == delivery::kHouse;
  return {.action = "webhook." + std::move(action),
          .subject = fmt::format("endpoint {}", endpoint.name),
          .customer = of_house ? std::nullopt : std::optional(endpoint.owner),
          .after = terms_as_json(endpoint)};
}

using ChangeTerms = std::function<void(CustomerId owner, delivery::EndpointTerms& terms)>;

/// Changes the terms of an endpoint; as it is then.
WebhookEndpoint with_other_terms(System& system, const std::string& name, const std::string& action,
                                 const ChangeTerms& change) {
  std::string before;
  return recorded(
      system,
      [&](store::Connection& connection) {
        const CustomerId owner = find(connection, name).owner;
        const auto endpoint = delivery::lock_endpoint(connection, owner, name);
        if (!endpoint) throw Error(fmt::format("there is no endpoint '{}'", name));
        before = terms_as_json(*endpoint);
        delivery::EndpointTerms terms{.url = endpoint->url,
                                      .kinds = endpoint->kinds,
                                      .description = endpoint->description,
                                      .enabled = !endpoint->disabled_at};
        change(owner, terms);
        delivery::edit_endpoint(connection, *endpoint, terms, system.clock()());
        return find(connection, name);
      },
      [&](const WebhookEndpoint& edited) {
        accounts::AuditEntry entry = entry_of(action, edited);
        entry.before = before;
        return entry;
      });
}

void check(System& system, CustomerId owner, const delivery::EndpointTerms& terms) {
  const auto rules = delivery::post_rules(system.settings(), owner == delivery::kHouse);
  delivery::check_terms(terms, owner, !rules.networks.empty());
}

Seal seal_of(System& system) {
  return totp_seal(system.settings(), system.directory());
}

/// The state of a delivery as people read it.
std::string when_of(const WebhookDelivery& delivery) {
  const auto when = delivery.sent_at ? delivery.sent_at : delivery.next_try_at;
  return time::to_string(when.value_or(delivery.happened_at));
}

void write_delivery(text::JsonWriter& json, const WebhookDelivery& delivery) {
  json.begin_object().key("id").string(delivery.message);
  json.key("customer");
  delivery.customer_key.empty() ? json.null() : json.string(delivery.customer_key);
  json.key("event").number(delivery.id.event);
  json.key("type").string(delivery.kind).key("state").string(delivery.state);
  json.key("attempts").number(delivery.attempts);
  json.key("happened_at").string(time::to_string(delivery.happened_at));
  json.key("status");
  delivery.status ? json.number(*delivery.status) : json.null();
  json.key("last_error").string(delivery.last_error);
  json.key("body").string(delivery.body).end_object();
}

}  // namespace

int add_webhook_command(System& system, const Console& console, const WebhookArguments& arguments) {
  const auto made = recorded(
      system,
      [&](store::Connection& connection) {
        const CustomerId owner = owner_of(connection, arguments.customer);
        const delivery::EndpointTerms terms{
            .url = arguments.url, .kinds = arguments.events, .description = arguments.description};
        check(system, owner, terms);
        return delivery::create_endpoint(connection, seal_of(system), owner, terms,
                                         system.clock()());
      },
      [](const delivery::NewEndpoint& added) { return entry_of("add", added.endpoint); });
  tell(system, console, made.endpoint, "is added", made.secret);
  return 0;
}

int list_webhooks_command(System& system, const Console& console,
                          const WebhookArguments& arguments) {
  auto connection = system.connection();
  const auto endpoints =
      arguments.customer.empty()
          ? delivery::list_all_endpoints(*connection)
          : delivery::list_endpoints(*connection, owner_of(*connection, arguments.customer));
  const Keys keys = keys_of(*connection, endpoints);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("endpoints").begin_array();
    for (const WebhookEndpoint& endpoint : endpoints) {
      json.begin_object();
      write_members(json, endpoint, keys);
      json.end_object();
    }
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"endpoint"}, {"customer"}, {"url"}, {"events"}, {"state"}});
  for (const WebhookEndpoint& endpoint : endpoints) {
    const std::string state =
        endpoint.disabled_at ? fmt::format("disabled: {}", endpoint.disabled_why)
        : endpoint.failing_since
            ? fmt::format("failing since {}", time::to_string(*endpoint.failing_since))
            : "enabled";
    table.add({endpoint.name, endpoint.owner == delivery::kHouse ? "" : keys.at(endpoint.owner),
               endpoint.url, fmt::format("{}", fmt::join(endpoint.kinds, ",")), state});
  }
  console.result(table.to_string());
  return 0;
}

int rotate_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments) {
  std::string secret;
  const auto endpoint = recorded(
      system,
      [&](store::Connection& connection) {
        const WebhookEndpoint before = find(connection, arguments.endpoint);
        secret = delivery::rotate_secret(connection, seal_of(system), before,
                                         system.settings().duration("webhooks.overlap"),
                                         system.clock()());
        return find(connection, before.name);
      },
      [](const WebhookEndpoint& rotated) { return entry_of("rotate", rotated); });
  tell(system, console, endpoint,
       fmt::format("has another secret; the old one signs beside it until {}",
                   time::to_string(endpoint.old_secret_until.value())),
       secret);
  return 0;
}

int remove_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments) {
  const auto endpoint = recorded(
      system,
      [&](store::Connection& connection) {
        WebhookEndpoint found = find(connection, arguments.endpoint);
        delivery::remove_endpoint(connection, found);
        return found;
      },
      [](const WebhookEndpoint& removed) { return entry_of("remove", removed); });
  tell(system, console, endpoint, "is removed, with what it was told");
  return 0;
}

int edit_webhook_command(System& system, const Console& console,
                         const WebhookArguments& arguments) {
  if (!arguments.other_url && !arguments.other_description && arguments.events.empty()) {
    throw UsageError("nothing to change: --url, --event or --description is needed");
  }
  const WebhookEndpoint endpoint = with_other_terms(
      system, arguments.endpoint, "edit", [&](CustomerId owner, delivery::EndpointTerms& terms) {
        if (arguments.other_url) terms.url = *arguments.other_url;
        if (arguments.other_description) terms.description = *arguments.other_description;
        if (!arguments.events.empty()) terms.kinds = arguments.events;
        check(system, owner, terms);
      });
  tell(system, console, endpoint, "is changed");
  return 0;
}

int enable_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments, bool enabled) {
  const WebhookEndpoint endpoint = with_other_terms(
      system, arguments.endpoint, enabled ? "enable" : "disable",
      [&](CustomerId, delivery::EndpointTerms& terms) { terms.enabled = enabled; });
  tell(system, console, endpoint, enabled ? "is enabled" : "is disabled");
  return 0;
}

int list_deliveries_command(System& system, const Console& console,
                            const WebhookArguments& arguments) {
  auto connection = system.connection();
  const WebhookEndpoint endpoint = find(*connection, arguments.endpoint);
  const auto deliveries = delivery::list_deliveries(
      *connection,
      {.endpoint = endpoint.name,
       .customer = std::nullopt,
       .state = arguments.state.empty() ? std::nullopt : std::optional(arguments.state)},
      arguments.limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("deliveries").begin_array();
    for (const WebhookDelivery& delivery : deliveries) write_delivery(json, delivery);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  text::Table table({{"delivery"},
                     {"customer"},
                     {"event"},
                     {"state"},
                     {"tries", text::Align::kRight},
                     {"when"},
                     {"last error"}});
  for (const WebhookDelivery& delivery : deliveries) {
    table.add({delivery.message, delivery.customer_key, delivery.kind, delivery.state,
               std::to_string(delivery.attempts), when_of(delivery), delivery.last_error});
  }
  console.result(table.to_string());
  note_limit(console, deliveries.size(), arguments.limit);
  return 0;
}

int resend_webhook_command(System& system, const Console& console,
                           const WebhookArguments& arguments) {
  if (arguments.message.empty() != arguments.dead) {
    throw UsageError("either a delivery or --dead is needed");
  }
  std::int64_t count = 1;
  const auto endpoint = recorded(
      system,
      [&](store::Connection& connection) {
        WebhookEndpoint found = find(connection, arguments.endpoint);
        if (found.disabled_at) throw Error("the endpoint is disabled: enable it first");
        const time::Instant now = system.clock()();
        if (arguments.dead) {
          count = delivery::resend_dead(connection, found.name, now);
          return found;
        }
        const auto one = delivery::find_delivery(connection, found.name, arguments.message);
        if (!one) throw Error(fmt::format("there is no delivery '{}'", arguments.message));
        delivery::resend(connection, one->id, now);
        return found;
      },
      [&](const WebhookEndpoint& told) {
        return entry_of(arguments.dead ? "resend-dead" : "resend", told);
      });
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("endpoint").string(endpoint.name);
    json.key("resent").number(count).end_object();
    console.result(json);
  } else {
    console.result(fmt::format("{} will be told to {} again", count, endpoint.name));
  }
  return 0;
}

WebhookCommands::WebhookCommands(CLI::App& app, const Declare& declare) {
  CLI::App* group = app.add_subcommand("webhook", "programs that are told what happens");
  group->require_subcommand(1);
  add_endpoint_commands(*group, declare);
  add_delivery_commands(*group, declare);
}

void WebhookCommands::add_endpoint_commands(CLI::App& group, const Declare& declare) {
  const auto on_endpoint = [&](const std::string& name, const std::string& help, auto work) {
    CLI::App* command =
        declare(group, name, help, [this, work](System& system, const Console& console) {
          return work(system, console, arguments_);
        });
    command->add_option("endpoint", arguments_.endpoint, "its id in the list")->required();
    return command;
  };
  CLI::App* add = declare(group, "add", "tell a URL what happens; its secret is shown only now",
                          [this](System& system, const Console& console) {
                            return add_webhook_command(system, console, arguments_);
                          });
  add->add_option("url", arguments_.url, "https://…")->required();
  add_event_option(*add, "", true);
  add->add_option("--customer", arguments_.customer,
                  "what happens to this customer (default: to all, for the house)");
  add->add_option("--description", arguments_.description, "for people");
  CLI::App* list = declare(group, "list", "all endpoints, without their secrets",
                           [this](System& system, const Console& console) {
                             return list_webhooks_command(system, console, arguments_);
                           });
  list->add_option("--customer", arguments_.customer, "only this customer's");
  CLI::App* edit =
      on_endpoint("edit", "tell another URL or other events; what is not named stays as it is",
                  edit_webhook_command);
  edit->add_option("--url", arguments_.other_url, "https://…; what waits is told there");
  add_event_option(*edit, "in place of those it is told of now: ", false);
  edit->add_option("--description", arguments_.other_description, "for people");
  on_endpoint("rotate", "another secret; the old one signs beside it for webhooks.overlap",
              rotate_webhook_command);
  on_endpoint("enable", "tell it again what happens from now on",
              [](System& system, const Console& console, const WebhookArguments& arguments) {
                return enable_webhook_command(system, console, arguments, true);
              });
  on_endpoint("disable", "tell it nothing more, and give up what waits",
              [](System& system, const Console& console, const WebhookArguments& arguments) {
                return enable_webhook_command(system, console, arguments, false);
              });
  on_endpoint("remove", "remove it, with what it was told", remove_webhook_command);
}

void WebhookCommands::add_event_option(CLI::App& command, std::string_view help, bool required) {
  std::vector<std::string_view> kinds;
  for (const domain::EventKind& kind : domain::kEventKinds) kinds.push_back(kind.name);
  command
      .add_option(
          "--event", arguments_.events,
          fmt::format("{}of {}, or * for all; more than once", help, fmt::join(kinds, ", ")))
      ->required(required)
      ->allow_extra_args(false);
}

void WebhookCommands::add_delivery_commands(CLI::App& group, const Declare& declare) {
  CLI::App* deliveries = declare(group, "deliveries", "what an endpoint is told, the latest first",
                                 [this](System& system, const Console& console) {
                                   return list_deliveries_command(system, console, arguments_);
                                 });
  deliveries->add_option("endpoint", arguments_.endpoint, "its id in the list")->required();
  deliveries->add_option("--state", arguments_.state, "only these")
      ->check(CLI::IsMember({"pending", "sent", "dead"}));
  deliveries->add_option("--limit", arguments_.limit, "at most (default 100)")
      ->check(CLI::PositiveNumber);
  CLI::App* resend = declare(group, "resend", "tell something again: the same id, the same bytes",
                             [this](System& system, const Console& console) {
                               return resend_webhook_command(system, console, arguments_);
                             });
  resend->add_option("endpoint", arguments_.endpoint, "its id in the list")->required();
  resend->add_option("delivery", arguments_.message, "its id in the list of deliveries");
  resend->add_flag("--dead", arguments_.dead, "all that were given up");
}

}  // namespace reckoner::app
