#include <fmt/format.h>

#include <map>

#include "base/mistakes.hpp"
#include "config/attributes.hpp"
#include "config/pricing.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

namespace {

using domain::SupplierPrice;
using Declared = std::map<std::string, domain::Place>;

void declare(const Element& element, std::string_view what, const std::string& name,
             Declared& declared) {
  const auto [first, is_new] = declared.emplace(name, element.place());
  if (is_new) return;
  element.fail(
      fmt::format("{} '{}' is already declared at {}", what, name, to_string(first->second)));
}

/// A supplier's price looks at the quantity of one meter and nothing else, and gives nothing away.
void check_price(const Element& element, const domain::Charge& charge) {
  if (charge.option) fail_attribute(element, "option", "a supplier's price has no options");
  for (const domain::Terms& terms : charge.terms) {
    if (!std::holds_alternative<domain::Rate>(terms.model)) {
      element.fail(fmt::format("metered '{}': a supplier's price is a rate of the whole quantity",
                               charge.name));
    }
    if (!terms.allowance || !terms.allowance->is_zero()) {
      element.fail(
          fmt::format("metered '{}': a supplier's price has no allowance; write a tier of "
                      "price 0",
                      charge.name));
    }
  }
}

}  // namespace

std::vector<SupplierPrice> read_suppliers(const Element& root) {
  root.expect("urn:reckoner:suppliers:1", "suppliers");
  root.allow({}, {"supplier"});
  std::vector<SupplierPrice> prices;
  Declared suppliers;
  Declared names;
  MistakeCollector mistakes;
  for (const Element& supplier : root.children("supplier")) {
    mistakes.attempt([&] {
      supplier.allow({"name", "title", "currency"}, {"metered"});
      const std::string name = name_attribute(supplier, "name");
      declare(supplier, "supplier", name, suppliers);
      const std::string title = title_attribute(supplier, name);
      const money::Currency currency = currency_attribute(supplier);
      MistakeCollector within;
      for (const Element& element : supplier.children("metered")) {
        within.attempt([&] {
          domain::Charge charge = read_charge(element, currency, {});
          declare(element, "metered", charge.name, names);
          check_price(element, charge);
          prices.push_back({name, title, currency, std::move(charge)});
        });
      }
      within.finish();
    });
  }
  mistakes.finish();
  return prices;
}

}  // namespace reckoner::config
