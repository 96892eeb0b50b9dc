#include "rules/functions.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

/// A point is the range from it to it.
RangeEnds range_of(const Value& value) {
  if (value.range() != nullptr) return *value.range();
  return {.low = value, .high = value, .low_included = true, .high_included = true};
}

Ternary less(const Value& a, const Value& b) {
  return compare(Comparison::kLess, a, b);
}
Ternary same(const Value& a, const Value& b) {
  return compare(Comparison::kEqual, a, b);
}
Ternary all(Ternary a, Ternary b, Ternary c) {
  return both(both(a, b), c);
}

// The definitions of DMN 1.3, 10.3.4.10, for ranges; a point stands for the range that holds it
// only.

Ternary is_before(const RangeEnds& a, const RangeEnds& b) {
  return either(less(a.high, b.low),
                both(same(a.high, b.low), !a.high_included || !b.low_included));
}
Ternary meets(const RangeEnds& a, const RangeEnds& b) {
  return all(a.high_included, b.low_included, same(a.high, b.low));
}
/// a begins before b or with it, and has all that b begins with.
Ternary begins_by(const RangeEnds& a, const RangeEnds& b) {
  return either(less(a.low, b.low), both(same(a.low, b.low), a.low_included || !b.low_included));
}
Ternary ends_by(const RangeEnds& a, const RangeEnds& b) {
  return either(less(a.high, b.high),
                both(same(a.high, b.high), b.high_included || !a.high_included));
}
Ternary overlaps(const RangeEnds& a, const RangeEnds& b) {
  return both(negated(is_before(a, b)), negated(is_before(b, a)));
}
Ternary includes(const RangeEnds& a, const RangeEnds& b) {
  return both(begins_by(a, b), ends_by(b, a));
}
Ternary overlaps_before(const RangeEnds& a, const RangeEnds& b) {
  const Ternary begins =
      either(less(a.low, b.low), all(same(a.low, b.low), a.low_included, !b.low_included));
  const Ternary ends =
      either(less(a.high, b.high), both(same(a.high, b.high), !a.high_included || b.high_included));
  return all(begins, overlaps(a, b), ends);
}
Ternary overlaps_after(const RangeEnds& a, const RangeEnds& b) {
  return overlaps_before(b, a);
}
Ternary is_after(const RangeEnds& a, const RangeEnds& b) {
  return is_before(b, a);
}
Ternary met_by(const RangeEnds& a, const RangeEnds& b) {
  return meets(b, a);
}
Ternary finishes(const RangeEnds& a, const RangeEnds& b) {
  return all(same(a.high, b.high), a.high_included == b.high_included, begins_by(b, a));
}
Ternary finished_by(const RangeEnds& a, const RangeEnds& b) {
  return finishes(b, a);
}
Ternary during(const RangeEnds& a, const RangeEnds& b) {
  return includes(b, a);
}
Ternary starts(const RangeEnds& a, const RangeEnds& b) {
  return all(same(a.low, b.low), a.low_included == b.low_included, ends_by(a, b));
}
Ternary started_by(const RangeEnds& a, const RangeEnds& b) {
  return starts(b, a);
}
Ternary coincides(const RangeEnds& a, const RangeEnds& b) {
  return both(both(same(a.low, b.low), same(a.high, b.high)),
              a.low_included == b.low_included && a.high_included == b.high_included);
}

template <Ternary (*relation)(const RangeEnds&, const RangeEnds&)>
Value related(Arguments arguments) {
  if (arguments[0].is_null() || arguments[1].is_null()) return {};
  const RangeEnds a = range_of(arguments[0]);
  const RangeEnds b = range_of(arguments[1]);
  for (const RangeEnds& each : {a, b})
    if (each.low.is_null() || each.high.is_null()) return {};
  return value_of(relation(a, b));
}

}  // namespace

std::vector<Builtin> range_builtins() {
  std::vector<Builtin> out;
  const auto add = [&out](std::string_view name, Value (*call)(Arguments)) {
    for (const auto& [first, second] : {std::pair{"range1", "range2"},
                                        {"point", "range"},
                                        {"range", "point"},
                                        {"point1", "point2"},
                                        {"range", "value"}})
      out.push_back({name, {first, second}, 2, Type::kBoolean, call});
  };
  add("before", related<is_before>);
  add("after", related<is_after>);
  add("meets", related<meets>);
  add("met by", related<met_by>);
  add("overlaps", related<overlaps>);
  add("overlaps before", related<overlaps_before>);
  add("overlaps after", related<overlaps_after>);
  add("finishes", related<finishes>);
  add("finished by", related<finished_by>);
  add("includes", related<includes>);
  add("during", related<during>);
  add("starts", related<starts>);
  add("started by", related<started_by>);
  add("coincides", related<coincides>);
  return out;
}

}  // namespace reckoner::rules
