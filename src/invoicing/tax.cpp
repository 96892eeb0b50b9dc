#include "invoicing/tax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/error.hpp"

namespace reckoner::invoicing {

namespace {

/// The rate in force on the day; nullptr where there is none.
const domain::TaxRate* rate_on(const domain::TaxRules& rules, std::string_view country,
                               std::string_view category, time::Date on) {
  const domain::TaxRate* in_force = nullptr;
  for (const domain::TaxRate& rate : rules.rates) {
    if (rate.country != country || rate.category != category) continue;
    if (!rate.from || *rate.from <= on) in_force = &rate;
  }
  return in_force;
}

/// What makes lines share a rounding; in the order of the totals.
struct Group {
  money::Decimal minus_percent;
  std::string_view category;
  std::string_view country;
  std::string_view note;
  bool included;

  friend bool operator<(const Group& a, const Group& b) {
    return std::tie(a.minus_percent, a.category, a.country, a.note, a.included) <
           std::tie(b.minus_percent, b.category, b.country, b.note, b.included);
  }
};

money::Decimal percent_of(const TaxableLine& line) {
  return line.tax.percent.value_or(money::Decimal(0));
}

Group group_of(const TaxableLine& line) {
  return {-percent_of(line), line.category, line.tax.country, line.tax.note, line.included};
}

/// The running sums of the lines that share a rate.
struct Running {
  money::Money amount;
  money::Money tax;
};

}  // namespace

TaxDecision decide_tax(const domain::TaxRules& rules, const domain::Customer& customer,
                       std::string_view category, time::Date on) {
  if (rules.home.empty() || rules.rates.empty()) return {};
  const std::string& country = customer.country.empty() ? rules.home : customer.country;
  if (customer.tax_exempt) return {country, money::Decimal(0), std::string(kTaxExempt)};
  if (!customer.tax_id.empty() && country != rules.home && rules.reverse_charge.contains(country)) {
    return {country, money::Decimal(0), std::string(kReverseCharge)};
  }
  if (std::ranges::none_of(rules.rates,
                           [&](const auto& rate) { return rate.country == country; })) {
    return {country, std::nullopt, std::string(kOutOfScope)};
  }
  const domain::TaxRate* rate = rate_on(rules, country, category, on);
  if (rate == nullptr) {
    throw Error(fmt::format("no tax rate for country {}, category '{}' on {}", country, category,
                            time::to_string(on)));
  }
  return {country, rate->percent, ""};
}

time::Date tax_point(const domain::DocumentLine& line, TaxPoint point, time::Date first_issued_on) {
  if (point == TaxPoint::kIssue || line.period.side == domain::Side::kAdvance) {
    return first_issued_on;
  }
  return std::max(line.line.starts_on, time::add_days(line.line.ends_on, -1));
}

DocumentTax tax_of(std::span<const TaxableLine> lines, money::Currency currency,
                   TaxRounding rounded, money::Rounding rounding) {
  const money::Money zero(currency);
  DocumentTax result;
  std::map<Group, Running> groups;
  for (const TaxableLine& line : lines) {
    if (!line.tax.percent && line.tax.note.empty()) {
      result.of_lines.push_back(zero);
      continue;
    }
    const money::Decimal percent = percent_of(line);
    const money::Ratio factor(percent,
                              line.included ? money::Decimal(100) + percent : money::Decimal(100));
    Running& running = groups.try_emplace(group_of(line), Running{zero, zero}).first->second;
    const money::Money before = running.tax;
    running.amount += line.amount;
    running.tax = rounded == TaxRounding::kPerRate
                      ? money::round_to_currency(running.amount * factor, currency, rounding)
                      : before + money::round_to_currency(line.amount * factor, currency, rounding);
    result.of_lines.push_back(running.tax - before);
  }
  for (const auto& [group, sums] : groups) {
    result.totals.push_back({.country = std::string(group.country),
                             .category = std::string(group.category),
                             .percent = -group.minus_percent,
                             .base = group.included ? sums.amount - sums.tax : sums.amount,
                             .tax = sums.tax,
                             .included = group.included,
                             .note = std::string(group.note)});
  }
  return result;
}

}  // namespace reckoner::invoicing
