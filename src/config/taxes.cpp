#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/mistakes.hpp"
#include "config/attributes.hpp"
#include "config/readers.hpp"

namespace reckoner::config {

namespace {

/// Refuses what is not written as a country of ISO 3166-1 is: two capital letters.
void check_country(const Element& element, std::string_view attribute, const std::string& code) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (code.size() == 2 && std::ranges::all_of(code, is_capital)) return;
  fail_attribute(element, attribute,
                 fmt::format("'{}' is no country: two capital letters, such as DE", code));
}

std::set<std::string> read_reverse_charge(const Element& root) {
  std::set<std::string> countries;
  std::istringstream words(root.attribute("reverse-charge").value_or(""));
  for (std::string code; words >> code;) {
    check_country(root, "reverse-charge", code);
    if (!countries.insert(code).second) {
      fail_attribute(root, "reverse-charge", fmt::format("'{}' stands twice", code));
    }
  }
  return countries;
}

domain::TaxRate read_rate(const Element& element, const std::string& country) {
  element.allow({"category", "percent", "from"});
  domain::TaxRate rate{.country = country,
                       .category = name_attribute(element, "category"),
                       .percent = number_attribute(element, "percent"),
                       .from = std::nullopt,
                       .place = element.place()};
  if (rate.percent > 100) {
    fail_attribute(element, "percent",
                   fmt::format("'{}' is above 100", element.required("percent")));
  }
  if (element.attribute("from")) {
    try {
      rate.from = time::parse_date(element.required("from"));
    } catch (const Error& error) {
      fail_attribute(element, "from", error.what());
    }
  }
  return rate;
}

/// Rates of one category follow one another in time, and only the first may go without a date.
void check_order(const Element& element, const domain::TaxRate& rate,
                 const std::vector<domain::TaxRate>& earlier) {
  const auto before =
      std::find_if(earlier.rbegin(), earlier.rend(), [&](const domain::TaxRate& other) {
        return other.country == rate.country && other.category == rate.category;
      });
  if (before == earlier.rend()) return;
  if (before->from == rate.from) {
    element.fail(fmt::format("rate '{}' of {} from {} is already declared at {}", rate.category,
                             rate.country, rate.from ? time::to_string(*rate.from) : "ever",
                             to_string(before->place)));
  }
  if (before->from > rate.from) {
    element.fail(
        fmt::format("rate '{}' of {} is earlier than the one at {}: rates of a category "
                    "stand in the order of their dates",
                    rate.category, rate.country, to_string(before->place)));
  }
}

using Countries = std::vector<std::pair<std::string, domain::Place>>;

void read_country(const Element& country, Countries& countries, domain::TaxRules& rules) {
  country.allow({"code"}, {"rate"});
  const std::string code = country.required("code");
  check_country(country, "code", code);
  for (const auto& [other, place] : countries) {
    if (other != code) continue;
    country.fail(fmt::format("country '{}' is already declared at {}", code, to_string(place)));
  }
  countries.emplace_back(code, country.place());
  MistakeCollector mistakes;
  for (const Element& element : country.children()) {
    mistakes.attempt([&] {
      domain::TaxRate rate = read_rate(element, code);
      check_order(element, rate, rules.rates);
      rules.rates.push_back(std::move(rate));
    });
  }
  mistakes.finish();
  if (country.children().empty()) country.fail(fmt::format("country '{}' has no rate", code));
}

}  // namespace

domain::TaxRules read_taxes(const Element& root) {
  root.expect("urn:reckoner:taxes:1", "taxes");
  root.allow({"home", "reverse-charge"}, {"country"});
  domain::TaxRules rules;
  rules.reverse_charge = read_reverse_charge(root);
  Countries countries;
  MistakeCollector mistakes;
  for (const Element& country : root.children()) {
    mistakes.attempt([&] { read_country(country, countries, rules); });
  }
  mistakes.finish();
  rules.home = root.attribute("home").value_or("");
  if (rules.home.empty()) return rules;
  check_country(root, "home", rules.home);
  if (std::ranges::none_of(rules.rates,
                           [&](const auto& rate) { return rate.country == rules.home; })) {
    fail_attribute(root, "home", fmt::format("'{}' has no rates below", rules.home));
  }
  return rules;
}

}  // namespace reckoner::config
