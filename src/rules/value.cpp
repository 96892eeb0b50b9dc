#include "rules/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace reckoner::rules {

struct Value::List {
  Items items;
  std::size_t weight;
};

struct Value::Context {
  Entries entries;
  std::size_t weight;
};

namespace {

constexpr std::size_t kBytesOfWeight = 64;

struct TypeName {
  Type type;
  std::string_view name;
};

/// FEEL's name of each type first, then the older spellings.
constexpr std::array kTypeNames = {
    TypeName{Type::kBoolean, "boolean"},
    TypeName{Type::kNumber, "number"},
    TypeName{Type::kString, "string"},
    TypeName{Type::kDate, "date"},
    TypeName{Type::kTime, "time"},
    TypeName{Type::kDateTime, "date and time"},
    TypeName{Type::kDaysDuration, "days and time duration"},
    TypeName{Type::kMonthsDuration, "years and months duration"},
    TypeName{Type::kList, "list"},
    TypeName{Type::kContext, "context"},
    TypeName{Type::kRange, "range"},
    TypeName{Type::kDateTime, "dateTime"},
    TypeName{Type::kDaysDuration, "dayTimeDuration"},
    TypeName{Type::kMonthsDuration, "yearMonthDuration"},
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  }
  return out + '"';
}

std::size_t checked_weight(std::size_t weight) {
  if (weight > kWeightMax)
    throw Error(fmt::format("a list or context of more than {} members", kWeightMax));
  return weight;
}

std::string range_text(const RangeEnds& range) {
  if (range.low_missing)
    return fmt::format("({} {})", range.high_included ? "<=" : "<", range.high.to_string());
  if (range.high_missing)
    return fmt::format("({} {})", range.low_included ? ">=" : ">", range.low.to_string());
  return fmt::format("{}{}..{}{}", range.low_included ? '[' : '(', range.low.to_string(),
                     range.high.to_string(), range.high_included ? ']' : ')');
}

}  // namespace

std::string_view name_of(Type type) {
  if (type == Type::kAny) return "any";
  for (const TypeName& each : kTypeNames)
    if (each.type == type) return each.name;
  throw Bug("a type that is none");
}

std::optional<Type> type_named(std::string_view name) {
  if (name.empty() || name == "Any") return Type::kAny;
  for (const TypeName& each : kTypeNames)
    if (each.name == name && each.type != Type::kRange) return each.type;
  return std::nullopt;
}

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const TypeName& each : kTypeNames)
      if (each.type != Type::kRange) out.emplace_back(each.name);
    return out;
  }();
  return names;
}

Value::Value(std::string text) : content_(std::move(text)) {
  if (string()->size() > kStringBytesMax)
    throw Error(fmt::format("a text of more than {} bytes", kStringBytesMax));
}

Value Value::list(Items items) {
  std::size_t weight = 1;
  for (const Value& item : items) weight += item.weight();
  Value out;
  out.content_ = std::make_shared<const List>(List{std::move(items), checked_weight(weight)});
  return out;
}

Value Value::context(Entries entries) {
  std::size_t weight = 1;
  for (const ContextEntry& entry : entries) weight += entry.value.weight();
  Value out;
  out.content_ =
      std::make_shared<const Context>(Context{std::move(entries), checked_weight(weight)});
  return out;
}

Value Value::range(RangeEnds ends) {
  Value out;
  out.content_ = std::make_shared<const RangeEnds>(std::move(ends));
  return out;
}

const Value::Items* Value::list() const {
  const auto* content = std::get_if<std::shared_ptr<const List>>(&content_);
  return content != nullptr ? &(*content)->items : nullptr;
}

const Value::Entries* Value::context() const {
  const auto* content = std::get_if<std::shared_ptr<const Context>>(&content_);
  return content != nullptr ? &(*content)->entries : nullptr;
}

const RangeEnds* Value::range() const {
  const auto* content = std::get_if<std::shared_ptr<const RangeEnds>>(&content_);
  return content != nullptr ? content->get() : nullptr;
}

const Value* Value::entry(std::string_view name) const {
  const Entries* entries = context();
  if (entries == nullptr) return nullptr;
  const auto found = std::find_if(entries->begin(), entries->end(),
                                  [&](const ContextEntry& entry) { return entry.name == name; });
  return found == entries->end() ? nullptr : &found->value;
}

Type Value::type() const {
  constexpr std::array kByAlternative = {
      Type::kAny,     Type::kBoolean,  Type::kNumber,       Type::kString,         Type::kDate,
      Type::kTime,    Type::kDateTime, Type::kDaysDuration, Type::kMonthsDuration, Type::kList,
      Type::kContext, Type::kRange};
  return kByAlternative.at(content_.index());
}

std::size_t Value::weight() const {
  if (const std::string* text = string()) return 1 + text->size() / kBytesOfWeight;
  if (const auto* list = std::get_if<std::shared_ptr<const List>>(&content_))
    return (*list)->weight;
  if (const auto* context = std::get_if<std::shared_ptr<const Context>>(&content_))
    return (*context)->weight;
  return 1;
}

std::string Value::to_text() const {
  if (const std::string* text = string()) return *text;
  if (const Date* value = date()) return rules::to_string(*value);
  if (const Time* value = time()) return rules::to_string(*value);
  if (const DateTime* value = date_time()) return rules::to_string(*value);
  if (const DaysDuration* value = days()) return rules::to_string(*value);
  if (const MonthsDuration* value = months()) return rules::to_string(*value);
  return to_string();
}

std::string Value::to_string() const {
  if (is_null()) return "null";
  if (const bool* truth = boolean()) return *truth ? "true" : "false";
  if (const Decimal* decimal = number()) return decimal->to_string();
  if (const std::string* text = string()) return quoted(*text);
  if (const RangeEnds* ends = range()) return range_text(*ends);
  std::string out;
  if (const Items* items = list()) {
    for (const Value& item : *items) out += (out.empty() ? "" : ", ") + item.to_string();
    return "[" + out + "]";
  }
  if (const Entries* entries = context()) {
    for (const ContextEntry& entry : *entries)
      out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", entry.name, entry.value.to_string());
    return "{" + out + "}";
  }
  return fmt::format("@\"{}\"", to_text());
}

bool operator==(const Value& a, const Value& b) {
  if (const auto* x = a.list()) return b.list() != nullptr && *x == *b.list();
  if (const auto* x = a.context()) return b.context() != nullptr && *x == *b.context();
  if (const auto* x = a.range()) return b.range() != nullptr && *x == *b.range();
  return a.content_ == b.content_;
}

bool conforms(const Value& value, Type expected) {
  return value.is_null() || expected == Type::kAny || value.type() == expected;
}

Ternary ternary(const Value& value) {
  const bool* truth = value.boolean();
  return truth != nullptr ? Ternary(*truth) : std::nullopt;
}

Value value_of(Ternary truth) {
  return truth ? Value(*truth) : Value();
}

Ternary both(Ternary a, Ternary b) {
  if (a == false || b == false) return false;
  if (!a || !b) return std::nullopt;
  return true;
}

Ternary either(Ternary a, Ternary b) {
  return negated(both(negated(a), negated(b)));
}

Ternary negated(Ternary a) {
  return a ? Ternary(!*a) : std::nullopt;
}

}  // namespace reckoner::rules
