#include "web/customer_json.hpp"

#include <algorithm>

#include "accounts/values.hpp"
#include "domain/legal_entity.hpp"

namespace reckoner::web {

namespace {

std::string day_of(const time::Zone& zone, const std::optional<time::Instant>& instant) {
  return instant ? time::to_string(zone.date_of(*instant)) : "";
}

std::string day_of(const std::optional<time::Date>& day) {
  return day ? time::to_string(*day) : "";
}

/// A member that is a text or null.
void write_if_any(text::JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  text.empty() ? json.null() : json.string(text);
}

}  // namespace

void write_json(text::JsonWriter& json, const time::Zone& zone,
                const accounts::CustomerDetails::KeyedSubscription& keyed) {
  const domain::Subscription& subscription = keyed.subscription;
  json.begin_object().key("key").string(keyed.key).key("plan").string(subscription.plan);
  json.key("currency").string(subscription.currency.code());
  json.key("starts_on").string(day_of(zone, subscription.starts_at));
  write_if_any(json, "ends_on", day_of(zone, subscription.ends_at));
  write_if_any(json, "ending",
               subscription.ends_at ? std::string(accounts::to_string(subscription.ending)) : "");
  write_if_any(json, "trial_until", day_of(zone, subscription.trial_ends_at));
  write_if_any(json, "environment", subscription.environment);
  json.key("quantities").begin_array();
  for (const domain::SubscribedQuantity& quantity : subscription.quantities) {
    json.begin_object().key("name").string(quantity.name);
    json.key("value").string(quantity.value.to_string());
    json.key("starts_on").string(day_of(zone, quantity.starts_at)).end_object();
  }
  json.end_array().key("pauses").begin_array();
  for (const domain::Pause& pause : subscription.pauses) {
    json.begin_object().key("starts_on").string(day_of(zone, pause.starts_at));
    write_if_any(json, "ends_on", day_of(zone, pause.ends_at));
    json.end_object();
  }
  json.end_array().end_object();
}

void write_json(text::JsonWriter& json, const domain::AgreedFigure& agreed) {
  json.begin_object().key("plan").string(agreed.plan).key("charge").string(agreed.charge);
  json.key("figure").string(agreed.figure);
  json.key("value").string(agreed.value ? agreed.value->to_string() : "unlimited");
  json.key("starts_on").string(time::to_string(agreed.starts_on));
  write_if_any(json, "ends_on", day_of(agreed.ends_on));
  json.end_object();
}

void write_json(text::JsonWriter& json, const domain::Credit& credit) {
  json.begin_object().key("key").string(credit.key).key("title").string(credit.title);
  json.key("kind").string(accounts::to_string(credit.kind));
  json.key("currency").string(credit.currency.code());
  write_if_any(json, "amount_left", credit.amount_left ? credit.amount_left->to_string() : "");
  write_if_any(json, "percent", credit.percent ? credit.percent->to_string() : "");
  json.key("documents_left");
  credit.documents_left ? json.number(*credit.documents_left) : json.null();
  json.key("priority").number(credit.priority);
  write_if_any(json, "starts_on", day_of(credit.starts_on));
  write_if_any(json, "expires_on", day_of(credit.expires_on));
  json.key("charges").begin_array();
  for (const std::string& charge : credit.charges) json.string(charge);
  json.end_array().end_object();
}

namespace {

/// Of its subscriptions, the one that began last first.
std::vector<std::string> currencies_of(const accounts::CustomerDetails& details) {
  std::vector<const domain::Subscription*> subscriptions;
  for (const auto& [key, subscription] : details.subscriptions) {
    subscriptions.push_back(&subscription);
  }
  std::stable_sort(subscriptions.begin(), subscriptions.end(),
                   [](const auto* a, const auto* b) { return a->starts_at > b->starts_at; });
  std::vector<std::string> currencies;
  for (const domain::Subscription* subscription : subscriptions) {
    std::string code(subscription->currency.code());
    if (std::count(currencies.begin(), currencies.end(), code) == 0) {
      currencies.push_back(std::move(code));
    }
  }
  return currencies;
}

}  // namespace

void write_json(text::JsonWriter& json, const accounts::CustomerDetails& details) {
  const domain::Customer& customer = details.summary.customer;
  json.begin_object().key("key").string(customer.key).key("name").string(customer.name);
  write_if_any(json, "email", customer.email);
  json.key("time_zone").string(customer.zone.name());
  json.key("anchor_day").number(customer.anchor_day);
  write_if_any(json, "country", customer.country);
  write_if_any(json, "tax_id", customer.tax_id);
  json.key("tax_exempt").boolean(customer.tax_exempt);
  json.key("legal_entity").string(domain::shown_entity(customer.legal_entity));
  json.key("currencies").begin_array();
  for (const std::string& currency : currencies_of(details)) json.string(currency);
  json.end_array().key("balances").begin_array();
  for (const money::Money& balance : details.summary.balances) {
    json.begin_object().key("currency").string(balance.currency().code());
    json.key("amount").string(balance.to_string()).end_object();
  }
  json.end_array();
  write_if_any(json, "parked", details.summary.parked.value_or(""));
  json.key("subscriptions").begin_array();
  for (const auto& keyed : details.subscriptions) write_json(json, customer.zone, keyed);
  json.end_array().key("agreements").begin_array();
  for (const domain::AgreedFigure& agreed : details.agreements) write_json(json, agreed);
  json.end_array().key("credits").begin_array();
  for (const domain::Credit& credit : details.credits) write_json(json, credit);
  json.end_array().end_object();
}

}  // namespace reckoner::web
