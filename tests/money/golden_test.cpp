#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "money/money.hpp"

namespace reckoner::money {
namespace {

using Json = nlohmann::json;

Decimal decimal(const Json& value) {
  return Decimal::parse(value.get<std::string>());
}

/// The rounding that the cases call `mode`; none for one that Reckoner does not offer.
std::optional<Rounding> rounding_of(const std::string& mode) {
  const std::map<std::string, Rounding> modes = {{"half_up", Rounding::kHalfAwayFromZero},
                                                 {"half_even", Rounding::kHalfEven},
                                                 {"ceil", Rounding::kCeiling},
                                                 {"toward +inf", Rounding::kCeiling},
                                                 {"floor", Rounding::kFloor},
                                                 {"toward -inf", Rounding::kFloor}};
  const auto found = modes.find(mode);
  return found == modes.end() ? std::nullopt : std::optional(found->second);
}

/// The currency of the case, or one with the same unit where the case only says how small that is.
Currency currency_of(const Json& params) {
  const std::string name = params.at("currency");
  if (name == "minor units") return Currency::of("JPY");
  if (name == "4 places") return Currency::of("CLF");
  return Currency::of(name);
}

void expect_equal(const Decimal& got, const Decimal& expected) {
  EXPECT_EQ(got.to_string(), expected.to_string());
}

/// Each returns false for a case that says something this folder has no answer to.
bool run_currency_rounding(const Json& params, const Json& inputs, const Json& expected) {
  const auto rounding = rounding_of(params.at("mode"));
  if (!rounding) return false;
  const Decimal value = decimal(inputs.at("value"));
  const int places = params.at("places");
  const auto currency = Currency::find(params.at("currency").get<std::string>());
  if (currency) {
    EXPECT_EQ(currency->minor_digits(), places);
    const Money rounded = round_to_currency(value, *currency, *rounding);
    EXPECT_EQ(rounded.to_string(), expected.at("value").get<std::string>());
  } else {
    expect_equal(round(value, places, *rounding), decimal(expected.at("value")));
  }
  return true;
}

bool run_currency_exponent(const Json& params, const Json& inputs, const Json& expected) {
  for (const std::string code : inputs.at("currencies")) {
    const Currency currency = Currency::of(code);
    EXPECT_EQ(currency.minor_digits(), params.at("exponent").get<int>()) << code;
    EXPECT_EQ(round_to_currency(decimal(inputs.at("value")), currency, Rounding::kHalfAwayFromZero)
                  .to_string(),
              expected.at("rounded").get<std::string>())
        << code;
  }
  return true;
}

bool run_aggregate_rounding(const Json& params, const Json& inputs, const Json& expected) {
  const auto rounding = rounding_of(params.at("function"));
  if (!rounding || !inputs.contains("value")) return false;
  const int places = params.at("precision").is_null() ? 0 : params.at("precision").get<int>();
  expect_equal(round(decimal(inputs.at("value")), places, *rounding),
               decimal(expected.at("value")));
  return true;
}

bool run_unit_conversion(const Json& params, const Json& inputs, const Json& expected) {
  const Ratio units = decimal(inputs.at("units"));
  const Ratio by = decimal(params.at("by"));
  const Ratio exact = params.at("op") == "divide" ? units / by : units * by;
  const Decimal billed = decimal(expected.at("billed_units"));
  if (params.at("rounding") == "none") {
    EXPECT_EQ(exact, Ratio(billed));
    return true;
  }
  const auto rounding = rounding_of(params.at("rounding"));
  if (!rounding) return false;
  expect_equal(round(exact, params.at("precision"), *rounding), billed);
  return true;
}

bool run_line_then_sum(const Json& params, const Json& inputs, const Json& expected) {
  Money subtotal(currency_of(params));
  for (const std::string line : inputs.at("lines")) {
    // "0.333333 x100" stands for a hundred equal lines.
    const std::size_t times = line.find(" x");
    const int count = times == std::string::npos ? 1 : std::stoi(line.substr(times + 2));
    const Decimal amount = Decimal::parse(line.substr(0, times));
    for (int i = 0; i < count; ++i) {
      subtotal += round_to_currency(amount, subtotal.currency(), Rounding::kHalfAwayFromZero);
    }
  }
  EXPECT_EQ(subtotal.to_string(), expected.at("subtotal").get<std::string>());
  return true;
}

bool run_largest_remainder(const Json& params, const Json& inputs, const Json& expected) {
  const Money total(decimal(inputs.at("total")), currency_of(params));
  const Json& weights = inputs.at("weights");
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (inputs.contains("keys")) {
    std::ranges::sort(order, {},
                      [&](std::size_t i) { return inputs.at("keys")[i].get<std::string>(); });
  }
  std::vector<Decimal> ordered;
  for (const std::size_t i : order) ordered.push_back(decimal(weights[i]));
  const std::vector<Money> parts = allocate(total, ordered);
  EXPECT_EQ(parts.size(), expected.at("shares").size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    expect_equal(parts[i].amount(), decimal(expected.at("shares")[order[i]]));
  }
  return true;
}

bool run_discount_split(const Json& params, const Json& inputs, const Json& expected) {
  const Currency currency = currency_of(params);
  std::vector<Decimal> lines;
  Money subtotal(currency);
  for (const Json& line : inputs.at("lines")) {
    lines.push_back(decimal(line));
    subtotal += Money(lines.back(), currency);
  }
  const Money discount = std::min(Money(decimal(inputs.at("discount")), currency), subtotal);
  const std::vector<Money> parts = allocate(discount, lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    expect_equal((Money(lines[i], currency) - parts[i]).amount(),
                 decimal(expected.at("net_per_line")[i]));
  }
  return true;
}

using Runner = bool (*)(const Json& params, const Json& inputs, const Json& expected);

TEST(Golden, AllocationRoundingAndCurrencies) {
  const std::filesystem::path path =
      std::filesystem::path(RECKONER_SOURCE_DIR) / "../shared/golden/cases.jsonl";
  if (!std::filesystem::exists(path)) {
    std::cout << "NOT CHECKED against golden cases: " << path.lexically_normal() << " is absent\n";
    return;
  }
  const std::map<std::string, Runner> runners = {
      {"rounding/currency-rounding", run_currency_rounding},
      {"rounding/currency-exponent", run_currency_exponent},
      {"rounding/aggregate-rounding", run_aggregate_rounding},
      {"rounding/unit-conversion", run_unit_conversion},
      {"rounding/line-then-sum", run_line_then_sum},
      {"allocation/largest-remainder", run_largest_remainder},
      {"allocation/discount-split", run_discount_split}};

  int checked = 0;
  std::string left_out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const Json golden = Json::parse(line);
    const std::string area = golden.at("area");
    if (!golden.at("must").get<bool>() || (area != "rounding" && area != "allocation")) continue;
    const std::string id = golden.at("id");
    SCOPED_TRACE(id);
    const auto runner = runners.find(area + "/" + golden.at("model").get<std::string>());
    if (runner != runners.end() &&
        runner->second(golden.at("params"), golden.at("inputs"), golden.at("expected"))) {
      ++checked;
    } else {
      left_out += " " + id;
    }
  }
  std::cout << checked << " golden cases checked; not of this folder:" << left_out << '\n';
  EXPECT_GT(checked, 0);
}

}  // namespace
}  // namespace reckoner::money
