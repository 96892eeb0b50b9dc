#include "handlers/rule_facts.hpp"

#include <fmt/format.h>

#include <array>
#include <set>

namespace reckoner::handlers {

namespace {

struct FactHelp {
  std::string_view name;
  rules::Type type;
  bool behind_only;  ///< seen only behind the calculation
  std::string_view help;
};

constexpr std::array kFixed{
    FactHelp{"plan.name", rules::Type::kString, false, ""},
    FactHelp{"plan.title", rules::Type::kString, false, ""},
    FactHelp{"plan.currency", rules::Type::kString, false, "ISO 4217"},
    FactHelp{"plan.strategy", rules::Type::kString, false, "of the pricing file"},
    FactHelp{"customer.key", rules::Type::kString, false, ""},
    FactHelp{"customer.time zone", rules::Type::kString, false, "IANA"},
    FactHelp{"customer.country", rules::Type::kString, false,
             "ISO 3166-1, two letters; null where it is not known"},
    FactHelp{"subscription.days", rules::Type::kNumber, false,
             "days of the period that the subscription covers, without pauses"},
    FactHelp{"subscription.environment", rules::Type::kString, false,
             "\"production\" where it names none"},
    FactHelp{"period.days", rules::Type::kNumber, false, "days of the whole period"},
    FactHelp{"period.label", rules::Type::kString, false, "\"2026-10\""},
    FactHelp{"statement.total", rules::Type::kNumber, true,
             "what the lines of the subscription come to so far, of both sides of the period"},
};

/// Facts that the configuration names.
constexpr std::array kNamed{
    FactHelp{"quantity.NAME", rules::Type::kNumber, false,
             "a quantity or option of the subscription on the last day it covers; 0 where it has "
             "none"},
    FactHelp{
        "population.NAME", rules::Type::kNumber, false,
        "a figure over all customers, of the last month that has ended when the period has; in "
        "an interim invoice of the last month known; null where there is none"},
    FactHelp{"usage.METER", rules::Type::kNumber, true,
             "what a charge of the plan measured, in units of the meter; null where none does"},
};

/// The names of quantities and options that plans ask for.
std::set<std::string> quantity_names(const config::Configuration& configuration) {
  std::set<std::string> names;
  for (const domain::Plan& plan : configuration.plans) {
    for (const domain::Charge& charge : plan.charges) {
      if (charge.option) names.insert(*charge.option);
      if (const auto* of = std::get_if<domain::OfSubscription>(&charge.source)) {
        names.insert(of->quantity);
      }
    }
  }
  return names;
}

std::string_view word(rules::Type type) {
  return type == rules::Type::kNumber ? "number" : "string";
}

}  // namespace

RuleFacts::RuleFacts(const config::Configuration& configuration, RulePlace place) : place_(place) {
  for (const FactHelp& fact : kFixed) {
    if (fact.behind_only && place == RulePlace::kBeforeCalculation) continue;
    fixed_[fact.name] = names_.add(fact.name, fact.type);
  }
  for (const std::string& name : quantity_names(configuration)) {
    quantities_[name] = names_.add("quantity." + name, rules::Type::kNumber);
  }
  for (const config::PopulationFact& fact : configuration.population_facts) {
    populations_[fact.name] = names_.add("population." + fact.name, rules::Type::kNumber);
  }
  if (place == RulePlace::kBeforeCalculation) return;
  for (const domain::Meter& meter : configuration.meters) {
    meters_[meter.name] = names_.add("usage." + meter.name, rules::Type::kNumber);
  }
}

void RuleFacts::set_plan(rules::Facts& facts, const domain::Plan& plan) const {
  facts[fixed_.at("plan.name")] = plan.name;
  facts[fixed_.at("plan.title")] = plan.title;
  facts[fixed_.at("plan.currency")] = plan.currency.code();
  facts[fixed_.at("plan.strategy")] = plan.strategy->name;
}

rules::Facts RuleFacts::of_plan(const domain::Plan& plan) const {
  rules::Facts facts = names_.unknown();
  set_plan(facts, plan);
  return facts;
}

rules::Facts RuleFacts::of(
    const engine::PeriodWork& period, const engine::Segment& segment,
    const std::map<std::string, money::Decimal, std::less<>>& population) const {
  rules::Facts facts = names_.unknown();
  set_plan(facts, *segment.plan);
  const domain::Customer& customer = period.customer->customer;
  facts[fixed_.at("customer.key")] = customer.key;
  facts[fixed_.at("customer.time zone")] = customer.zone.name();
  if (!customer.country.empty()) facts[fixed_.at("customer.country")] = customer.country;
  facts[fixed_.at("subscription.days")] = money::Decimal(segment.coverage.part);
  facts[fixed_.at("subscription.environment")] =
      segment.subscription->environment.empty() ? "production" : segment.subscription->environment;
  facts[fixed_.at("period.days")] = money::Decimal(segment.coverage.whole);
  facts[fixed_.at("period.label")] = period.bounds.label;
  const time::Date last =
      std::max(segment.days.starts_on, time::add_days(segment.days.ends_on, -1));
  for (const auto& [name, slot] : quantities_) {
    facts[slot] = segment.lifetime->quantity_on(name, last);
  }
  for (const auto& [name, slot] : populations_) {
    const auto found = population.find(name);
    if (found != population.end()) facts[slot] = found->second;
  }
  if (place_ == RulePlace::kBeforeCalculation) return facts;
  for (const auto& [name, slot] : meters_) {
    const auto found = segment.usage.find(name);
    if (found != segment.usage.end()) facts[slot] = found->second;
  }
  money::Decimal total;
  for (const auto* side : {&period.other_side, &period.lines}) {
    for (const domain::StatementLine& line : *side) {
      if (line.subscription == segment.subscription->number) total += line.amount.amount();
    }
  }
  facts[fixed_.at("statement.total")] = total;
  return facts;
}

std::vector<RuleFact> rule_facts() {
  std::vector<RuleFact> facts;
  const auto add = [&](const FactHelp& fact) {
    facts.push_back({std::string(fact.name), fact.type, fact.behind_only, std::string(fact.help)});
  };
  for (const FactHelp& fact : kFixed) add(fact);
  for (const FactHelp& fact : kNamed) add(fact);
  return facts;
}

std::string rule_facts_table() {
  std::string table = "| fact | type | seen | |\n|---|---|---|---|\n";
  for (const RuleFact& fact : rule_facts()) {
    table += fmt::format("| `{}` | {} | {} | {} |\n", fact.name, word(fact.type),
                         fact.behind_only ? "behind the calculation" : "everywhere", fact.help);
  }
  return table;
}

}  // namespace reckoner::handlers
