#include "engine/explanation_json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reckoner::engine {

namespace {

/// A member that is a text or null.
void write_if_any(text::JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  text.empty() ? json.null() : json.string(text);
}

void write_coverage(text::JsonWriter& json, const pricing::Coverage& coverage) {
  json.key("coverage").begin_object().key("part").number(coverage.part);
  json.key("whole").number(coverage.whole).end_object();
}

void write_stretch(text::JsonWriter& json, const invoicing::ChargeFacts::Stretch& stretch,
                   bool is_usage) {
  const invoicing::TermsUsed& terms = stretch.terms;
  json.begin_object();
  write_if_any(json, "effective", terms.effective ? time::to_string(*terms.effective) : "");
  write_if_any(json, "quantity", is_usage ? "" : stretch.quantity.to_string());
  write_coverage(json, stretch.coverage);
  json.key("agreed").begin_array();
  for (const invoicing::AgreedValue& agreed : terms.agreed) {
    json.begin_object().key("figure").string(agreed.figure);
    json.key("value").string(agreed.value ? agreed.value->to_string() : "unlimited").end_object();
  }
  json.end_array();
  write_if_any(json, "rule", terms.rule);
  write_if_any(json, "rule_fee", terms.rule_fee ? terms.rule_fee->to_string() : "");
  json.end_object();
}

void write_charge(text::JsonWriter& json, const Explanation::OfCharge& charge) {
  const invoicing::ChargeFacts& facts = charge.facts;
  json.begin_object();
  json.key("plan").string(facts.plan).key("plan_title").string(charge.plan_title);
  json.key("charge").string(facts.charge).key("title").string(charge.charge_title);
  json.key("model").string(charge.model).key("model_summary").string(charge.model_summary);
  json.key("unit").string(charge.unit);
  json.key("used").string(shown(charge.priced.used));
  write_if_any(json, "allowance", charge.priced.allowance ? shown(*charge.priced.allowance) : "");
  json.key("billable").string(shown(charge.priced.billable));
  write_coverage(json, facts.coverage);
  write_if_any(json, "environment", facts.environment);
  json.key("environment_percent").string(facts.share.percent.to_string());
  json.key("stretches").begin_array();
  for (const auto& stretch : facts.stretches) write_stretch(json, stretch, charge.is_usage);
  json.end_array().key("steps").begin_array();
  for (const pricing::Step& step : charge.steps) {
    json.begin_object().key("label").string(step.label);
    json.key("quantity").string(shown(step.quantity)).key("price").string(step.price.to_string());
    json.key("amount").string(shown(step.amount)).end_object();
  }
  json.end_array();
  json.key("exact").string(shown(charge.priced.amount));
  json.key("rounding").string(words(charge.rounding));
  json.key("amount").string(charge.rounded.to_string());
  json.key("notes").begin_array();
  for (const std::string& note : notes_of(facts)) json.string(note);
  json.end_array().end_object();
}

void write_events(text::JsonWriter& json, const std::vector<EventBehind>& events) {
  json.key("events").begin_array();
  for (const EventBehind& event : events) {
    json.begin_object().key("occurred_at").string(time::to_string(event.position.occurred_at));
    json.key("source").string(event.position.source).key("id").string(event.position.id);
    json.key("subject").string(event.subject);
    json.key("data").json(text::parse_json(event.data)).end_object();
  }
  json.end_array();
}

}  // namespace

std::string shown(const money::Ratio& exact) {
  const money::Decimal digits = money::round(exact, 12, money::Rounding::kTowardZero);
  return digits.to_string() + (money::Ratio(digits) == exact ? "" : "…");
}

std::string_view words(money::Rounding rounding) {
  return rounding == money::Rounding::kHalfEven ? "half to even" : "half away from zero";
}

std::vector<std::string> notes_of(const invoicing::ChargeFacts& facts) {
  std::vector<std::string> notes;
  const auto add = [&](std::string note) {
    if (std::find(notes.begin(), notes.end(), note) == notes.end())
      notes.push_back(std::move(note));
  };
  for (const invoicing::ChargeFacts::Stretch& stretch : facts.stretches) {
    if (stretch.terms.effective) {
      add(fmt::format("prices effective {}", time::to_string(*stretch.terms.effective)));
    }
    for (const invoicing::AgreedValue& agreed : stretch.terms.agreed) {
      add(fmt::format("agreed with the customer: {} {}", agreed.figure,
                      agreed.value ? agreed.value->to_string() : "unlimited"));
    }
    if (!stretch.terms.rule.empty()) {
      add(fmt::format("fee {} from {}", stretch.terms.rule_fee->to_string(), stretch.terms.rule));
    }
  }
  if (!facts.share_rule.empty()) {
    add(fmt::format("environment factor from {}", facts.share_rule));
  }
  return notes;
}

void write_json(text::JsonWriter& json, const Explanation& explanation,
                const std::optional<std::string>& next) {
  const domain::StatementLine& line = explanation.billed.line;
  json.begin_object();
  write_if_any(json, "number", explanation.number);
  json.key("line").number(explanation.line);
  json.key("description").string(line.description);
  json.key("amount").string(line.amount.to_string());
  json.key("currency").string(line.amount.currency().code());
  json.key("period").string(explanation.billed.period_label);
  json.key("starts_on").string(time::to_string(line.starts_on));
  json.key("ends_on").string(time::to_string(line.ends_on));
  json.key("quantity").string(line.quantity.to_string()).key("unit").string(line.unit);
  json.key("configuration_version").number(explanation.version.value);
  json.key("facts");
  line.facts.empty() ? json.null() : json.json(text::parse_json(line.facts));
  json.key("charge");
  explanation.charge ? write_charge(json, *explanation.charge) : void(json.null());
  write_if_any(json, "billed_before",
               explanation.billed_before ? explanation.billed_before->to_string() : "");
  json.key("usage").begin_array();
  for (const UsageOfDay& day : explanation.usage) {
    json.begin_object().key("day").string(time::to_string(day.day));
    json.key("events").number(day.events).key("sum").string(day.sum.to_string()).end_object();
  }
  json.end_array();
  json.key("event_count").number(explanation.event_count);
  write_events(json, explanation.events);
  write_if_any(json, "next", next.value_or(""));
  json.end_object();
}

}  // namespace reckoner::engine
