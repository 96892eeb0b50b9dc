#include <fmt/format.h>

#include "base/error.hpp"
#include "invoicing/charge_facts.hpp"
#include "text/json.hpp"

namespace reckoner::invoicing {

namespace {

using text::Json;
using text::JsonWriter;

void write(JsonWriter& out, const pricing::Coverage& coverage) {
  out.begin_array().number(coverage.part).number(coverage.whole).end_array();
}

void write(JsonWriter& out, std::string_view name, const std::vector<money::Decimal>& values) {
  if (values.empty()) return;
  out.key(name).begin_array();
  for (const money::Decimal& value : values) out.number(value.to_string());
  out.end_array();
}

bool is_nothing(const pricing::Measure& measure) {
  return measure.quantity.is_zero() && measure.quantities.empty() && measure.groups.empty() &&
         measure.transactions.empty();
}

void write(JsonWriter& out, const pricing::Measure& measure) {
  out.begin_object();
  out.key("quantity").number(measure.quantity.to_string());
  write(out, "quantities", measure.quantities);
  if (!measure.groups.empty()) {
    out.key("groups").begin_array();
    for (const pricing::Group& group : measure.groups) {
      out.begin_array().number(group.index).string(group.label);
      out.number(group.quantity.to_string()).end_array();
    }
    out.end_array();
  }
  write(out, "transactions", measure.transactions);
  out.end_object();
}

void write(JsonWriter& out, const TermsUsed& used) {
  if (used.effective) out.key("effective").string(time::to_string(*used.effective));
  if (!used.agreed.empty()) {
    out.key("agreed").begin_object();
    for (const AgreedValue& agreed : used.agreed) {
      out.key(agreed.figure);
      if (agreed.value) {
        out.number(agreed.value->to_string());
      } else {
        out.string("unlimited");
      }
    }
    out.end_object();
  }
  if (used.rule_fee) out.key("rule_fee").number(used.rule_fee->to_string());
  if (!used.rule.empty()) out.key("rule").string(used.rule);
}

void write(JsonWriter& out, const ChargeFacts::Stretch& stretch) {
  out.begin_object();
  write(out, stretch.terms);
  if (!is_nothing(stretch.through)) {
    if (!is_nothing(stretch.before)) {
      out.key("before");
      write(out, stretch.before);
    }
    out.key("through");
    write(out, stretch.through);
  } else {
    out.key("quantity").number(stretch.quantity.to_string());
    out.key("coverage");
    write(out, stretch.coverage);
  }
  out.end_object();
}

money::Decimal decimal(const Json& json) {
  return money::Decimal::parse(json.as_number());
}

std::int64_t integer(const Json& json) {
  const money::Decimal value = decimal(json);
  if (!value.is_whole()) throw Error(fmt::format("{} is not whole", value.to_string()));
  return std::stoll(value.to_string());
}

std::string text_of(const Json& object, std::string_view name) {
  const Json* found = object.find(name);
  return found ? found->as_string() : std::string();
}

pricing::Coverage parse_coverage(const Json& json) {
  const auto& pair = json.as_array();
  if (pair.size() != 2) throw Error("a coverage has two numbers");
  return {integer(pair[0]), integer(pair[1])};
}

std::vector<money::Decimal> parse_values(const Json& object, std::string_view name) {
  std::vector<money::Decimal> values;
  if (const Json* found = object.find(name)) {
    for (const Json& value : found->as_array()) values.push_back(decimal(value));
  }
  return values;
}

pricing::Measure parse_measure(const Json& json) {
  pricing::Measure measure;
  measure.quantity = decimal(json.at("quantity"));
  measure.quantities = parse_values(json, "quantities");
  measure.transactions = parse_values(json, "transactions");
  if (const Json* groups = json.find("groups")) {
    for (const Json& group : groups->as_array()) {
      const auto& parts = group.as_array();
      if (parts.size() != 3) throw Error("a group has index, label and quantity");
      measure.groups.push_back(
          {static_cast<std::size_t>(integer(parts[0])), parts[1].as_string(), decimal(parts[2])});
    }
  }
  return measure;
}

TermsUsed parse_terms(const Json& json) {
  TermsUsed used;
  if (const Json* effective = json.find("effective")) {
    used.effective = time::parse_date(effective->as_string());
  }
  if (const Json* agreed = json.find("agreed")) {
    for (const Json::Member& member : agreed->as_object()) {
      const bool unlimited = member.value.kind() == Json::Kind::kString;
      used.agreed.push_back(
          {member.name, unlimited ? std::nullopt : std::optional(decimal(member.value))});
    }
  }
  if (const Json* fee = json.find("rule_fee")) used.rule_fee = decimal(*fee);
  used.rule = text_of(json, "rule");
  return used;
}

ChargeFacts::Stretch parse_stretch(const Json& json) {
  ChargeFacts::Stretch stretch;
  stretch.terms = parse_terms(json);
  if (const Json* before = json.find("before")) stretch.before = parse_measure(*before);
  if (const Json* through = json.find("through")) stretch.through = parse_measure(*through);
  if (const Json* quantity = json.find("quantity")) stretch.quantity = decimal(*quantity);
  if (const Json* coverage = json.find("coverage")) stretch.coverage = parse_coverage(*coverage);
  return stretch;
}

}  // namespace

std::string to_json(const ChargeFacts& facts) {
  JsonWriter out;
  out.begin_object();
  out.key("plan").string(facts.plan).key("charge").string(facts.charge);
  out.key("coverage");
  write(out, facts.coverage);
  if (!facts.environment.empty()) out.key("environment").string(facts.environment);
  if (facts.share.percent != money::Decimal(100)) {
    out.key("percent").number(facts.share.percent.to_string());
  }
  if (!facts.share.free_units.is_zero()) {
    out.key("free_units").number(facts.share.free_units.to_string());
  }
  if (!facts.share_rule.empty()) out.key("percent_rule").string(facts.share_rule);
  out.key("stretches").begin_array();
  for (const ChargeFacts::Stretch& stretch : facts.stretches) write(out, stretch);
  out.end_array().end_object();
  return out.finish();
}

ChargeFacts parse_charge_facts(std::string_view json) {
  const Json root = text::parse_json(json);
  ChargeFacts facts;
  facts.plan = root.at("plan").as_string();
  facts.charge = root.at("charge").as_string();
  facts.coverage = parse_coverage(root.at("coverage"));
  facts.environment = text_of(root, "environment");
  facts.share_rule = text_of(root, "percent_rule");
  if (const Json* percent = root.find("percent")) facts.share.percent = decimal(*percent);
  if (const Json* units = root.find("free_units")) facts.share.free_units = decimal(*units);
  for (const Json& stretch : root.at("stretches").as_array()) {
    facts.stretches.push_back(parse_stretch(stretch));
  }
  return facts;
}

}  // namespace reckoner::invoicing
