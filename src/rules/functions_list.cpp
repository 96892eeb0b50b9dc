#include <algorithm>
#include <optional>

#include "rules/functions.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

bool same(const Value& a, const Value& b) {
  return compare(Comparison::kEqual, a, b) == true;
}

bool holds_item(const Value::Items& items, const Value& value) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Value& item) { return same(item, value); });
}

/// A list as it is, another value as a list of one, null as nothing.
std::optional<Value::Items> items_of(const Value& value) {
  if (value.list() != nullptr) return *value.list();
  if (value.is_null()) return std::nullopt;
  return Value::Items{value};
}

/// The index that a position from 1, or from −1 backwards, means in a list of that size.
std::optional<std::size_t> index_of(const Value& position, std::size_t size) {
  const Decimal* number = position.number();
  if (number == nullptr || !number->is_whole() || number->is_zero() ||
      number->abs() > Decimal(static_cast<std::int64_t>(size)))
    return std::nullopt;
  std::size_t count = 1;
  while (Decimal(static_cast<std::int64_t>(count)) < number->abs()) ++count;
  return number->sign() > 0 ? count - 1 : size - count;
}

Value list_contains(Arguments arguments) {
  const auto items = items_of(arguments[0]);
  return items ? Value(holds_item(*items, arguments[1])) : Value();
}

Value count(Arguments arguments) {
  const auto items = items_of(arguments[0]);
  return items ? Value(static_cast<int>(items->size())) : Value();
}

Value sublist(Arguments arguments) {
  const auto items = items_of(arguments[0]);
  if (!items) return {};
  const auto start = index_of(arguments[1], items->size());
  if (!start) return {};
  std::size_t length = items->size() - *start;
  if (arguments.size() == 3) {
    const Decimal* given = arguments[2].number();
    if (given == nullptr || !given->is_whole() || given->sign() < 0 ||
        *given > Decimal(static_cast<std::int64_t>(length)))
      return {};
    length = given->is_zero() ? 0 : *index_of(arguments[2], length) + 1;
  }
  const auto begin = items->begin() + static_cast<std::ptrdiff_t>(*start);
  return Value::list({begin, begin + static_cast<std::ptrdiff_t>(length)});
}

Value append(Arguments arguments) {
  Value::Items out = items_of(arguments[0]).value_or(Value::Items());
  if (arguments[0].is_null()) out.emplace_back();
  out.insert(out.end(), arguments.begin() + 1, arguments.end());
  return Value::list(std::move(out));
}

Value concatenate(Arguments arguments) {
  Value::Items out;
  for (const Value& each : arguments) {
    const auto items = items_of(each);
    if (!items) return {};
    out.insert(out.end(), items->begin(), items->end());
    if (out.size() > kWeightMax) break;  // list() refuses it
  }
  return Value::list(std::move(out));
}

Value insert_before(Arguments arguments) {
  auto items = items_of(arguments[0]);
  if (!items) return {};
  const auto index = index_of(arguments[1], items->size());
  if (!index) return {};
  items->insert(items->begin() + static_cast<std::ptrdiff_t>(*index), arguments[2]);
  return Value::list(std::move(*items));
}

Value remove(Arguments arguments) {
  auto items = items_of(arguments[0]);
  if (!items) return {};
  const auto index = index_of(arguments[1], items->size());
  if (!index) return {};
  items->erase(items->begin() + static_cast<std::ptrdiff_t>(*index));
  return Value::list(std::move(*items));
}

Value list_replace(Arguments arguments) {
  auto items = items_of(arguments[0]);
  if (!items) return {};
  const auto index = index_of(arguments[1], items->size());
  if (!index) return {};
  (*items)[*index] = arguments[2];
  return Value::list(std::move(*items));
}

Value reverse(Arguments arguments) {
  auto items = items_of(arguments[0]);
  if (!items) return {};
  std::reverse(items->begin(), items->end());
  return Value::list(std::move(*items));
}

Value positions_of(Arguments arguments) {
  const auto items = items_of(arguments[0]);
  if (!items) return {};
  Value::Items out;
  for (std::size_t i = 0; i < items->size(); ++i)
    if (same((*items)[i], arguments[1])) out.emplace_back(static_cast<int>(i) + 1);
  return Value::list(std::move(out));
}

/// Lists longer than this are not searched for what is there twice: it costs their square.
constexpr std::size_t kDistinctMax = 2'000;

Value without_repetition(const Value::Items& items) {
  if (items.size() > kDistinctMax) return {};
  Value::Items out;
  for (const Value& item : items)
    if (!holds_item(out, item)) out.push_back(item);
  return Value::list(std::move(out));
}

Value list_union(Arguments arguments) {
  const Value all = concatenate(arguments);
  return all.is_null() ? Value() : without_repetition(*all.list());
}

Value distinct_values(Arguments arguments) {
  const auto items = items_of(arguments[0]);
  return items ? without_repetition(*items) : Value();
}

void flatten_into(const Value& value, Value::Items& out) {
  if (value.list() == nullptr) {
    out.push_back(value);
    return;
  }
  for (const Value& item : *value.list()) flatten_into(item, out);
}

Value flatten(Arguments arguments) {
  if (arguments[0].is_null()) return {};
  Value::Items out;
  flatten_into(arguments[0], out);
  return Value::list(std::move(out));
}

/// all(list) or any(list), also with the members as arguments.
Value folded(Arguments arguments, bool start, Ternary (*fold)(Ternary, Ternary)) {
  Value::Items items(arguments.begin(), arguments.end());
  if (arguments.size() == 1) {
    const auto only = items_of(arguments[0]);
    if (!only) return {};
    items = *only;
  }
  Ternary out = start;
  for (const Value& item : items) {
    if (!item.is_null() && item.boolean() == nullptr) return {};
    out = fold(out, ternary(item));
  }
  return value_of(out);
}

Value all(Arguments arguments) {
  return folded(arguments, true, both);
}

Value any(Arguments arguments) {
  return folded(arguments, false, either);
}

}  // namespace

std::vector<Builtin> list_builtins() {
  return {
      {"list contains", {"list", "element"}, 2, Type::kBoolean, list_contains},
      {"count", {"list"}, 1, Type::kNumber, count},
      {"sublist", {"list", "start position", "length"}, 2, Type::kList, sublist},
      {"append", {}, 1, Type::kList, append, true},
      {"concatenate", {}, 1, Type::kList, concatenate, true},
      {"insert before", {"list", "position", "newItem"}, 3, Type::kList, insert_before},
      {"remove", {"list", "position"}, 2, Type::kList, remove},
      {"list replace", {"list", "position", "newItem"}, 3, Type::kList, list_replace},
      {"reverse", {"list"}, 1, Type::kList, reverse},
      {"index of", {"list", "match"}, 2, Type::kList, positions_of},
      {"union", {}, 1, Type::kList, list_union, true},
      {"distinct values", {"list"}, 1, Type::kList, distinct_values},
      {"flatten", {"list"}, 1, Type::kList, flatten},
      {"all", {"list"}, 1, Type::kBoolean, all},
      {"all", {}, 1, Type::kBoolean, all, true},
      {"any", {"list"}, 1, Type::kBoolean, any},
      {"any", {}, 1, Type::kBoolean, any, true},
  };
}

}  // namespace reckoner::rules
