#include <algorithm>

#include "rules/functions.hpp"

namespace reckoner::rules {

namespace {

using Arguments = std::span<const Value>;

void put(Value::Entries& entries, const std::string& name, const Value& value) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const ContextEntry& each) { return each.name == name; });
  if (found != entries.end()) {
    found->value = value;
  } else {
    entries.push_back({name, value});
  }
}

Value get_value(Arguments arguments) {
  if (arguments[1].string() == nullptr) return {};
  const Value* entry = arguments[0].entry(*arguments[1].string());
  return entry != nullptr ? *entry : Value();
}

Value get_entries(Arguments arguments) {
  if (arguments[0].context() == nullptr) return {};
  Value::Items out;
  for (const ContextEntry& entry : *arguments[0].context())
    out.push_back(Value::context({{"key", entry.name}, {"value", entry.value}}));
  return Value::list(std::move(out));
}

Value context_of_entries(Arguments arguments) {
  Value::Items items;
  if (arguments[0].list() != nullptr) items = *arguments[0].list();
  if (arguments[0].context() != nullptr) items = {arguments[0]};
  if (arguments[0].list() == nullptr && items.empty()) return {};
  Value::Entries out;
  for (const Value& item : items) {
    const Value* key = item.entry("key");
    const Value* value = item.entry("value");
    if (key == nullptr || value == nullptr || key->string() == nullptr) return {};
    const bool is_known = std::any_of(out.begin(), out.end(), [&](const ContextEntry& each) {
      return each.name == *key->string();
    });
    if (is_known) return {};
    out.push_back({*key->string(), *value});
  }
  return Value::context(std::move(out));
}

/// With a path of keys the value is put into the context within.
Value put_at(const Value& context, std::span<const Value> keys, const Value& value) {
  if (context.context() == nullptr || keys.empty() || keys[0].string() == nullptr) return {};
  Value::Entries out = *context.context();
  Value inner = value;
  if (keys.size() > 1) {
    const Value* entry = context.entry(*keys[0].string());
    inner = entry != nullptr ? put_at(*entry, keys.subspan(1), value) : Value();
    if (inner.is_null()) return {};
  }
  put(out, *keys[0].string(), inner);
  return Value::context(std::move(out));
}

Value context_put(Arguments arguments) {
  if (const Value::Items* keys = arguments[1].list())
    return put_at(arguments[0], *keys, arguments[2]);
  return put_at(arguments[0], arguments.subspan(1, 1), arguments[2]);
}

Value context_merge(Arguments arguments) {
  if (arguments[0].context() != nullptr) return arguments[0];
  if (arguments[0].list() == nullptr) return {};
  Value::Entries out;
  for (const Value& each : *arguments[0].list()) {
    if (each.context() == nullptr) return {};
    for (const ContextEntry& entry : *each.context()) put(out, entry.name, entry.value);
  }
  return Value::context(std::move(out));
}

}  // namespace

std::vector<Builtin> context_builtins() {
  return {
      {"get value", {"m", "key"}, 2, Type::kAny, get_value},
      {"get entries", {"m"}, 1, Type::kList, get_entries},
      {"context", {"entries"}, 1, Type::kContext, context_of_entries},
      {"context put", {"context", "key", "value"}, 3, Type::kContext, context_put},
      {"context put", {"context", "keys", "value"}, 3, Type::kContext, context_put},
      {"context merge", {"contexts"}, 1, Type::kContext, context_merge},
  };
}

}  // namespace reckoner::rules
