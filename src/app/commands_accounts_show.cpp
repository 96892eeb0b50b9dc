#include <fmt/format.h>

#include "accounts/customer_details.hpp"
#include "accounts/customer_json.hpp"
#include "accounts/values.hpp"
#include "app/commands_accounts.hpp"
#include "base/error.hpp"
#include "documents/recipient.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

using accounts::CustomerDetails;

std::string day_of(const time::Zone& zone, const std::optional<time::Instant>& instant) {
  return instant ? time::to_string(zone.date_of(*instant)) : "";
}

std::string day_of(const std::optional<time::Date>& day) {
  return day ? time::to_string(*day) : "";
}

/// "5, 20 from 2026-11-01" for each name: "seats 5, 20 from 2026-11-01; dashboards 2".
std::string quantities_of(const domain::Subscription& subscription, const time::Zone& zone) {
  std::map<std::string, std::vector<std::string>> by_name;
  for (const domain::SubscribedQuantity& quantity : subscription.quantities) {
    std::string text = quantity.value.to_string();
    if (quantity.starts_at > subscription.starts_at) {
      text += " from " + day_of(zone, quantity.starts_at);
    }
    by_name[quantity.name].push_back(std::move(text));
  }
  std::vector<std::string> items;
  for (const auto& [name, values] : by_name) {
    items.push_back(fmt::format("{} {}", name, fmt::join(values, ", ")));
  }
  return fmt::format("{}", fmt::join(items, "; "));
}

std::string pauses_of(const domain::Subscription& subscription, const time::Zone& zone) {
  std::vector<std::string> items;
  for (const domain::Pause& pause : subscription.pauses) {
    items.push_back(fmt::format("{} to {}", day_of(zone, pause.starts_at),
                                pause.ends_at ? day_of(zone, pause.ends_at) : "…"));
  }
  return fmt::format("{}", fmt::join(items, "; "));
}

std::string end_of(const domain::Subscription& subscription, const time::Zone& zone) {
  if (!subscription.ends_at) return "";
  return fmt::format("{} ({})", day_of(zone, subscription.ends_at),
                     accounts::to_string(subscription.ending));
}

std::string left_of(const domain::Credit& credit) {
  std::string left = credit.percent ? credit.percent->to_string() + " %"
                                    : fmt::format("{} {}", credit.amount_left->to_string(),
                                                  credit.currency.code());
  if (credit.documents_left) left += fmt::format(", {} documents", *credit.documents_left);
  return left;
}

std::string billing_text(const CustomerDetails& details) {
  const domain::BillingDetails& billing = details.billing;
  const std::string& taxed_in = details.summary.customer.country;
  const std::string& country = billing.address.country.empty() ? taxed_in : billing.address.country;
  std::vector<std::string> lines = documents::address_lines(billing.address, country);
  if (!lines.empty() && !country.empty()) lines.push_back(country);
  std::string text;
  if (!lines.empty()) text += fmt::format("address: {}\n", fmt::join(lines, ", "));
  if (!billing.buyer_reference.empty())
    text += "buyer reference: " + billing.buyer_reference + '\n';
  if (!billing.purchase_order.empty()) text += "purchase order: " + billing.purchase_order + '\n';
  return text;
}

std::string customer_text(const CustomerDetails& details) {
  const domain::Customer& customer = details.summary.customer;
  std::string text = fmt::format("{}: {}, {}, periods begin on day {}", customer.key, customer.name,
                                 customer.zone.name(), customer.anchor_day);
  if (!customer.email.empty()) text += ", " + customer.email;
  if (!customer.country.empty()) text += ", taxed in " + customer.country;
  if (!customer.tax_id.empty()) text += ", tax id " + customer.tax_id;
  if (customer.tax_exempt) text += ", tax exempt";
  if (!customer.legal_entity.empty()) text += ", billed by " + customer.legal_entity;
  text += '\n' + billing_text(details);
  for (const money::Money& balance : details.summary.balances) {
    text += fmt::format("balance {} {}\n", balance.to_string(), balance.currency().code());
  }
  if (details.summary.parked) text += fmt::format("parked: {}\n", *details.summary.parked);
  return text;
}

std::string subscriptions_text(const CustomerDetails& details) {
  const time::Zone& zone = details.summary.customer.zone;
  text::Table table({{"subscription"},
                     {"plan"},
                     {"currency"},
                     {"from"},
                     {"ends"},
                     {"trial until"},
                     {"environment"},
                     {"quantities"},
                     {"paused"}});
  for (const auto& [key, subscription] : details.subscriptions) {
    table.add({key, subscription.plan, std::string(subscription.currency.code()),
               day_of(zone, subscription.starts_at), end_of(subscription, zone),
               day_of(zone, subscription.trial_ends_at), subscription.environment,
               quantities_of(subscription, zone), pauses_of(subscription, zone)});
  }
  return table.empty() ? "" : "\n" + table.to_string();
}

std::string agreements_text(const CustomerDetails& details) {
  text::Table table({{"agreed on plan"},
                     {"charge"},
                     {"figure"},
                     {"value", text::Align::kRight},
                     {"from"},
                     {"ends"}});
  for (const domain::AgreedFigure& agreed : details.agreements) {
    table.add({agreed.plan, agreed.charge, agreed.figure,
               agreed.value ? agreed.value->to_string() : "unlimited",
               time::to_string(agreed.starts_on), day_of(agreed.ends_on)});
  }
  return table.empty() ? "" : "\n" + table.to_string();
}

std::string credits_text(const CustomerDetails& details) {
  text::Table table({{"credit"},
                     {"title"},
                     {"kind"},
                     {"left", text::Align::kRight},
                     {"priority", text::Align::kRight},
                     {"from"},
                     {"expires"},
                     {"charges"}});
  for (const domain::Credit& credit : details.credits) {
    table.add({credit.key, credit.title, std::string(accounts::to_string(credit.kind)),
               left_of(credit), std::to_string(credit.priority), day_of(credit.starts_on),
               day_of(credit.expires_on), fmt::format("{}", fmt::join(credit.charges, ", "))});
  }
  return table.empty() ? "" : "\n" + table.to_string();
}

}  // namespace

int show_customer_command(System& system, const Console& console, const std::string& customer) {
  auto connection = system.connection();
  const time::Instant now = system.clock()();
  const auto details = accounts::find_customer_details(*connection, customer, now);
  if (!details) throw Error(fmt::format("there is no customer '{}'", customer));
  if (console.json()) {
    text::JsonWriter json;
    accounts::write_json(json, *details, system.active()->configuration(), now);
    console.result(json);
  } else {
    console.result(customer_text(*details) + subscriptions_text(*details) +
                   agreements_text(*details) + credits_text(*details));
  }
  return 0;
}

int show_billing_details_command(System& system, const Console& console,
                                 const std::string& customer) {
  auto connection = system.connection();
  const auto details = accounts::find_customer_details(*connection, customer, system.clock()());
  if (!details) throw Error(fmt::format("there is no customer '{}'", customer));
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object();
    accounts::write_members(json, details->billing);
    json.end_object();
    console.result(json);
    return 0;
  }
  const std::string text = billing_text(*details);
  console.result(text.empty() ? fmt::format("nothing is said of customer '{}'", customer) : text);
  return 0;
}

}  // namespace reckoner::app
