#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "money/money.hpp"
#include "text/json.hpp"

namespace reckoner::insight {

/// Which figure of a month a threshold is compared with, before coupons and taxes.
enum class Basis {
  kActual,    ///< what the month costs so far
  kForecast,  ///< what it is forecast to cost at its end
};
std::string_view to_string(Basis basis);
/// Throws Error for an unknown word.
Basis parse_basis(std::string_view text);

/// When somebody wants to be told. One of percent and amount is there.
struct Threshold {
  Basis basis = Basis::kActual;
  std::optional<money::Decimal> percent;  ///< of the budget; above 0, up to 1000
  std::optional<money::Decimal> amount;   ///< above 0, in whole minor units
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

inline constexpr std::size_t kThresholdsMax = 10;
inline constexpr std::size_t kBudgetsMax = 20;  ///< of a customer, or of a cost centre

/// What may be spent in a month.
struct Budget {
  money::Money amount;                ///< above zero
  std::string charge = {};            ///< its name; empty: all that the customer is charged
  std::vector<Threshold> thresholds;  ///< no two alike
  friend bool operator==(const Budget&, const Budget&) = default;
};

/// 80 % and 100 % of what was spent, and 100 % of what is forecast.
std::vector<Threshold> usual_thresholds();

/// {"currency": "EUR", "amount": "100.00", "charge": null, "thresholds": [{"on": "actual",
/// "percent": "80"}, {"on": "forecast", "amount": "95.00"}]}. Without `thresholds` it gets
/// usual_thresholds(); `charge` may be missing. Throws Error that says what is wrong.
Budget read_budget(const text::Json& json);
/// The same, with every member.
void write_budget(text::JsonWriter& json, const Budget& budget);

/// An array of them as stored; "" is none.
std::vector<Budget> parse_budgets(std::string_view json);
std::string to_json(std::span<const Budget> budgets);

/// Throws Error where one of the others has the same currency and charge.
void check_alone(std::span<const Budget> others, const Budget& budget);

/// Whether a threshold of them looks at a forecast.
bool wants_forecast(std::span<const Budget> budgets);

/// What a month costs in one currency, before coupons and taxes.
struct Spending {
  std::map<std::string, money::Decimal> actual;  ///< by charge
  /// None where no end of the month was forecast.
  std::optional<std::map<std::string, money::Decimal>> forecast;
};

/// A threshold that a month has reached.
struct Reached {
  money::Money budget;
  std::string charge;
  Threshold threshold;
  money::Money limit;  ///< what the threshold means in money
  money::Money spent;  ///< the figure of its basis: at or above the limit
};

/// In the order of the budgets and their thresholds. Budgets in other currencies are passed over.
std::vector<Reached> reached(std::span<const Budget> budgets, money::Currency currency,
                             const Spending& spending);

/// Of each budget in that currency, and each basis, how near the next threshold is that the month
/// has not reached: the millionths of its limit that are spent, from minus a million to a million.
/// In the order of the budgets; where none is left there is no share. An estimate: reached()
/// decides.
std::vector<std::int64_t> shares_of_next(std::span<const Budget> budgets, money::Currency currency,
                                         const Spending& spending);

/// "2026-10 costs 81.20 EUR so far, which reaches 80 % of the budget of 100.00 EUR" and the like;
/// `of` names the charge ("" for all).
std::string words_of(const Reached& reached, std::string_view month, std::string_view of);

}  // namespace reckoner::insight
