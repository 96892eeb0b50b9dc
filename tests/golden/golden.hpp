#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "money/money.hpp"
#include "text/json.hpp"
#include "time/time.hpp"

/// Golden cases: figures written down elsewhere, compared with what the production code gives.
/// An adapter carries the fields of one model of case to production code and the answer back. It
/// computes nothing itself: adapters_lint.py refuses arithmetic in golden_*.cpp.
namespace reckoner::golden {

using text::Json;

/// One line of a file of cases.
struct Case {
  std::string id;
  std::string area;
  std::string model;
  bool must = true;  ///< false: peers disagree, so the figure is reported and not required
  Json params;
  Json inputs;
  Json expected;
};

/// One figure that production code gave. Figures with digits are compared as decimals with the text
/// the case has; a quotient, which nothing has rounded, at the digits that are written and at least
/// at kRatioDigits. Instants are compared as such, in whatever zone the case writes them; a day
/// stands for its start in UTC. Everything else is compared as text. A null of the case wants a
/// Figure of nothing.
class Figure {
 public:
  Figure() = default;  ///< no value
  // NOLINTBEGIN(google-explicit-constructor)
  Figure(const money::Decimal& value) : value_(value) {}
  Figure(const money::Ratio& value) {
    if (value.denominator() == money::Decimal(1)) {
      value_ = value.numerator();
    } else {
      value_ = value;
    }
  }
  Figure(const money::Money& value) : value_(value.amount()) {}
  Figure(std::string value) : value_(std::move(value)) {}
  Figure(const char* value) : value_(std::string(value)) {}
  Figure(time::Date value) : value_(time::to_string(value)) {}
  Figure(time::Instant value) : value_(value) {}
  template <std::integral Integer>
  Figure(Integer value) {
    if constexpr (std::same_as<Integer, bool>) {
      value_ = value;
    } else {
      value_ = money::Decimal(static_cast<std::int64_t>(value));
    }
  }
  template <class T>
  Figure(const std::optional<T>& value) {
    if (value) *this = Figure(*value);
  }
  template <class T>
  Figure(const std::vector<T>& items) : value_(std::vector<Figure>(items.begin(), items.end())) {}
  // NOLINTEND(google-explicit-constructor)

  /// The digits behind the point that a Ratio is compared at when the case writes fewer: sources
  /// that show an unrounded figure show five places or more, without zeros at the end.
  static constexpr int kRatioDigits = 5;

  /// Whether this is what the case says.
  bool matches(const Json& expected) const;
  std::string to_string() const;

 private:
  std::variant<std::monostate, bool, std::string, money::Decimal, money::Ratio, time::Instant,
               std::vector<Figure>>
      value_;
};

/// The figures by the names that `expected` has. A name that the case does not ask for is ignored.
using Result = std::map<std::string, Figure>;

/// Carries one case to production code. Throws Error for what the code refuses or a shape the
/// adapter does not know; the case has failed then.
using Adapter = std::function<Result(const Case&)>;

/// The adapters of one area, by model. Make one at namespace scope of each golden_<area>.cpp:
///   const Adapters kTax("tax", {{"single", run_single}, {"lines", run_lines}});
class Adapters {
 public:
  Adapters(std::string_view area,
           std::initializer_list<std::pair<const std::string_view, Adapter>> by_model);
};

/// nullptr when nobody knows the model.
const Adapter* find_adapter(std::string_view area, std::string_view model);

/// What became of one case.
struct Verdict {
  enum class Outcome { kPassed, kFailed, kUnknownModel };
  Outcome outcome = Outcome::kPassed;
  std::string got;  ///< unless it passed: the figures, or why there are none
};

Verdict run(const Case& item);

// Reading the fields of a case. All throw Error for what is not of their kind.

/// The member, or nullptr where it is absent or null.
const Json* member(const Json& object, std::string_view name);
/// A number or a text of one.
money::Decimal decimal(const Json& value);
/// The same; none for null and for text that is no number, such as "NaN".
std::optional<money::Decimal> number_if_any(const Json& value);
std::int64_t integer(const Json& value);
std::vector<money::Decimal> decimals(const Json& array);
std::vector<money::Money> amounts(const Json& array, money::Currency currency);
/// A day, or the day that an instant is written with.
time::Date date(const Json& value);
/// An instant, or the start of a day in UTC.
time::Instant instant(const Json& value);
/// The zone that `timezone` names; UTC where there is none.
time::Zone zone(const Json& params);
/// The currency `currency` names, or one of the same unit where the case has its own word for it
/// ("minor units", "4 places").
money::Currency currency(const Json& params);
/// The rounding that cases call `name`: "half_up", "toward +inf", "ceil", …
money::Rounding rounding(std::string_view name);

/// Inclusive ends of the sources, against our half-open ones.
time::Date day_after(time::Date last);
time::Instant last_second_before(time::Instant end);
/// Where the tier below one ends whose first unit is `first`: a whole number of units before it
/// (10 below 11), or at it where units have fractions, and 0 where it is the first.
money::Decimal end_below(const money::Decimal& first);

}  // namespace reckoner::golden
