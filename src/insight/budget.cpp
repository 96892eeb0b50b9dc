#include "insight/budget.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "money/grouped.hpp"

namespace reckoner::insight {

namespace {

using Kind = text::Json::Kind;
using money::Decimal;

constexpr int kPercentMost = 1'000;
constexpr std::size_t kChargeSigns = 200;

void allow(const text::Json& object, std::initializer_list<std::string_view> names) {
  for (const text::Json::Member& member : object.as_object()) {
    if (std::find(names.begin(), names.end(), member.name) == names.end()) {
      throw Error(fmt::format("has no member '{}'", member.name));
    }
  }
}

money::Money above_zero(const Decimal& amount, money::Currency currency) {
  const money::Money money(amount, currency);
  if (money.sign() <= 0) throw Error("must be above zero");
  return money;
}

Threshold read_threshold(const text::Json& json, money::Currency currency) {
  allow(json, {"on", "percent", "amount"});
  Threshold threshold;
  const text::Json* on = json.find("on");
  if (on == nullptr) throw Error("must say on what: \"actual\" or \"forecast\"");
  threshold.basis = parse_basis(on->as_string());
  const auto given = [&](std::string_view name) -> const text::Json* {
    const text::Json* found = json.find(name);
    return found == nullptr || found->is_null() ? nullptr : found;
  };
  const text::Json* percent = given("percent");
  const text::Json* amount = given("amount");
  if ((percent == nullptr) == (amount == nullptr)) {
    throw Error("must have either percent or amount");
  }
  if (percent != nullptr) {
    threshold.percent = Decimal::parse(percent->as_string());
    if (threshold.percent->sign() <= 0 || *threshold.percent > Decimal(kPercentMost)) {
      throw Error(fmt::format("percent must be above 0 and at most {}", kPercentMost));
    }
  } else {
    threshold.amount = above_zero(Decimal::parse(amount->as_string()), currency).amount();
  }
  return threshold;
}

std::vector<Threshold> read_thresholds(const text::Json& json, money::Currency currency) {
  const std::vector<text::Json>& items = json.as_array();
  if (items.size() > kThresholdsMax) {
    throw Error(fmt::format("has more than {} thresholds", kThresholdsMax));
  }
  std::vector<Threshold> thresholds;
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      Threshold threshold = read_threshold(items[i], currency);
      if (std::count(thresholds.begin(), thresholds.end(), threshold) > 0) {
        throw Error("is there twice");
      }
      thresholds.push_back(std::move(threshold));
    } catch (const Error& error) {
      throw Error(fmt::format("thresholds[{}]: {}", i, error.what()));
    }
  }
  return thresholds;
}

money::Money limit_of(const Threshold& threshold, const money::Money& budget) {
  if (threshold.amount) return {*threshold.amount, budget.currency()};
  return money::round_to_currency(budget * money::Ratio(*threshold.percent, 100), budget.currency(),
                                  money::Rounding::kHalfAwayFromZero);
}

Decimal spent_on(const std::map<std::string, Decimal>& costs, const std::string& charge) {
  if (!charge.empty()) {
    const auto found = costs.find(charge);
    return found == costs.end() ? Decimal(0) : found->second;
  }
  Decimal sum;
  for (const auto& [name, cost] : costs) sum += cost;
  return sum;
}

std::string with_code(const money::Money& money) {
  return fmt::format("{} {}", money::grouped(money.to_string()), money.currency().code());
}

/// Of `whole`, which is above zero.
std::int64_t millionths(const money::Decimal& part, const money::Decimal& whole) {
  constexpr std::int64_t kAll = 1'000'000;
  if (part >= whole) return kAll;
  if (part <= -whole) return -kAll;
  const money::Ratio share = money::Ratio(part, whole) * money::Ratio(kAll);
  return static_cast<std::int64_t>(
      money::round(share, 0, money::Rounding::kHalfEven).coefficient());
}

}  // namespace

std::string_view to_string(Basis basis) {
  return basis == Basis::kActual ? "actual" : "forecast";
}

Basis parse_basis(std::string_view text) {
  if (text == "actual") return Basis::kActual;
  if (text == "forecast") return Basis::kForecast;
  throw Error(fmt::format("'{}' is neither \"actual\" nor \"forecast\"", text));
}

std::vector<Threshold> usual_thresholds() {
  return {{Basis::kActual, Decimal(80), std::nullopt},
          {Basis::kActual, Decimal(100), std::nullopt},
          {Basis::kForecast, Decimal(100), std::nullopt}};
}

Budget read_budget(const text::Json& json) {
  allow(json, {"currency", "amount", "charge", "thresholds"});
  const text::Json* code = json.find("currency");
  const text::Json* amount = json.find("amount");
  if (code == nullptr || amount == nullptr) throw Error("must have amount and currency");
  const money::Currency currency = money::Currency::of(code->as_string());
  Budget budget{.amount = above_zero(Decimal::parse(amount->as_string()), currency),
                .thresholds = usual_thresholds()};
  if (const text::Json* charge = json.find("charge"); charge != nullptr && !charge->is_null()) {
    budget.charge = charge->as_string();
    if (budget.charge.empty() || budget.charge.size() > kChargeSigns) {
      throw Error("charge must be the name of one, or null");
    }
  }
  if (const text::Json* thresholds = json.find("thresholds")) {
    budget.thresholds = read_thresholds(*thresholds, currency);
  }
  return budget;
}

void write_budget(text::JsonWriter& json, const Budget& budget) {
  json.begin_object().key("currency").string(budget.amount.currency().code());
  json.key("amount").string(budget.amount.to_string()).key("charge");
  budget.charge.empty() ? json.null() : json.string(budget.charge);
  json.key("thresholds").begin_array();
  for (const Threshold& threshold : budget.thresholds) {
    json.begin_object().key("on").string(to_string(threshold.basis)).key("percent");
    threshold.percent ? json.string(threshold.percent->to_string()) : json.null();
    json.key("amount");
    threshold.amount
        ? json.string(money::Money(*threshold.amount, budget.amount.currency()).to_string())
        : json.null();
    json.end_object();
  }
  json.end_array().end_object();
}

std::vector<Budget> parse_budgets(std::string_view json) {
  std::vector<Budget> budgets;
  if (json.empty()) return budgets;
  const text::Json parsed = text::parse_json(json);
  for (const text::Json& item : parsed.as_array()) budgets.push_back(read_budget(item));
  return budgets;
}

std::string to_json(std::span<const Budget> budgets) {
  text::JsonWriter json;
  json.begin_array();
  for (const Budget& budget : budgets) write_budget(json, budget);
  json.end_array();
  return json.finish();
}

void check_alone(std::span<const Budget> others, const Budget& budget) {
  for (const Budget& other : others) {
    if (other.charge != budget.charge || other.amount.currency() != budget.amount.currency()) {
      continue;
    }
    throw Error(fmt::format("is a second one in {}{}{}", budget.amount.currency().code(),
                            budget.charge.empty() ? "" : " for ", budget.charge));
  }
}

bool wants_forecast(std::span<const Budget> budgets) {
  return std::any_of(budgets.begin(), budgets.end(), [](const Budget& budget) {
    return std::any_of(
        budget.thresholds.begin(), budget.thresholds.end(),
        [](const Threshold& threshold) { return threshold.basis == Basis::kForecast; });
  });
}

std::vector<Reached> reached(std::span<const Budget> budgets, money::Currency currency,
                             const Spending& spending) {
  std::vector<Reached> all;
  for (const Budget& budget : budgets) {
    if (budget.amount.currency() != currency) continue;
    for (const Threshold& threshold : budget.thresholds) {
      if (threshold.basis == Basis::kForecast && !spending.forecast) continue;
      const auto& costs = threshold.basis == Basis::kActual ? spending.actual : *spending.forecast;
      const money::Money limit = limit_of(threshold, budget.amount);
      const money::Money spent(spent_on(costs, budget.charge), currency);
      // A part of a budget so small that it rounds to nothing is no wish to be told of nothing.
      if (limit.sign() <= 0 || spent < limit) continue;
      all.push_back({budget.amount, budget.charge, threshold, limit, spent});
    }
  }
  return all;
}

std::vector<std::int64_t> shares_of_next(std::span<const Budget> budgets, money::Currency currency,
                                         const Spending& spending) {
  std::vector<std::int64_t> shares;
  for (const Budget& budget : budgets) {
    if (budget.amount.currency() != currency) continue;
    for (const Basis basis : {Basis::kActual, Basis::kForecast}) {
      if (basis == Basis::kForecast && !spending.forecast) continue;
      const auto& costs = basis == Basis::kActual ? spending.actual : *spending.forecast;
      const money::Money spent(spent_on(costs, budget.charge), currency);
      std::optional<money::Money> next;
      for (const Threshold& threshold : budget.thresholds) {
        const money::Money limit = limit_of(threshold, budget.amount);
        if (threshold.basis != basis || limit.sign() <= 0 || limit <= spent) continue;
        if (!next || limit < *next) next = limit;
      }
      if (next) shares.push_back(millionths(spent.amount(), next->amount()));
    }
  }
  return shares;
}

std::string words_of(const Reached& reached, std::string_view month, std::string_view of) {
  const std::string what = of.empty() ? std::string(month) : fmt::format("{}, {},", month, of);
  const std::string costs =
      reached.threshold.basis == Basis::kActual
          ? fmt::format("{} costs {} so far", what, with_code(reached.spent))
          : fmt::format("{} is forecast to cost {}", what, with_code(reached.spent));
  if (reached.threshold.amount) {
    return fmt::format("{}, which reaches {} of the budget of {}", costs, with_code(reached.limit),
                       with_code(reached.budget));
  }
  return fmt::format("{}, which reaches {} % of the budget of {}", costs,
                     reached.threshold.percent->to_string(), with_code(reached.budget));
}

}  // namespace reckoner::insight
