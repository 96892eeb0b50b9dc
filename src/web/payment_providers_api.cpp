#include <fmt/format.h>

#include "accounts/payment_provider.hpp"
#include "base/log.hpp"
#include "store/repeat.hpp"
#include "web/active_configuration.hpp"
#include "web/change_rules.hpp"
#include "web/console_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

/// The same answer to a repetition: the provider need not know what became of it.
Response received() {
  text::JsonWriter json;
  json.begin_object().key("received").boolean(true).end_object();
  return json_response(json);
}

Response take_event(const ConsoleApi& api, const Request& request) {
  const std::string& name = request.path_values.at("provider");
  for (const auto& provider : accounts::payment_providers(api.settings())) {
    if (provider->name() != name) continue;
    const time::Instant now = api.now();
    const std::string signature(request.header(provider->signature_header()));
    std::optional<accounts::ProviderPayment> payment;
    try {
      payment = provider->read({signature, request.body}, now);
    } catch (const accounts::EventRefused& refused) {
      throw Problem(400, refused.what());
    }
    if (!payment) return received();
    const auto lease = take_connection(api.pool());
    const auto version = active_configuration(*lease, api.versions()).compiled;
    const accounts::BookedPayment booked = accounts::book_provider_payment(
        *lease, change_rules(api.versions(), *lease, version->configuration(), now), name,
        *payment);
    if (booked.is_new) {
      log::info("{}: payment {} of {} {} is {}", name, payment->transaction,
                payment->amount.to_string(), payment->amount.currency().code(), booked.state);
    }
    return received();
  }
  throw Problem(404, fmt::format("there is no payment provider '{}'", name));
}

}  // namespace

std::vector<Route> payment_provider_routes(const ConsoleApi& api) {
  return {{"POST", "/api/v1/payment-providers/{provider}/events", std::nullopt,
           [api](const Request& request) { return take_event(api, request); }}};
}

}  // namespace reckoner::web
