#include <fmt/format.h>

#include "accounts/audit_log.hpp"
#include "accounts/payment_provider.hpp"
#include "base/log.hpp"
#include "store/transaction.hpp"
#include "web/active_configuration.hpp"
#include "web/change_rules.hpp"
#include "web/console_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

constexpr store::Statement kCustomerOf{"provider.customer_of_document", R"(
  select customer_id from issued where number = $1)"};

/// In the transaction that books it.
void note(store::Connection& connection, const Request& request, const std::string& provider,
          const accounts::ProviderPayment& payment, const accounts::BookedPayment& booked,
          time::Instant now) {
  const std::string& number = payment.document.empty() ? booked.document : payment.document;
  const auto document = connection.query(kCustomerOf, {number}).at_most_one();
  std::optional<CustomerId> customer = booked.customer;
  if (!customer && document) customer = CustomerId{document->int64("customer_id")};
  text::JsonWriter json;
  json.begin_object().key("amount").string(payment.amount.to_string());
  json.key("currency").string(payment.amount.currency().code()).key("document");
  number.empty() ? json.null() : json.string(number);
  json.key("of");
  payment.of.empty() ? json.null() : json.string(payment.of);
  json.key("state").string(booked.state).end_object();
  accounts::record(connection,
                   {.who = fmt::format("provider {}", provider),
                    .action = "payment.provider",
                    .subject = payment.transaction,
                    .customer = customer,
                    .after = json.finish(),
                    .request = request.id},
                   now);
}

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
    store::Transaction transaction(*lease, store::TransactionKind::kEnclosing);
    const accounts::BookedPayment booked = accounts::book_provider_payment(
        *lease, change_rules(api.versions(), *lease, version->configuration(), now), name,
        *payment);
    if (booked.is_new) note(*lease, request, name, *payment, booked, now);
    transaction.commit();
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
