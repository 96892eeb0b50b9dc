#include <fmt/format.h>

#include <array>

#include "base/error.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

namespace {

domain::Charge read_recurring(const Element& element, money::Currency currency) {
  element.allow({"name", "title", "fee"});
  domain::Charge charge;
  charge.name = name_attribute(element, "name");
  charge.title = title_attribute(element, charge.name);
  charge.place = element.place();
  if (element.required("fee") == "rule") {
    charge.model = domain::Flat{};
    return charge;
  }
  const money::Decimal fee = number_attribute(element, "fee");
  if (money::round(fee, currency.minor_digits(), money::Rounding::kTowardZero) != fee) {
    fail_attribute(element, "fee",
                   fmt::format("'{}' has more digits than {} ({})", element.required("fee"),
                               currency.code(), currency.minor_digits()));
  }
  charge.model = domain::Flat{fee};
  return charge;
}

std::optional<money::Decimal> read_allowance(const Element& element) {
  const std::optional<std::string> value = element.attribute("allowance");
  if (!value) return money::Decimal(0);
  if (*value == "unlimited") return std::nullopt;
  if (*value == "-1") {
    fail_attribute(element, "allowance", "'-1' is no allowance; for no limit write \"unlimited\"");
  }
  return number_attribute(element, "allowance");
}

domain::Charge read_metered(const Element& element) {
  constexpr std::array<std::string_view, 2> kOnChange{"prorated", "whole"};
  element.allow(
      {"name", "title", "meter", "unit", "unit-size", "allowance", "price", "allowance-on-change"});
  domain::Charge charge;
  charge.name = name_attribute(element, "name");
  charge.title = title_attribute(element, charge.name);
  charge.place = element.place();
  domain::Metering metering;
  metering.meter = element.required("meter");
  metering.unit = element.required("unit");
  if (element.attribute("unit-size")) {
    metering.unit_size = number_attribute(element, "unit-size");
    if (metering.unit_size.is_zero()) fail_attribute(element, "unit-size", "it must be above zero");
  }
  metering.allowance = read_allowance(element);
  metering.allowance_on_change = choice_attribute(element, "allowance-on-change", kOnChange, 0) == 0
                                     ? domain::AllowanceOnChange::kProrated
                                     : domain::AllowanceOnChange::kWhole;
  charge.model = domain::PerUnit{number_attribute(element, "price")};
  charge.metering = std::move(metering);
  return charge;
}

domain::Plan read_plan(const Element& element, money::Currency currency) {
  element.allow({"name", "title", "billed-by"}, {"recurring", "metered"});
  std::string name = name_attribute(element, "name");
  domain::Plan plan{name, title_attribute(element, name), currency, "monthly", {}, element.place()};
  if (element.attribute("billed-by")) plan.billed_by = element.required("billed-by");
  for (const Element& child : element.children()) {
    domain::Charge charge =
        child.name() == "recurring" ? read_recurring(child, currency) : read_metered(child);
    for (const domain::Charge& other : plan.charges) {
      if (other.name != charge.name) continue;
      child.fail(fmt::format("charge '{}' of plan '{}' is already declared at {}", charge.name,
                             plan.name, to_string(other.place)));
    }
    plan.charges.push_back(std::move(charge));
  }
  if (plan.charges.empty()) element.fail(fmt::format("plan '{}' has no charge", plan.name));
  return plan;
}

}  // namespace

std::vector<domain::Plan> read_pricing(const Element& root, money::Currency currency) {
  root.expect("urn:reckoner:pricing:1", "pricing");
  root.allow({"strategy", "currency"}, {"plan"});
  static_cast<void>(name_attribute(root, "strategy"));
  if (root.attribute("currency")) {
    const std::string code = root.required("currency");
    try {
      currency = money::Currency::of(code);
    } catch (const Error& error) {
      fail_attribute(root, "currency", error.what());
    }
  }
  std::vector<domain::Plan> plans;
  for (const Element& element : root.children()) plans.push_back(read_plan(element, currency));
  return plans;
}

}  // namespace reckoner::config
