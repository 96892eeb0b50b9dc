#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "accounts/customer_json.hpp"
#include "engine/quote.hpp"
#include "pricing/models.hpp"
#include "pricing/published.hpp"
#include "web/customer_plans.hpp"
#include "web/customer_quote.hpp"
#include "web/customers_api.hpp"
#include "web/metering_session.hpp"

namespace reckoner::web {

namespace {

/// A member that is a decimal or null.
void write_figure(text::JsonWriter& json, std::string_view name,
                  const std::optional<money::Decimal>& figure) {
  json.key(name);
  figure ? json.string(figure->to_string()) : json.null();
}

void write_texts(text::JsonWriter& json, std::string_view name,
                 const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_table(text::JsonWriter& json, const pricing::PriceTable& table) {
  json.begin_object().key("columns").begin_array();
  for (const auto& column : table.columns) {
    json.begin_object().key("title").string(column.title);
    json.key("numeric").boolean(column.numeric).end_object();
  }
  json.end_array().key("rows").begin_array();
  for (const auto& row : table.rows) {
    json.begin_array();
    for (const std::string& cell : row) json.string(cell);
    json.end_array();
  }
  json.end_array().end_object();
}

std::string_view kind_of(const domain::Charge& charge) {
  if (std::holds_alternative<domain::OfMeters>(charge.source)) return "usage";
  if (std::holds_alternative<domain::OfSubscription>(charge.source)) return "quantity";
  if (std::holds_alternative<domain::OfCharges>(charge.source)) return "share";
  return "fee";
}

/// Those in force on the day and later ones.
void write_terms(text::JsonWriter& json, const SubscribedPlan& plan, const domain::Charge& charge,
                 time::Date today) {
  const domain::Terms* present = pricing::terms_on(charge, today);
  json.key("terms").begin_array();
  for (const domain::Terms& terms : charge.terms) {
    if (&terms != present && terms.effective && *terms.effective <= today) continue;
    if (&terms != present && !terms.effective) continue;
    json.begin_object().key("effective");
    terms.effective ? json.string(time::to_string(*terms.effective)) : json.null();
    json.key("in_force").boolean(&terms == present);
    json.key("model").string(pricing::model_of(terms.model).name);
    json.key("words").string(pricing::words_of(charge, terms, plan.plan->currency));
    write_figure(json, "allowance", terms.allowance);
    json.key("unlimited").boolean(!terms.allowance);
    write_figure(json, "minimum", terms.minimum);
    write_figure(json, "maximum", terms.maximum);
    json.key("table");
    write_table(json, pricing::table_of(terms.model, pricing::unit_of(charge)));
    json.end_object();
  }
  json.end_array();
}

void write_charge(text::JsonWriter& json, const SubscribedPlan& plan, const domain::Charge& charge,
                  time::Date today) {
  const domain::OfMeters* metering = domain::metering_of(charge);
  const auto* quantity = std::get_if<domain::OfSubscription>(&charge.source);
  const auto* share = std::get_if<domain::OfCharges>(&charge.source);
  const domain::Terms* present = pricing::terms_on(charge, today);
  json.begin_object().key("name").string(charge.name).key("title").string(charge.title);
  json.key("kind").string(kind_of(charge)).key("words");
  json.string(present == nullptr ? "has no price yet"
                                 : pricing::words_of(charge, *present, plan.plan->currency));
  json.key("unit").string(pricing::unit_of(charge));
  write_texts(json, "meters", metering != nullptr ? metering->meters : std::vector<std::string>());
  json.key("quantity");
  quantity != nullptr ? json.string(quantity->quantity) : json.null();
  write_texts(json, "of", share != nullptr ? share->charges : std::vector<std::string>());
  json.key("side").string(domain::to_string(charge.side));
  json.key("every").string(pricing::words_of(charge.every)).key("option");
  charge.option ? json.string(*charge.option) : json.null();
  json.key("tax_category").string(charge.tax);
  write_terms(json, plan, charge, today);
  json.key("agreed").begin_array();
  for (const domain::AgreedFigure& agreed : plan.agreed) {
    if (agreed.charge == charge.name) accounts::write_json(json, agreed);
  }
  json.end_array().end_object();
}

void write_quantities(text::JsonWriter& json, const SubscribedPlan& plan, time::Instant now) {
  json.key("quantities").begin_array();
  for (const PlanQuantity& quantity : quantities_of(plan, now)) {
    json.begin_object().key("name").string(quantity.name).key("unit").string(quantity.unit);
    json.key("value").string(quantity.value.to_string());
    json.key("option").boolean(quantity.option).end_object();
  }
  json.end_array();
}

void write_usage(text::JsonWriter& json, CustomerSession& session, const SubscribedPlan& plan) {
  json.key("usage").begin_array();
  for (const PlanUsage& usage : usage_of(session, plan)) {
    json.begin_object().key("charge").string(usage.charge->name);
    json.key("title").string(usage.charge->title).key("meter").string(usage.meter);
    json.key("unit").string(pricing::unit_of(*usage.charge)).key("dimensions").begin_array();
    for (const auto& [name, values] : usage.dimensions) {
      json.begin_object().key("name").string(name);
      write_texts(json, "values", {values.begin(), values.end()});
      json.end_object();
    }
    json.end_array();
    write_figure(json, "included", usage.included);
    write_figure(json, "last_month", usage.last_month);
    write_figure(json, "so_far", usage.so_far);
    json.key("scale").string(usage.scale.to_string()).end_object();
  }
  json.end_array();
}

std::vector<std::string> sentences_of(const SubscribedPlan& subscribed, time::Date today) {
  const domain::Plan& plan = *subscribed.plan;
  std::vector<std::string> sentences;
  for (const domain::Charge& charge : plan.charges) {
    const domain::Terms* terms = pricing::terms_on(charge, today);
    if (terms == nullptr) continue;
    sentences.push_back(fmt::format("{}: {}, {}", charge.title,
                                    pricing::words_of(charge, *terms, plan.currency),
                                    pricing::words_of(charge.every)));
  }
  return sentences;
}

void write_frame(text::JsonWriter& json, const SubscribedPlan& subscribed, time::Date today) {
  const domain::Plan* plan = subscribed.plan;
  const domain::Strategy* strategy = plan != nullptr ? plan->strategy.get() : nullptr;
  const std::optional<money::Decimal> none;
  json.key("title").string(plan != nullptr ? plan->title : subscribed.subscription.plan);
  json.key("currency").string(subscribed.subscription.currency.code());
  json.key("available").boolean(plan != nullptr);
  json.key("free").boolean(plan != nullptr && plan->free).key("trial");
  plan != nullptr && plan->trial ? json.string(pricing::words_of(*plan->trial)) : json.null();
  write_figure(json, "minimum", plan != nullptr ? plan->minimum : none);
  write_figure(json, "maximum", plan != nullptr ? plan->maximum : none);
  write_figure(json, "customer_minimum", strategy != nullptr ? strategy->minimum : none);
  write_figure(json, "customer_maximum", strategy != nullptr ? strategy->maximum : none);
  json.key("tax_inclusive").boolean(strategy != nullptr && strategy->tax_inclusive);
  const std::string& environment = subscribed.subscription.environment;
  json.key("environment");
  environment.empty() ? json.null() : json.string(environment);
  json.key("environment_percent").string(environment_percent(subscribed).to_string());
  write_texts(json, "words",
              plan != nullptr ? sentences_of(subscribed, today) : std::vector<std::string>());
}

Response list_plans(CustomerSession& session, const Request&) {
  text::JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (const SubscribedPlan& plan : subscribed_plans(session)) {
    json.begin_object().key("subscription");
    accounts::write_json(json, {plan.key, plan.subscription}, session.zone(),
                         session.active().configuration(), session.now());
    json.key("plan").string(plan.subscription.plan);
    write_frame(json, plan, session.today());
    json.key("charges").begin_array();
    if (plan.plan != nullptr) {
      for (const domain::Charge& charge : plan.plan->charges) {
        write_charge(json, plan, charge, session.today());
      }
    }
    json.end_array();
    write_quantities(json, plan, session.now());
    write_usage(json, session, plan);
    json.end_object();
  }
  json.end_array().end_object();
  return json_response(json);
}

}  // namespace

std::vector<Route> plan_routes(const CustomerApi& api) {
  return {
      customer_route(api, "GET", "/plans", Right::kSee, list_plans),
      customer_route(api, "POST", "/quote", Right::kSee, quote),
  };
}

}  // namespace reckoner::web
