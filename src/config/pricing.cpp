#include "config/pricing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/mistakes.hpp"
#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

namespace {

constexpr int kEnvironmentPercentMax = 1000;

domain::Environment read_environment(const Element& element) {
  element.allow({"name", "percent"}, {"free"});
  domain::Environment environment;
  environment.name = name_attribute(element, "name");
  environment.percent = percent_attribute(element, "percent", kEnvironmentPercentMax);
  for (const Element& child : element.children()) {
    child.allow({"charge", "units"});
    const std::string charge = name_attribute(child, "charge");
    const bool added =
        environment.free_units.emplace(charge, positive_attribute(child, "units")).second;
    if (!added) child.fail(fmt::format("units of charge '{}' are already free", charge));
  }
  return environment;
}

std::vector<domain::Environment> read_environments(const Element& root) {
  const std::optional<Element> element = root.child("environments");
  if (!element) return {};
  element->allow({}, {"environment"});
  std::vector<domain::Environment> environments;
  bool has_production = false;
  for (const Element& child : element->children()) {
    domain::Environment environment = read_environment(child);
    for (const domain::Environment& other : environments) {
      if (other.name != environment.name) continue;
      child.fail(fmt::format("environment '{}' is already declared", environment.name));
    }
    if (environment.name == "production") {
      has_production = true;
      if (environment.percent != 100 || !environment.free_units.empty()) {
        child.fail("production is 100 percent without free units: it is what the plans say");
      }
    }
    environments.push_back(std::move(environment));
  }
  if (!has_production) element->fail("environments needs the environment 'production'");
  return environments;
}

/// The strategy as written in the file's own currency.
domain::Strategy read_strategy(const Element& root, money::Currency currency) {
  constexpr std::array<std::string_view, 2> kPrices{"exclusive", "inclusive"};
  domain::Strategy strategy;
  strategy.name = name_attribute(root, "strategy");
  const Bounds bounds = read_bounds(root, currency);
  strategy.minimum = bounds.minimum;
  strategy.maximum = bounds.maximum;
  strategy.tax_inclusive = choice_attribute(root, "prices", kPrices, 0) == 1;
  strategy.environments = read_environments(root);
  return strategy;
}

domain::Plan read_plan(const Element& element, money::Currency currency,
                       std::shared_ptr<const domain::Strategy> strategy) {
  element.allow({"name", "title", "billed-by", "free", "trial", "minimum", "maximum"},
                {"recurring", "metered", "share", "price-book"});
  const std::string name = name_attribute(element, "name");
  domain::Plan plan{.name = name,
                    .title = title_attribute(element, name),
                    .currency = currency,
                    .billed_by = "monthly",
                    .strategy = std::move(strategy),
                    .free = yes_attribute(element, "free", false),
                    .trial = calendar_duration_attribute(element, "trial"),
                    .minimum = {},
                    .maximum = {},
                    .charges = {},
                    .place = element.place()};
  if (element.attribute("billed-by")) plan.billed_by = element.required("billed-by");
  const Bounds bounds = read_bounds(element, currency);
  plan.minimum = bounds.minimum;
  plan.maximum = bounds.maximum;
  if (plan.free && plan.minimum) {
    element.fail(fmt::format("plan '{}' is free, so it has no minimum", plan.name));
  }
  MistakeCollector mistakes;
  for (const Element& child : element.children()) {
    if (child.name() == "price-book") continue;
    // A share of what could not be read would be a mistake that nobody made.
    if (child.name() == "share" && mistakes.any()) continue;
    mistakes.attempt([&] {
      domain::Charge charge = read_charge(child, currency, plan.charges);
      for (const domain::Charge& other : plan.charges) {
        if (other.name != charge.name) continue;
        child.fail(fmt::format("charge '{}' of plan '{}' is already declared at {}", charge.name,
                               plan.name, to_string(other.place)));
      }
      plan.charges.push_back(std::move(charge));
    });
  }
  mistakes.finish();
  if (plan.charges.empty()) element.fail(fmt::format("plan '{}' has no charge", plan.name));
  return plan;
}

/// Whether units of the charge can be free in an environment.
bool has_units(const domain::Charge& charge) {
  const bool counts = std::holds_alternative<domain::OfMeters>(charge.source) ||
                      std::holds_alternative<domain::OfSubscription>(charge.source);
  return counts && std::none_of(charge.terms.begin(), charge.terms.end(), [](const auto& terms) {
           return std::holds_alternative<domain::Percentage>(terms.model) ||
                  std::holds_alternative<domain::Capacity>(terms.model);
         });
}

/// Refuses free units of a charge that no plan has, or that has no units.
void check_free_units(const Element& root, const std::vector<domain::Plan>& plans) {
  const std::optional<Element> environments = root.child("environments");
  if (!environments) return;
  for (const Element& environment : environments->children()) {
    for (const Element& element : environment.children()) {
      const std::string name = element.required("charge");
      std::vector<std::string> names;
      bool found = false;
      for (const domain::Plan& plan : plans) {
        for (const domain::Charge& charge : plan.charges) {
          names.push_back(charge.name);
          if (charge.name != name) continue;
          found = true;
          if (has_units(charge)) continue;
          fail_attribute(
              element, "charge",
              fmt::format("'{}' of plan '{}' has no units that could be free", name, plan.name));
        }
      }
      if (found) continue;
      fail_attribute(
          element, "charge",
          fmt::format("no plan of this file has a charge '{}'{}", name, suggestion(name, names)));
    }
  }
}

}  // namespace

PricingFile read_pricing(const Element& root, money::Currency currency) {
  root.expect("urn:reckoner:pricing:1", "pricing");
  root.allow({"strategy", "currency", "minimum", "maximum", "prices"},
             {"environments", "price-book", "plan"});
  currency = currency_attribute(root, currency);
  domain::Strategy strategy = read_strategy(root, currency);
  PricingFile file{strategy.name, root.place(), {}};
  const Strategies strategies = read_strategies(root, std::move(strategy), currency);
  MistakeCollector mistakes;
  for (const Element& element : root.children("plan")) {
    mistakes.attempt([&] {
      const domain::Plan plan = read_plan(element, currency, strategies.at(currency));
      file.plans.push_back(plan);
      for (const Element& book : element.children("price-book")) {
        file.plans.push_back(read_price_book(book, plan, strategies));
      }
    });
  }
  mistakes.finish();
  check_free_units(root, file.plans);
  return file;
}

}  // namespace reckoner::config
