#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "golden/golden.hpp"
#include "golden/golden_documents.hpp"
#include "golden/golden_levels.hpp"
#include "pricing/coverage.hpp"
#include "usage/conversion.hpp"

namespace reckoner::golden {
namespace {

usage::Conversion::Operation operation(const std::string& name) {
  if (name == "multiply") return usage::Conversion::Operation::kMultiply;
  if (name == "divide") return usage::Conversion::Operation::kDivide;
  throw Error(fmt::format("unknown operation {}", name));
}

Result run_unit_conversion(const Case& item) {
  const std::string& mode = item.params.at("rounding").as_string();
  const Json* precision = member(item.params, "precision");
  const usage::Conversion conversion{
      .operation = operation(item.params.at("op").as_string()),
      .factor = decimal(item.params.at("by")),
      .rounding = mode == "none" ? std::nullopt : std::optional(rounding(mode)),
      .precision = precision == nullptr ? 0 : static_cast<int>(integer(*precision))};
  return {{"billed_units", usage::convert(decimal(item.inputs.at("units")), conversion)}};
}

/// By the currency's own digits where it is one; the case then says which these are.
Result run_currency_rounding(const Case& item) {
  const money::Rounding mode = rounding(item.params.at("mode").as_string());
  const money::Decimal value = decimal(item.inputs.at("value"));
  const std::int64_t places = integer(item.params.at("places"));
  const auto listed = money::Currency::find(item.params.at("currency").as_string());
  if (!listed) return {{"value", money::round(value, static_cast<int>(places), mode)}};
  if (listed->minor_digits() != places) throw Error("the currency has other digits");
  return {{"value", money::round_to_currency(value, *listed, mode)}};
}

Result run_currency_exponent(const Case& item) {
  Result result;
  for (const Json& code : item.inputs.at("currencies").as_array()) {
    const auto listed = money::Currency::of(code.as_string());
    const Figure exponent = listed.minor_digits();
    const Json& wanted =
        item.expected.find("exponent") ? item.expected.at("exponent") : item.params.at("exponent");
    if (!exponent.matches(wanted)) {
      throw Error(fmt::format("{} has the exponent {}", code.as_string(), exponent.to_string()));
    }
    result["exponent"] = exponent;
    if (const Json* value = member(item.inputs, "value")) {
      result["rounded"] =
          money::round_to_currency(decimal(*value), listed, money::Rounding::kHalfAwayFromZero);
    }
  }
  return result;
}

/// A quantity, or one that has been prorated by days, rounded as the meter says.
Result run_aggregate_rounding(const Case& item) {
  const Json* function = member(item.params, "function");
  const Json* precision = member(item.params, "precision");
  const int places = precision == nullptr ? 0 : static_cast<int>(integer(*precision));
  const auto rounded = [&](const money::Ratio& exact) -> Figure {
    if (function == nullptr) return exact;
    return money::round(exact, places, rounding(function->as_string()));
  };
  if (const Json* value = member(item.inputs, "value"))
    return {{"value", rounded(decimal(*value))}};
  const LevelInMonth level = level_in_month(item);
  return {{"value", rounded(level.average)}, {"units", rounded(level.at_end)}};
}

/// "0.333333 x100" stands for a hundred equal lines.
Result run_line_then_sum(const Case& item) {
  const money::Currency of = currency(item.params);
  std::vector<money::Money> lines;
  for (const Json& line : item.inputs.at("lines").as_array()) {
    const std::string& text = line.as_string();
    const std::size_t times = text.find(" x");
    const std::size_t count =
        times == std::string::npos ? 1 : std::stoul(text.substr(times).substr(2));
    const money::Decimal amount = money::Decimal::parse(text.substr(0, times));
    lines.insert(lines.end(), count,
                 money::round_to_currency(amount, of, money::Rounding::kHalfAwayFromZero));
  }
  return {{"subtotal", subtotal(lines, of)}};
}

/// Unused days of a price, with their tax.
Result run_credit_note(const Case& item) {
  const Json& params = item.params;
  const money::Ratio unused = pricing::Coverage{integer(item.inputs.at("unused_days")),
                                                integer(item.inputs.at("period_days"))}
                                  .of(decimal(params.at("price")));
  const money::Money net =
      money::round_to_currency(unused, currency(params), money::Rounding::kHalfAwayFromZero);
  const domain::Document taxed =
      document_of({net}, net.currency(), decimal(params.at("tax_percent")));
  return {{"net", net}, {"tax", taxed.taxes.at(0).tax}, {"total", taxed.total}};
}

const Adapters kRounding("rounding", {{"unit-conversion", run_unit_conversion},
                                      {"currency-rounding", run_currency_rounding},
                                      {"currency-exponent", run_currency_exponent},
                                      {"aggregate-rounding", run_aggregate_rounding},
                                      {"line-then-sum", run_line_then_sum},
                                      {"credit-note", run_credit_note}});

}  // namespace
}  // namespace reckoner::golden
