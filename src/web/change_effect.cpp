#include "web/change_effect.hpp"

#include <algorithm>
#include <set>

#include "engine/interim.hpp"
#include "web/json_members.hpp"

namespace reckoner::web {

namespace {

constexpr store::Statement kPlans{"api.plans_of_subscriptions", R"(
  select subscription, plan from subscription where customer_id = $1)"};
constexpr store::Statement kBalances{"api.balances before and after", R"(
  select currency, balance from customer_balance where customer_id = $1)"};

using Plans = std::map<std::int64_t, std::string>;

void add(Owed& owed, const domain::Document& document, const Plans& plans,
         money::Decimal Owed::Figures::*figure) {
  const std::string currency(document.currency.code());
  owed.totals[currency].*figure = document.total.amount();
  for (const domain::DocumentLine& line : document.lines) {
    std::string plan;
    if (line.line.subscription) {
      if (const auto found = plans.find(*line.line.subscription); found != plans.end()) {
        plan = found->second;
      }
    }
    const auto [entry, is_new] = owed.charges.try_emplace(
        {currency, line.period_label, line.true_up, plan, line.line.charge},
        Owed::Charge{{}, line.line.starts_on, line.line.description});
    Owed::Charge& charge = entry->second;
    charge.starts_on = std::min(charge.starts_on, line.line.starts_on);
    charge.figures.*figure = charge.figures.*figure + line.line.amount.amount();
  }
}

std::string shown(const money::Decimal& amount, money::Currency currency) {
  return money::Money(amount, currency).to_string();
}

void write_change(text::JsonWriter& json, std::string_view name, const money::Decimal& before,
                  const money::Decimal& after, money::Currency currency) {
  json.key(name).begin_object().key("before").string(shown(before, currency));
  json.key("after").string(shown(after, currency));
  json.key("difference").string(shown(after - before, currency)).end_object();
}

void write_figures(text::JsonWriter& json, const Owed::Figures& before, const Owed::Figures& after,
                   money::Currency currency) {
  write_change(json, "interim", before.interim, after.interim, currency);
  write_change(json, "expected", before.expected, after.expected, currency);
}

template <class Map>
auto value_of(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? typename Map::mapped_type() : found->second;
}

void write_charge(text::JsonWriter& json, const Owed::ChargeKey& key, const Owed& before,
                  const Owed& after, money::Currency currency) {
  const auto& [code, period, true_up, plan, charge] = key;
  const auto was = before.charges.find(key);
  const auto is = after.charges.find(key);
  const Owed::Charge& known = is == after.charges.end() ? was->second : is->second;
  json.begin_object().key("period").string(period);
  json.key("starts_on").string(time::to_string(known.starts_on));
  json.key("true_up").boolean(true_up);
  write_text_or_null(json, "plan", plan);
  json.key("charge").string(charge).key("description").string(known.description);
  write_figures(json, was == before.charges.end() ? Owed::Figures() : was->second.figures,
                is == after.charges.end() ? Owed::Figures() : is->second.figures, currency);
  json.end_object();
}

}  // namespace

Owed owed_by(store::Connection& connection, engine::Versions& versions, CustomerId customer,
             time::Instant as_of) {
  Owed owed;
  Plans plans;
  for (const store::Row& row : connection.query(kPlans, {customer})) {
    plans.emplace(row.int64("subscription"), row.text("plan"));
  }
  for (const store::Row& row : connection.query(kBalances, {customer})) {
    owed.balances.emplace(row.text("currency"), row.decimal("balance"));
  }
  try {
    const auto standing = engine::Interim(connection, versions, customer).standing(as_of);
    for (const domain::Document& document : standing.so_far) {
      add(owed, document, plans, &Owed::Figures::interim);
    }
    for (const domain::Document& document : standing.expected) {
      add(owed, document, plans, &Owed::Figures::expected);
    }
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const Error& error) {
    owed.parked = error.reason();
    owed.totals.clear();
    owed.charges.clear();
  }
  return owed;
}

void write_effect(text::JsonWriter& json, const Owed& before, const Owed& after) {
  std::set<std::string> currencies;
  std::set<Owed::ChargeKey> charges;
  for (const Owed* owed : {&before, &after}) {
    for (const auto& [currency, figures] : owed->totals) currencies.insert(currency);
    for (const auto& [currency, balance] : owed->balances) currencies.insert(currency);
    for (const auto& [key, charge] : owed->charges) charges.insert(key);
  }
  json.key("currencies").begin_array();
  for (const std::string& code : currencies) {
    const money::Currency currency = money::Currency::of(code);
    json.begin_object().key("currency").string(code);
    write_figures(json, value_of(before.totals, code), value_of(after.totals, code), currency);
    write_change(json, "balance", value_of(before.balances, code), value_of(after.balances, code),
                 currency);
    json.key("charges").begin_array();
    for (const Owed::ChargeKey& key : charges) {
      if (std::get<0>(key) == code) write_charge(json, key, before, after, currency);
    }
    json.end_array().end_object();
  }
  json.end_array();
}

}  // namespace reckoner::web
