#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "money/decimal.hpp"
#include "rules/temporal.hpp"

namespace reckoner::rules {

using money::Decimal;

/// What an expression, an input or an output may be. kAny: not known before evaluation.
enum class Type {
  kAny,
  kBoolean,
  kNumber,
  kString,
  kDate,
  kTime,
  kDateTime,
  kDaysDuration,
  kMonthsDuration,
  kList,
  kContext,
  kRange,
};

/// "any", "boolean", "number", …, "date and time", "days and time duration", "list": FEEL's names.
std::string_view name_of(Type type);

/// FEEL's own names of the simple types (number, string, boolean, date, time, date and time, the
/// two durations, context and list), and those that DMN 1.1 had (dateTime, dayTimeDuration,
/// yearMonthDuration); "" and "Any" are kAny; nullopt for everything else.
std::optional<Type> type_named(std::string_view name);
/// The names that type_named() knows, for suggestions.
const std::vector<std::string>& type_names();

/// No value weighs more: a list or a context weighs one more than its members, a text one for each
/// 64 bytes. Whatever walks through a value is bounded by this.
constexpr std::size_t kWeightMax = 100'000;
/// No text is longer, in bytes.
constexpr std::size_t kStringBytesMax = 100'000;

struct ContextEntry;
struct RangeEnds;

/// A value of the expression language: null or one of the kinds of Type. A plain value: copying
/// shares the members of lists and contexts, which nobody can change.
class Value {
 public:
  using Items = std::vector<Value>;
  using Entries = std::vector<ContextEntry>;

  Value() = default;
  template <std::same_as<bool> Boolean>
  Value(Boolean boolean) : content_(boolean) {}               // NOLINT(google-explicit-constructor)
  Value(const Decimal& number) : content_(number) {}          // NOLINT(google-explicit-constructor)
  Value(int number) : content_(Decimal(number)) {}            // NOLINT(google-explicit-constructor)
  Value(std::string text);                                    // NOLINT(google-explicit-constructor)
  Value(std::string_view text) : Value(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* text) : Value(std::string(text)) {}       // NOLINT(google-explicit-constructor)
  Value(const Date& date) : content_(date) {}                 // NOLINT(google-explicit-constructor)
  Value(const Time& time) : content_(time) {}                 // NOLINT(google-explicit-constructor)
  Value(const DateTime& both) : content_(both) {}             // NOLINT(google-explicit-constructor)
  Value(const DaysDuration& length) : content_(length) {}     // NOLINT(google-explicit-constructor)
  Value(const MonthsDuration& length) : content_(length) {}   // NOLINT(google-explicit-constructor)
  Value(std::nullptr_t) = delete;
  Value(double) = delete;
  /// These and the constructor from a text throw Error for what is larger than the limits above.
  static Value list(Items items);
  /// The names are unique; their order is kept.
  static Value context(Entries entries);
  static Value range(RangeEnds ends);

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }
  /// The content when it is of that kind, else nullptr; valid as long as the value is unchanged.
  const bool* boolean() const { return std::get_if<bool>(&content_); }
  const Decimal* number() const { return std::get_if<Decimal>(&content_); }
  const std::string* string() const { return std::get_if<std::string>(&content_); }
  const Date* date() const { return std::get_if<Date>(&content_); }
  const Time* time() const { return std::get_if<Time>(&content_); }
  const DateTime* date_time() const { return std::get_if<DateTime>(&content_); }
  const DaysDuration* days() const { return std::get_if<DaysDuration>(&content_); }
  const MonthsDuration* months() const { return std::get_if<MonthsDuration>(&content_); }
  const Items* list() const;
  const Entries* context() const;
  const RangeEnds* range() const;

  /// The entry of a context, or nullptr: also when it is no context.
  const Value* entry(std::string_view name) const;

  /// kAny for null.
  Type type() const;
  /// As a literal of the language: null, true, 10.5, "SMB", @"2026-10-31", [1, 2], {a: 1}.
  std::string to_string() const;
  /// FEEL's string(): a text as it is, dates and durations without quotes, others as literals.
  std::string to_text() const;
  std::size_t weight() const;

  /// Same kind and same content; null equals null. FEEL's own "=" is compare().
  friend bool operator==(const Value& a, const Value& b);

 private:
  struct List;
  struct Context;
  std::variant<std::monostate, bool, Decimal, std::string, Date, Time, DateTime, DaysDuration,
               MonthsDuration, std::shared_ptr<const List>, std::shared_ptr<const Context>,
               std::shared_ptr<const RangeEnds>>
      content_;
};

struct ContextEntry {
  std::string name;
  Value value;
  friend bool operator==(const ContextEntry&, const ContextEntry&) = default;
};

/// The ends of a range. One without an end on a side, as (> 5), has null there and says so.
struct RangeEnds {
  Value low;
  Value high;
  bool low_included = false;
  bool high_included = false;
  bool low_missing = false;
  bool high_missing = false;
  friend bool operator==(const RangeEnds&, const RangeEnds&) = default;
};

/// Whether a value of this type may stand where `expected` is asked for; null may stand anywhere.
bool conforms(const Value& value, Type expected);

/// true, false or null (nullopt): FEEL's logic, where null is "not known".
using Ternary = std::optional<bool>;

Ternary ternary(const Value& value);  ///< null for whatever is no boolean
Value value_of(Ternary truth);
Ternary both(Ternary a, Ternary b);    ///< false and null is false
Ternary either(Ternary a, Ternary b);  ///< true or null is true
Ternary negated(Ternary a);            ///< not null is null

enum class Comparison { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

/// "=", "!=", "<", "<=", ">", ">=".
std::string_view symbol_of(Comparison comparison);

/// Numbers, strings (by code point), dates, times and durations have an order.
bool has_order(Type type);

/// FEEL (DMN 1.3, "equality" and "inequality"): null = null is true and null = anything else is
/// false; two kinds, an order with null, and an order of kinds without one are null. So are a time
/// with and one without an offset from UTC. Lists and contexts are equal when their members are.
Ternary compare(Comparison comparison, const Value& a, const Value& b);

/// Whether the value lies within the range; null where it cannot be compared with its ends.
Ternary contains(const RangeEnds& range, const Value& value);

}  // namespace reckoner::rules
