#include "config/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/dmn.hpp"
#include "config/export_settings.hpp"
#include "config/file_kind.hpp"
#include "config/issuing.hpp"
#include "config/readers.hpp"
#include "text/utf8.hpp"

namespace reckoner::config {

namespace {

[[noreturn]] void fail_at(const domain::Place& place, std::string_view reason) {
  throw Error(fmt::format("{}: {}", to_string(place), text::printable(reason)));
}

const std::string& required_file(const Files& files, std::string_view name) {
  const auto found = files.content.find(std::string(name));
  if (found == files.content.end()) {
    throw Error(fmt::format("{}: the configuration has no such file", name));
  }
  return found->second;
}

template <class Items, class NameOf>
std::vector<std::string> names_of(const Items& items, const NameOf& name_of) {
  std::vector<std::string> names;
  names.reserve(items.size());
  for (const auto& item : items) names.push_back(name_of(item));
  return names;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// A mean needs a meter whose events add up, whatever their order.
void check_population_facts(const Configuration& configuration) {
  const auto meters = names_of(configuration.meters, [](const auto& meter) { return meter.name; });
  for (const PopulationFact& fact : configuration.population_facts) {
    if (fact.meter.empty()) continue;
    const auto meter =
        std::find_if(configuration.meters.begin(), configuration.meters.end(),
                     [&](const domain::Meter& candidate) { return candidate.name == fact.meter; });
    if (meter == configuration.meters.end()) {
      fail_at(fact.place, fmt::format("population fact '{}' is over meter '{}', which does not "
                                      "exist{}",
                                      fact.name, fact.meter, suggestion(fact.meter, meters)));
    }
    if (meter->aggregation != domain::Aggregation::kSum &&
        meter->aggregation != domain::Aggregation::kCount) {
      fail_at(fact.place, fmt::format("population fact '{}' is over meter '{}', which does not "
                                      "add up: SUM and COUNT do",
                                      fact.name, fact.meter));
    }
  }
}

/// Charges, plans and legal entities of accounts.xml must be there, or their rules would never
/// match.
void check_posting_rules(const Configuration& configuration) {
  std::vector<std::string> charges;
  std::vector<std::string> plans;
  for (const domain::Plan& plan : configuration.plans) {
    plans.push_back(plan.name);
    for (const domain::Charge& charge : plan.charges) charges.push_back(charge.name);
  }
  for (const EngineConfig& engine : configuration.engines) {
    for (const HandlerConfig& handler : engine.handlers) charges.push_back(handler.class_name);
  }
  for (const domain::CostPool& pool : configuration.allocation.pools) {
    charges.push_back(domain::charge_of_pool(pool.name));
  }
  std::vector<std::string> entities;
  for (const domain::LegalEntity& entity : configuration.legal_entities) {
    entities.emplace_back(domain::shown_entity(entity.id));
  }
  for (const domain::PostingRule& rule : configuration.chart.rules) {
    const auto check = [&](const std::string& value, std::string_view what,
                           const std::vector<std::string>& known) {
      if (value.empty() || contains(known, value)) return;
      fail_at(rule.place,
              fmt::format("{} of {} '{}', which does not exist{}", domain::to_string(rule.what),
                          what, value, suggestion(value, known)));
    };
    check(rule.charge, "charge", charges);
    check(rule.plan, "plan", plans);
    check(rule.entity, "legal entity", entities);
  }
}

/// A plan that is shown by the prices of another has those in each of its own currencies.
void check_shown_prices(const Configuration& configuration) {
  const auto names = names_of(configuration.plans, [](const auto& plan) { return plan.name; });
  const auto is_priced = [&](const std::string& name, money::Currency currency) {
    return std::ranges::any_of(configuration.plans, [&](const domain::Plan& plan) {
      return plan.name == name && plan.currency == currency;
    });
  };
  for (const EngineConfig& engine : configuration.engines) {
    for (const EngineConfig::ShownPrices& shown : engine.shown_prices) {
      for (const std::string& name : {shown.plan, shown.use}) {
        if (contains(names, name)) continue;
        fail_at(shown.place, fmt::format("instead names plan '{}', which does not exist{}", name,
                                         suggestion(name, names)));
      }
      for (const domain::Plan& plan : configuration.plans) {
        if (plan.name != shown.plan || is_priced(shown.use, plan.currency)) continue;
        fail_at(shown.place, fmt::format("plan '{}' has no prices in {}, which '{}' has", shown.use,
                                         plan.currency.code(), shown.plan));
      }
    }
  }
}

/// Meters, plans and engines of allocation.xml must be there.
void check_allocation(const Configuration& configuration) {
  const auto meters = names_of(configuration.meters, [](const auto& meter) { return meter.name; });
  const auto plans = names_of(configuration.plans, [](const auto& plan) { return plan.name; });
  const auto engines =
      names_of(configuration.engines, [](const auto& engine) { return engine.id; });
  const auto check = [](const domain::Place& place, std::string_view who, std::string_view what,
                        const std::string& name, const std::vector<std::string>& known) {
    if (contains(known, name)) return;
    fail_at(place, fmt::format("{} names {} '{}', which does not exist{}", who, what, name,
                               suggestion(name, known)));
  };
  const std::function<void(const domain::CostCentre&)> check_centre =
      [&](const domain::CostCentre& centre) {
        for (const std::string& plan : centre.plans) {
          check(centre.place, fmt::format("cost centre '{}'", centre.name), "plan", plan, plans);
        }
        for (const domain::CostCentre& part : centre.parts) check_centre(part);
      };
  for (const domain::CostCentre& centre : configuration.allocation.cost_centres) {
    check_centre(centre);
  }
  for (const domain::CostPool& pool : configuration.allocation.pools) {
    const std::string who = fmt::format("pool '{}'", pool.name);
    check(pool.place, who, "engine", pool.engine, engines);
    for (const auto& driver : pool.drivers) check(pool.place, who, "meter", driver.meter, meters);
    for (const std::string& plan : pool.plans) check(pool.place, who, "plan", plan, plans);
    for (const std::string& plan : pool.excluded_plans) check(pool.place, who, "plan", plan, plans);
  }
}

/// Meters of suppliers.xml must be there.
void check_suppliers(const Configuration& configuration) {
  const auto meters = names_of(configuration.meters, [](const auto& meter) { return meter.name; });
  for (const domain::SupplierPrice& price : configuration.supplier_prices) {
    for (const std::string& meter : domain::metering_of(price.charge)->meters) {
      if (contains(meters, meter)) continue;
      fail_at(price.charge.place,
              fmt::format("metered '{}' names meter '{}', which does not exist{}",
                          price.charge.name, meter, suggestion(meter, meters)));
    }
  }
}

void check_parameter_files(const Configuration& configuration, const Files& files) {
  const auto members = names_of(files.content, [](const auto& member) { return member.first; });
  for (const EngineConfig& engine : configuration.engines) {
    for (const HandlerConfig& handler : engine.handlers) {
      for (const Parameter& parameter : handler.parameters) {
        if (parameter.name != "file" && parameter.name != "template") continue;
        if (contains(members, parameter.value)) continue;
        fail_at(parameter.place,
                fmt::format("parameter '{}' names '{}', which the configuration does not have{}",
                            parameter.name, parameter.value, suggestion(parameter.value, members)));
      }
    }
  }
}

/// What files that name no currency are priced in, also where the rest of billing-config.xml is
/// wrong: that is no mistake of theirs.
money::Currency declared_currency(const std::optional<Document>& billing) {
  Settings settings;
  try {
    const auto section = billing ? billing->root().child("settings") : std::nullopt;
    for (const Element& setting : section ? section->children("setting") : std::vector<Element>()) {
      if (setting.attribute("name") != "billing.currency") continue;
      settings.set("billing.currency", setting.attribute("value").value_or(""));
    }
  } catch (const Error&) {
    return Settings().currency("billing.currency");
  }
  return settings.currency("billing.currency");
}

void take(BillingConfig read, Configuration& configuration) {
  configuration.settings = std::move(read.settings);
  configuration.engines = std::move(read.engines);
  configuration.population_facts = std::move(read.population_facts);
  configuration.legal_entities = std::move(read.legal_entities);
}

/// A file other than billing-config.xml and meters.xml.
void read_file(const std::string& name, const std::string& content, money::Currency currency,
               Configuration& configuration, std::vector<PricingFile>& pricing) {
  if (!is_member_name(name)) {
    throw Error(fmt::format("'{}' cannot name a file of a configuration", text::printable(name)));
  }
  if (name == kTaxesFile) {
    configuration.taxes = read_taxes(parse_xml(name, content).root());
  } else if (name == kAccountsFile) {
    configuration.chart = read_accounts(parse_xml(name, content).root());
  } else if (name == kAllocationFile) {
    configuration.allocation = read_allocation(parse_xml(name, content).root());
  } else if (name == kSuppliersFile) {
    configuration.supplier_prices = read_suppliers(parse_xml(name, content).root());
  } else if (name.starts_with("exports/") && name.ends_with(".xml")) {
    read_export_template(parse_xml(name, content).root());
  } else if (name.ends_with(".mustache")) {
    configuration.templates.emplace(name, content);
  } else if (kind_of_file(name) == FileKind::kLogo) {
    return;  // check_issuing looks at it
  } else if (name.ends_with(".dmn")) {
    configuration.decision_models.emplace(name, read_dmn(parse_xml(name, content).root()));
  } else if (name.ends_with(".xml") && name.starts_with("pricing/")) {
    const Document document = parse_xml(name, content);
    pricing.push_back(read_pricing(document.root(), currency));
  } else {
    throw Error(fmt::format("{}: not a file of a configuration", name));
  }
}

}  // namespace

boost::property_tree::ptree HandlerConfig::parameter_tree() const {
  boost::property_tree::ptree tree;
  for (const Parameter& parameter : parameters) tree.put(parameter.name, parameter.value);
  return tree;
}

const domain::LegalEntity& Configuration::legal_entity(std::string_view id) const {
  std::vector<std::string> ids;
  for (const domain::LegalEntity& entity : legal_entities) {
    if (entity.id == id) return entity;
    ids.emplace_back(domain::shown_entity(entity.id));
  }
  throw Error(fmt::format("the configuration has no legal entity '{}'{}", id,
                          suggestion(std::string(id), ids)));
}

const EngineConfig* Configuration::engine(std::string_view id) const {
  const auto found = std::ranges::find(engines, id, &EngineConfig::id);
  return found == engines.end() ? nullptr : &*found;
}

Configuration parse(const Files& files) {
  Configuration configuration;
  std::vector<PricingFile> pricing;
  MistakeCollector mistakes;
  std::optional<Document> billing;
  mistakes.attempt([&] {
    billing.emplace(
        parse_xml(std::string(kBillingConfigFile), required_file(files, kBillingConfigFile)));
    take(read_billing_config(billing->root()), configuration);
  });
  mistakes.attempt([&] {
    const Document meters = parse_xml(std::string(kMetersFile), required_file(files, kMetersFile));
    configuration.meters = read_meters(meters.root());
  });
  mistakes.attempt([&] {
    if (billing) check_issuing(files, billing->root(), configuration.settings);
  });
  const money::Currency currency = declared_currency(billing);
  for (const auto& [name, content] : files.content) {
    if (name == kBillingConfigFile || name == kMetersFile) continue;
    mistakes.attempt([&] { read_file(name, content, currency, configuration, pricing); });
  }
  mistakes.finish();
  configuration.plans = join_plans(pricing);
  mistakes.attempt(
      [&] { check_plans(configuration.plans, configuration.engines, configuration.meters); });
  mistakes.attempt([&] { check_shown_prices(configuration); });
  mistakes.attempt([&] { check_population_facts(configuration); });
  mistakes.attempt([&] { check_posting_rules(configuration); });
  mistakes.attempt([&] { check_allocation(configuration); });
  mistakes.attempt([&] { check_suppliers(configuration); });
  mistakes.attempt([&] { check_parameter_files(configuration, files); });
  mistakes.attempt([&] { check_export_settings(files, configuration.chart); });
  mistakes.finish();
  return configuration;
}

}  // namespace reckoner::config
