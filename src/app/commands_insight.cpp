#include "app/commands_insight.hpp"

#include <fmt/format.h>

#include "accounts/customers.hpp"
#include "app/commands.hpp"
#include "engine/alerts.hpp"
#include "engine/document_comparison.hpp"
#include "metering/usage_anomalies.hpp"
#include "store/transaction.hpp"
#include "text/table.hpp"

namespace reckoner::app {

namespace {

/// Throws Error where there is none.
CustomerId customer_named(System& system, store::Connection& connection, const std::string& key) {
  const auto known = accounts::find_customer(connection, key, system.clock()());
  if (!known) throw Error(fmt::format("there is no customer '{}'", key));
  return known->customer.id;
}

}  // namespace

int alerts_command(System& system, const Console& console, const std::string& customer, int limit) {
  auto connection = system.connection();
  const auto alerts =
      customer.empty()
          ? engine::list_alerts(*connection, std::nullopt, limit)
          : engine::list_alerts(*connection, customer_named(system, *connection, customer),
                                std::nullopt, limit);
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("alerts").begin_array();
    for (const engine::Alert& alert : alerts) engine::write_alert(json, alert);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  if (alerts.empty()) {
    console.result("No budget has reached a threshold.");
    return 0;
  }
  text::Table table({{"told at"}, {"customer"}, {"what"}});
  for (const engine::Alert& alert : alerts) {
    table.add({time::to_string(alert.told_at), alert.customer_key,
               insight::words_of(alert.reached, alert.month, alert.reached.charge)});
  }
  console.result(table.to_string());
  note_limit(console, alerts.size(), limit);
  return 0;
}

int anomalies_command(System& system, const Console& console, const std::string& customer,
                      const std::string& meter, int days) {
  auto connection = system.connection();
  const auto known = accounts::find_customer(*connection, customer, system.clock()());
  if (!known) throw Error(fmt::format("there is no customer '{}'", customer));
  std::vector<domain::Meter> meters = system.active()->configuration().meters;
  if (!meter.empty()) {
    std::erase_if(meters, [&](const domain::Meter& one) { return one.name != meter; });
    if (meters.empty()) throw Error(fmt::format("there is no meter '{}'", meter));
  }
  store::Transaction snapshot(*connection, store::TransactionKind::kSnapshotReadOnly);
  const auto anomalies =
      metering::find_usage_anomalies(*connection, meters, metering::meter_lives(*connection),
                                     {.customer = known->customer.id,
                                      .zone = known->customer.zone,
                                      .until = system.clock()(),
                                      .days = days});
  snapshot.commit();
  if (console.json()) {
    text::JsonWriter json;
    json.begin_object().key("anomalies").begin_array();
    for (const auto& anomaly : anomalies) metering::write_anomaly(json, anomaly);
    json.end_array().end_object();
    console.result(json);
    return 0;
  }
  if (anomalies.empty()) console.result("Nothing was out of its season.");
  for (const auto& anomaly : anomalies) console.result(anomaly.text);
  return 0;
}

namespace {

std::string table_of(const engine::DocumentComparison& comparison) {
  text::Table table({{"charge"},
                     {"before", text::Align::kRight},
                     {"now", text::Align::kRight},
                     {"difference", text::Align::kRight},
                     {"quantity", text::Align::kRight},
                     {"price", text::Align::kRight},
                     {"plan", text::Align::kRight},
                     {"true-up", text::Align::kRight}});
  const auto or_nothing = [](const std::optional<money::Money>& money) {
    return money ? money->to_string() : "-";
  };
  const auto add = [&](const std::string& title, const std::string& before, const std::string& now,
                       const insight::ChangeParts& parts) {
    table.add({title, before, now, parts.total.to_string(), parts.quantity.to_string(),
               parts.price.to_string(), parts.plan.to_string(), parts.true_up.to_string()});
  };
  for (const auto& charge : comparison.charges) {
    add(charge.title, or_nothing(charge.before), or_nothing(charge.now), charge.parts);
  }
  add("sum", comparison.before->subtotal.to_string(), comparison.now.subtotal.to_string(),
      comparison.parts);
  return table.to_string();
}

}  // namespace

int compare_command(System& system, const Console& console, const std::string& number) {
  auto connection = system.connection();
  const auto id = store::find_document(*connection, number);
  if (!id) throw Error(fmt::format("there is no document '{}'", number));
  const auto comparison = engine::compare_with_before(*connection, system.versions(), *id);
  if (console.json()) {
    text::JsonWriter json;
    engine::write_comparison(json, comparison);
    console.result(json);
    return 0;
  }
  if (!comparison.before) {
    console.result(fmt::format("There is no document to compare {} with.", number));
    return 0;
  }
  console.result(fmt::format("{} ({}) beside {} ({}), {}, before coupons and taxes", number,
                             comparison.now.periods, comparison.before->number,
                             comparison.before->periods,
                             comparison.now.subtotal.currency().code()));
  console.result(table_of(comparison));
  for (const auto& charge : comparison.charges) {
    if (charge.large) console.result(insight::sentence_on(charge.title, *charge.large));
  }
  return 0;
}

}  // namespace reckoner::app
