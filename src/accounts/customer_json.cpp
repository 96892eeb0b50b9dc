#include "accounts/customer_json.hpp"

#include <algorithm>

#include "accounts/values.hpp"
#include "documents/recipient.hpp"
#include "domain/legal_entity.hpp"

namespace reckoner::accounts {

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

void write_if_any(text::JsonWriter& json, std::string_view name,
                  const std::optional<money::Decimal>& decimal) {
  write_if_any(json, name, decimal ? decimal->to_string() : "");
}

void write_list(text::JsonWriter& json, std::string_view name,
                const std::vector<std::string>& items) {
  json.key(name).begin_array();
  for (const std::string& item : items) json.string(item);
  json.end_array();
}

std::string_view state_of(const domain::Subscription& subscription, time::Instant now) {
  if (subscription.ends_at && *subscription.ends_at <= now) return "ended";
  if (subscription.starts_at > now) return "future";
  const bool rests = std::any_of(
      subscription.pauses.begin(), subscription.pauses.end(), [&](const domain::Pause& pause) {
        return pause.starts_at <= now && (!pause.ends_at || *pause.ends_at > now);
      });
  if (rests) return "paused";
  return subscription.trial_ends_at && *subscription.trial_ends_at > now ? "trial" : "active";
}

std::string title_of(const domain::Subscription& subscription,
                     const config::Configuration& active) {
  for (const domain::Plan& plan : active.plans) {
    if (plan.name == subscription.plan && plan.currency == subscription.currency) {
      return plan.title;
    }
  }
  return "";
}

}  // namespace

void write_json(text::JsonWriter& json, const CustomerDetails::KeyedSubscription& keyed,
                const time::Zone& zone, const config::Configuration& active, time::Instant now) {
  const domain::Subscription& subscription = keyed.subscription;
  json.begin_object().key("key").string(keyed.key).key("plan").string(subscription.plan);
  write_if_any(json, "plan_title", title_of(subscription, active));
  json.key("currency").string(subscription.currency.code());
  json.key("state").string(state_of(subscription, now));
  json.key("starts_on").string(day_of(zone, subscription.starts_at));
  write_if_any(json, "ends_on", day_of(zone, subscription.ends_at));
  write_if_any(json, "ending",
               subscription.ends_at ? std::string(to_string(subscription.ending)) : "");
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
  json.key("kind").string(to_string(credit.kind));
  json.key("currency").string(credit.currency.code());
  write_if_any(json, "amount_left", credit.amount_left);
  write_if_any(json, "percent", credit.percent);
  json.key("documents_left");
  credit.documents_left ? json.number(*credit.documents_left) : json.null();
  json.key("priority").number(credit.priority);
  write_if_any(json, "starts_on", day_of(credit.starts_on));
  write_if_any(json, "expires_on", day_of(credit.expires_on));
  write_list(json, "charges", credit.charges);
  json.end_object();
}

namespace {

void write(text::JsonWriter& json, const CustomerDetails::KeyedDiscount& keyed,
           const time::Zone& zone) {
  json.begin_object().key("key").string(keyed.key);
  json.key("percentage").string(keyed.discount.percentage.to_string());
  json.key("starts_on").string(day_of(zone, keyed.discount.starts_at));
  write_if_any(json, "ends_on", day_of(zone, keyed.discount.ends_at));
  write_list(json, "charges", keyed.discount.charges);
  json.end_object();
}

void write(text::JsonWriter& json, const CustomerDetails::KeyedCharge& keyed) {
  const domain::ManualCharge& charge = keyed.charge;
  json.begin_object().key("key").string(keyed.key).key("title").string(charge.title);
  json.key("on").string(time::to_string(charge.on));
  json.key("quantity").string(charge.quantity.to_string()).key("unit").string(charge.unit);
  json.key("price").string(charge.price.to_string());
  json.key("currency").string(keyed.currency.code()).key("tax").string(charge.tax).end_object();
}

/// Of its subscriptions, the one that began last first.
std::vector<std::string> currencies_of(const CustomerDetails& details) {
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

void write_standing(text::JsonWriter& json, const CustomerDetails& details) {
  json.key("parked");
  if (details.parked) {
    json.begin_object().key("run").number(details.parked->run);
    json.key("reason").string(details.parked->reason);
    json.key("attempts").number(details.parked->attempts);
    json.key("since").string(time::to_string(details.parked->since)).end_object();
  } else {
    json.null();
  }
  json.key("held");
  if (details.held) {
    json.begin_object().key("run").number(details.held->run);
    json.key("reasons").string(details.held->reasons);
    json.key("since").string(time::to_string(details.held->since)).end_object();
  } else {
    json.null();
  }
}

}  // namespace

void write_members(text::JsonWriter& json, const domain::BillingDetails& billing) {
  json.key("address");
  documents::write_json(json, billing.address);
  write_if_any(json, "buyer_reference", billing.buyer_reference);
  write_if_any(json, "purchase_order", billing.purchase_order);
}

void write_json(text::JsonWriter& json, const CustomerDetails& details,
                const config::Configuration& active, time::Instant now) {
  json.begin_object();
  const domain::Customer& customer = details.summary.customer;
  json.key("key").string(customer.key).key("name").string(customer.name);
  write_if_any(json, "email", customer.email);
  json.key("time_zone").string(customer.zone.name());
  json.key("anchor_day").number(customer.anchor_day);
  write_if_any(json, "country", customer.country);
  write_if_any(json, "tax_id", customer.tax_id);
  json.key("tax_exempt").boolean(customer.tax_exempt);
  json.key("legal_entity").string(domain::shown_entity(customer.legal_entity));
  write_members(json, details.billing);
  write_list(json, "subjects", details.subjects);
  write_list(json, "currencies", currencies_of(details));
  json.key("balances").begin_array();
  for (const money::Money& balance : details.summary.balances) {
    json.begin_object().key("amount").string(balance.to_string());
    json.key("currency").string(balance.currency().code()).end_object();
  }
  json.end_array().key("subscriptions").begin_array();
  for (const auto& keyed : details.subscriptions) {
    write_json(json, keyed, customer.zone, active, now);
  }
  json.end_array().key("agreements").begin_array();
  for (const domain::AgreedFigure& agreed : details.agreements) write_json(json, agreed);
  json.end_array().key("credits").begin_array();
  for (const domain::Credit& credit : details.credits) write_json(json, credit);
  json.end_array().key("discounts").begin_array();
  for (const auto& keyed : details.discounts) write(json, keyed, customer.zone);
  json.end_array().key("charges").begin_array();
  for (const auto& keyed : details.charges) write(json, keyed);
  json.end_array().key("parent");
  if (details.parent) {
    json.begin_object().key("customer").string(details.parent->key);
    json.key("gets_mails").boolean(details.parent->gets_mails).end_object();
  } else {
    json.null();
  }
  json.key("billing_modes").begin_array();
  for (const domain::BillingModeFrom& change : details.billing_modes) {
    json.begin_object().key("from").string(time::to_string(change.from));
    json.key("mode").string(domain::to_string(change.mode)).end_object();
  }
  json.end_array();
  write_standing(json, details);
  json.end_object();
}

std::string to_json(const CustomerDetails& details, const config::Configuration& active,
                    time::Instant now) {
  text::JsonWriter json;
  write_json(json, details, active, now);
  return json.finish();
}

}  // namespace reckoner::accounts
