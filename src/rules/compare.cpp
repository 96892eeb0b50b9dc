#include "base/error.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

namespace {

bool holds(Comparison comparison, std::strong_ordering order) {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterEqual:
      return order >= 0;
  }
  throw Bug("a comparison that is none");
}

bool is_equality(Comparison comparison) {
  return comparison == Comparison::kEqual || comparison == Comparison::kNotEqual;
}

/// Of two values of one kind that has an order; nullopt for all others.
std::optional<std::strong_ordering> order_of(const Value& a, const Value& b) {
  if (const Decimal* x = a.number()) {
    if (const Decimal* y = b.number()) return *x <=> *y;
  } else if (const std::string* s = a.string()) {
    if (const std::string* t = b.string()) return *s <=> *t;
  } else if (const Date* d = a.date()) {
    if (const Date* e = b.date()) return *d <=> *e;
  } else if (const Time* t = a.time()) {
    if (const Time* u = b.time()) return order(*t, *u);
  } else if (const DateTime* v = a.date_time()) {
    if (const DateTime* w = b.date_time()) return order(*v, *w);
  } else if (const DaysDuration* p = a.days()) {
    if (const DaysDuration* q = b.days()) return *p <=> *q;
  } else if (const MonthsDuration* m = a.months()) {
    if (const MonthsDuration* n = b.months()) return *m <=> *n;
  }
  return std::nullopt;
}

Ternary equal(const Value& a, const Value& b);

Ternary equal_lists(const Value::Items& a, const Value::Items& b) {
  if (a.size() != b.size()) return false;
  Ternary out = true;
  for (std::size_t i = 0; i < a.size() && out != false; ++i) out = both(out, equal(a[i], b[i]));
  return out;
}

Ternary equal_contexts(const Value& a, const Value& b) {
  if (a.context()->size() != b.context()->size()) return false;
  Ternary out = true;
  for (const ContextEntry& entry : *a.context()) {
    const Value* other = b.entry(entry.name);
    out = both(out, other != nullptr ? equal(entry.value, *other) : Ternary(false));
    if (out == false) break;
  }
  return out;
}

Ternary equal_ranges(const RangeEnds& a, const RangeEnds& b) {
  const bool same_ends = a.low_included == b.low_included && a.high_included == b.high_included &&
                         a.low_missing == b.low_missing && a.high_missing == b.high_missing;
  return both(same_ends, both(equal(a.low, b.low), equal(a.high, b.high)));
}

Ternary equal(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  if (const auto order = order_of(a, b)) return *order == 0;
  if (a.type() != b.type()) return std::nullopt;
  if (const bool* truth = a.boolean()) return *truth == *b.boolean();
  if (const Value::Items* items = a.list()) return equal_lists(*items, *b.list());
  if (a.context() != nullptr) return equal_contexts(a, b);
  if (const RangeEnds* ends = a.range()) return equal_ranges(*ends, *b.range());
  return false;  // a time with an offset and one without
}

}  // namespace

std::string_view symbol_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return "=";
    case Comparison::kNotEqual:
      return "!=";
    case Comparison::kLess:
      return "<";
    case Comparison::kLessEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterEqual:
      return ">=";
  }
  throw Bug("a comparison that is none");
}

bool has_order(Type type) {
  return type != Type::kBoolean && type != Type::kList && type != Type::kContext &&
         type != Type::kRange;
}

Ternary compare(Comparison comparison, const Value& a, const Value& b) {
  if (is_equality(comparison)) {
    const Ternary same = equal(a, b);
    return comparison == Comparison::kEqual ? same : negated(same);
  }
  const auto order = order_of(a, b);
  return order ? Ternary(holds(comparison, *order)) : std::nullopt;
}

Ternary contains(const RangeEnds& range, const Value& value) {
  const Ternary above = range.low_missing ? Ternary(true)
                                          : compare(range.low_included ? Comparison::kGreaterEqual
                                                                       : Comparison::kGreater,
                                                    value, range.low);
  const Ternary below =
      range.high_missing ? Ternary(true)
                         : compare(range.high_included ? Comparison::kLessEqual : Comparison::kLess,
                                   value, range.high);
  return both(above, below);
}

}  // namespace reckoner::rules
