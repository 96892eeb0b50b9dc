#include <algorithm>
#include <optional>

#include "rules/arithmetic.hpp"
#include "rules/functions.hpp"
#include "rules/number.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

/// The members: of the list that is the only argument, or the arguments themselves.
Value::Items members(Arguments arguments) {
  if (arguments.size() == 1 && arguments[0].list() != nullptr) return *arguments[0].list();
  return {arguments.begin(), arguments.end()};
}

/// nullopt when there is none, or one is no number.
std::optional<std::vector<Decimal>> numbers(Arguments arguments) {
  std::vector<Decimal> out;
  for (const Value& each : members(arguments)) {
    if (each.number() == nullptr) return std::nullopt;
    out.push_back(*each.number());
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

Value extreme(Arguments arguments, Comparison better) {
  const Value::Items items = members(arguments);
  if (items.empty()) return {};
  const Value* best = &items.front();
  for (const Value& each : items) {
    const Ternary found = compare(better, each, *best);
    if (!found) return {};
    if (*found) best = &each;
  }
  return *best;
}

Value minimum(Arguments arguments) {
  return extreme(arguments, Comparison::kLess);
}

Value maximum(Arguments arguments) {
  return extreme(arguments, Comparison::kGreater);
}

Decimal total(const std::vector<Decimal>& values) {
  Decimal out = 0;
  for (const Decimal& each : values) out = sum(out, each);
  return out;
}

/// Of numbers, or of durations of one kind.
Value sum_of(Arguments arguments) {
  const Value::Items items = members(arguments);
  if (items.empty()) return {};
  Value out = items.front();
  const bool adds = out.number() != nullptr || out.days() != nullptr || out.months() != nullptr;
  if (!adds) return {};
  for (std::size_t i = 1; i < items.size(); ++i)
    out = items[i].type() == out.type() ? calculate(Arithmetic::kPlus, out, items[i]) : Value();
  return out;
}

Value product_of(Arguments arguments) {
  const auto values = numbers(arguments);
  if (!values) return {};
  Decimal out = 1;
  for (const Decimal& each : *values) out = product(out, each);
  return out;
}

Decimal mean_of(const std::vector<Decimal>& values) {
  return *quotient(total(values), static_cast<std::int64_t>(values.size()));
}

Value mean(Arguments arguments) {
  const auto values = numbers(arguments);
  return values ? Value(mean_of(*values)) : Value();
}

Value median(Arguments arguments) {
  auto values = numbers(arguments);
  if (!values) return {};
  std::sort(values->begin(), values->end());
  const std::size_t middle = values->size() / 2;
  if (values->size() % 2 != 0) return (*values)[middle];
  return *quotient(sum((*values)[middle - 1], (*values)[middle]), 2);
}

/// Of a sample: divided by one less than there are.
Value standard_deviation(Arguments arguments) {
  const auto values = numbers(arguments);
  if (!values || values->size() < 2) return {};
  const Decimal middle = mean_of(*values);
  Decimal squares = 0;
  for (const Decimal& each : *values) {
    const Decimal distance = difference(each, middle);
    squares = sum(squares, product(distance, distance));
  }
  return *square_root(*quotient(squares, static_cast<std::int64_t>(values->size()) - 1));
}

/// All that are there most often, from the smallest.
Value mode(Arguments arguments) {
  if (members(arguments).empty()) return Value::list({});
  auto values = numbers(arguments);
  if (!values) return {};
  std::sort(values->begin(), values->end());
  Value::Items out;
  std::size_t most = 0;
  for (auto first = values->begin(); first != values->end();) {
    const auto last = std::upper_bound(first, values->end(), *first);
    const auto times = static_cast<std::size_t>(last - first);
    if (times > most) out.clear();
    if (times >= most) out.emplace_back(*first);
    most = std::max(most, times);
    first = last;
  }
  return Value::list(std::move(out));
}

}  // namespace

std::vector<Builtin> statistics_builtins() {
  std::vector<Builtin> out;
  const auto add = [&out](std::string_view name, Type result, Value (*call)(Arguments)) {
    out.push_back({name, {"list"}, 1, result, call});
    out.push_back({name, {}, 1, result, call, true});
  };
  add("min", Type::kAny, minimum);
  add("max", Type::kAny, maximum);
  add("sum", Type::kAny, sum_of);
  add("product", Type::kNumber, product_of);
  add("mean", Type::kNumber, mean);
  add("median", Type::kNumber, median);
  add("stddev", Type::kNumber, standard_deviation);
  add("mode", Type::kList, mode);
  return out;
}

}  // namespace reckoner::rules
