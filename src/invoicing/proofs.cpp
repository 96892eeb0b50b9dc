#include "invoicing/proofs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "invoicing/cost_facts.hpp"
#include "text/json.hpp"

namespace reckoner::invoicing {

namespace {

/// What the lines and the totals of a rate of a category say of it.
struct OfRate {
  money::Money lines;
  std::vector<const domain::DocumentLine*> taxed;
  money::Money totals;  ///< bases, with the taxes that prices contain
  std::vector<const domain::TaxTotal*> rows;
};

using Rates = std::map<std::pair<std::string, money::Decimal>, OfRate>;

Rates rates_of(const domain::Document& document) {
  const money::Money zero(document.currency);
  Rates rates;
  for (const domain::TaxTotal& total : document.taxes) {
    OfRate& rate = rates.try_emplace({total.category, total.percent}, OfRate{zero, {}, zero, {}})
                       .first->second;
    rate.totals += total.included ? total.base + total.tax : total.base;
    rate.rows.push_back(&total);
  }
  for (const domain::DocumentLine& line : document.lines) {
    // A line without a rate is in a total only where that says why: of 0 %.
    const auto found = rates.find({line.line.tax, line.tax_percent.value_or(0)});
    if (found == rates.end()) {
      if (!line.tax_percent) continue;
      rates.emplace(std::pair(line.line.tax, *line.tax_percent),
                    OfRate{line.line.amount, {&line}, zero, {}});
      continue;
    }
    found->second.lines += line.line.amount;
    found->second.taxed.push_back(&line);
  }
  return rates;
}

money::Ratio part_of(const domain::TaxTotal& total) {
  return {total.percent,
          total.included ? money::Decimal(100) + total.percent : money::Decimal(100)};
}

bool differs_by_more(const money::Ratio& a, const money::Ratio& b, const money::Ratio& most) {
  const money::Ratio difference = a - b;
  return (difference.sign() < 0 ? b - a : difference) > most;
}

bool is_tax(const domain::TaxTotal& total, const OfRate& rate, bool has_coupons,
            TaxRounding rounded, money::Rounding rounding) {
  const money::Currency currency = total.tax.currency();
  const money::Money amount = total.included ? total.base + total.tax : total.base;
  const money::Ratio exact = amount * part_of(total);
  if (rounded == TaxRounding::kPerRate) {
    return total.tax == money::round_to_currency(exact, currency, rounding);
  }
  if (!has_coupons && rate.rows.size() == 1) {
    money::Money tax(currency);
    for (const domain::DocumentLine* line : rate.taxed) {
      tax += money::round_to_currency(line->line.amount * part_of(total), currency, rounding);
    }
    return total.tax == tax;
  }
  const auto lines = static_cast<std::int64_t>(rate.taxed.size());
  return !differs_by_more(
      total.tax.amount(), exact,
      money::Ratio(smallest_amount(currency).amount() * money::Decimal(lines), 2));
}

money::Decimal number(const text::Json& facts, std::string_view name) {
  const text::Json& member = facts.at(name);
  return money::Decimal::parse(member.kind() == text::Json::Kind::kString ? member.as_string()
                                                                          : member.as_number());
}

}  // namespace

money::Money smallest_amount(money::Currency currency) {
  money::Decimal unit = 1;
  for (int digit = 0; digit < currency.minor_digits(); ++digit) {
    unit = unit * money::Decimal::parse("0.1");
  }
  return {unit, currency};
}

std::vector<std::string> doubled_keys(const domain::Document& document) {
  std::vector<std::string> doubled;
  if (document.corrects) return doubled;
  std::map<std::pair<domain::PeriodKey, std::string_view>, int> lines;
  for (const domain::DocumentLine& line : document.lines) {
    if (++lines[{line.period, line.line.key}] != 2) continue;
    doubled.push_back(
        fmt::format("bills '{}' of {} more than once", line.line.key, line.period_label));
  }
  return doubled;
}

std::vector<std::string> wrong_taxes(const domain::Document& document, TaxRounding rounded,
                                     money::Rounding rounding) {
  std::vector<std::string> wrong;
  const bool has_coupons = !document.coupons.empty();
  for (const auto& [key, rate] : rates_of(document)) {
    const std::string name = fmt::format("'{}' at {} %", key.first, key.second.to_string());
    for (const domain::TaxTotal* total : rate.rows) {
      if (is_tax(*total, rate, has_coupons, rounded, rounding)) continue;
      wrong.push_back(fmt::format("{}: {} is not the tax on {}", name, total->tax.to_string(),
                                  total->base.to_string()));
    }
    if (!has_coupons && rate.lines != rate.totals) {
      wrong.push_back(fmt::format("{}: lines of {}, and {} taxed", name, rate.lines.to_string(),
                                  rate.totals.to_string()));
    }
  }
  return wrong;
}

std::optional<StoredFigures> amount_of_figures(std::string_view facts, money::Currency currency,
                                               money::Rounding rounding) {
  if (facts.find("\"model\"") == facts.npos) return std::nullopt;
  const text::Json json = text::parse_json(facts);
  const text::Json* model = json.find("model");
  if (model == nullptr || model->kind() != text::Json::Kind::kString) return std::nullopt;
  const std::string& name = model->as_string();
  const auto rounded = [&](const money::Ratio& exact) {
    return money::round_to_currency(exact, currency, rounding);
  };
  if (name == "manual") {
    return StoredFigures{
        rounded(money::Ratio(number(json, "quantity")) * money::Ratio(number(json, "price")))};
  }
  if (name == "rule-surcharge" || name == "rule-discount") {
    const money::Decimal percent =
        name == "rule-surcharge" ? number(json, "percent") : -number(json, "percent");
    return StoredFigures{rounded(money::Ratio(number(json, "base")) * money::Ratio(percent, 100))};
  }
  if (name == "percentage-discount") {
    return StoredFigures{-rounded(money::Ratio(number(json, "base")) *
                                  money::Ratio(number(json, "percentage"), 100)),
                         false};
  }
  if (name == "minimum" || name == "maximum") {
    const std::vector<text::Json>& coverage = json.at("coverage").as_array();
    if (coverage.size() != 2) throw Error("a coverage is two numbers");
    const money::Ratio part(money::Decimal::parse(coverage[0].as_number()),
                            money::Decimal::parse(coverage[1].as_number()));
    return StoredFigures{
        rounded(money::Ratio(number(json, "figure")) * part - number(json, "counted"))};
  }
  if (name == "allocation") {
    return StoredFigures{.amount = amount_of(parse_cost_facts(json, currency), currency),
                         .of_key = true};
  }
  return std::nullopt;
}

std::vector<std::string> wrong_parts(const domain::Document& document, money::Rounding rounding) {
  using Whole = std::tuple<domain::PeriodKey, std::optional<std::int64_t>, std::string_view,
                           std::string_view>;
  std::map<Whole, money::Money> parts;
  for (const domain::DocumentLine& line : document.lines) {
    if (line.true_up || !line.counts) continue;
    if (line.line.facts.find("\"model\"") == std::string::npos) continue;
    const auto [sum, is_new] = parts.try_emplace(
        {line.period, line.line.subscription, line.line.charge, line.line.facts}, line.line.amount);
    if (!is_new) sum->second += line.line.amount;
  }
  std::vector<std::string> wrong;
  for (const auto& [whole, sum] : parts) {
    const std::string_view charge = std::get<2>(whole);
    try {
      const auto figures = amount_of_figures(std::get<3>(whole), document.currency, rounding);
      if (!figures) continue;
      const money::Ratio most(figures->exact ? money::Decimal(0)
                                             : smallest_amount(document.currency).amount());
      if (!differs_by_more(sum.amount(), figures->amount.amount(), most)) continue;
      wrong.push_back(fmt::format("'{}': its parts sum to {}, its figures come to {}", charge,
                                  sum.to_string(), figures->amount.to_string()));
    } catch (const Error& error) {
      wrong.push_back(fmt::format("'{}': its figures cannot be read: {}", charge, error.what()));
    }
  }
  return wrong;
}

}  // namespace reckoner::invoicing
