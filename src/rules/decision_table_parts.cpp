#include "rules/decision_table_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/mistakes.hpp"
#include "rules/tree.hpp"

namespace reckoner::rules::table {

namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

bool is_blank_text(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Type type_of(const Column& column) {
  return column.item != nullptr ? column.item->kind : Type::kAny;
}

ItemTypePointer simple(Type type) {
  if (type == Type::kAny) return nullptr;
  return std::make_shared<const ItemType>(
      ItemType{.name = std::string(name_of(type)), .kind = type});
}

/// The declared type of a column with the values allowed there.
Column compile_column(std::string what, ItemTypePointer item, const std::optional<Text>& allowed) {
  if (allowed && !is_blank_text(allowed->text)) {
    ItemType narrowed = item != nullptr ? *item : ItemType();
    narrowed.allowed = UnaryTests::compile(*allowed, FactNames(), narrowed.kind);
    narrowed.allowed_text = with_single_blanks(allowed->text);
    item = std::make_shared<const ItemType>(std::move(narrowed));
  }
  return {std::move(what), std::move(item)};
}

void set_type(Column& column, Type type) {
  if (type_of(column) != Type::kAny || type == Type::kAny) return;
  if (column.item == nullptr) {
    column.item = simple(type);
    return;
  }
  ItemType typed = *column.item;
  typed.kind = type;
  column.item = std::make_shared<const ItemType>(std::move(typed));
}

Input compile_input(const DecisionTableText::Input& text, Scope& scope, const ItemTypes& types) {
  const std::string name = text.label.empty() ? text.expression.text : text.label;
  const std::string what = fmt::format("input '{}'", name);
  Column column = compile_column(what, types.named(text.type, what, text.source), text.allowed);
  Expression expression = Expression::compile(text.expression, scope);
  const Type found = expression.type();
  set_type(column, found);
  const Type declared = type_of(column);
  if (found != Type::kAny && declared != Type::kAny && found != declared)
    refuse(text.expression.source, fmt::format("{} is a {}, but its expression is a {}", what,
                                               name_of(declared), name_of(found)));
  return {std::move(column), std::move(expression), text.source};
}

/// An expression whose type, or value when it is a literal, is known to fit the output.
Expression compile_result(const Text& text, const Column& column, Scope& scope) {
  if (is_blank_text(text.text))
    refuse(text.source, fmt::format("the entry for {} is empty; null says no value", column.what));
  Expression expression = Expression::compile(text, scope);
  const Type expected = type_of(column);
  if (const Value* literal = expression.literal()) {
    check(*literal, column, text.source);
  } else if (expected != Type::kAny && expression.type() != Type::kAny &&
             expected != expression.type()) {
    refuse(text.source, fmt::format("{} is a {}, but its expression is a {}", column.what,
                                    name_of(expected), name_of(expression.type())));
  }
  return expression;
}

bool gives_several(HitPolicy policy) {
  return policy == HitPolicy::kCollect || policy == HitPolicy::kRuleOrder ||
         policy == HitPolicy::kOutputOrder;
}

/// Of a table that gives a list, the type of the list may stand for that of its members.
ItemTypePointer member_type(ItemTypePointer item, HitPolicy policy) {
  const bool is_list = item != nullptr && item->kind == Type::kList && item->element != nullptr;
  return is_list && gives_several(policy) ? item->element : item;
}

Output compile_output(const DecisionTableText::Output& text, const std::string& name,
                      HitPolicy policy, Scope& scope, const ItemTypes& types) {
  const std::string what = fmt::format("output '{}'", name);
  ItemTypePointer item = member_type(types.named(text.type, what, text.source), policy);
  Output out{.column = compile_column(what, std::move(item), text.allowed),
             .default_value = {},
             .ranks = {},
             .source = text.source};
  if (out.column.item != nullptr && out.column.item->allowed)
    out.ranks = out.column.item->allowed->literals();
  if (text.default_value)
    out.default_value = compile_result(*text.default_value, out.column, scope);
  return out;
}

UnaryTests compile_tests(const Text& text, const Column& column, Scope& scope) {
  UnaryTests tests = UnaryTests::compile(text, scope, type_of(column));
  for (const Value& literal : tests.literals()) check(literal, column, text.source);
  return tests;
}

std::vector<std::string> compile_output_names(const DecisionTableText& text) {
  if (text.outputs.empty()) refuse(text.source, fmt::format("table '{}' has no output", text.name));
  std::vector<std::string> names;
  for (const auto& output : text.outputs) {
    const bool unnamed = output.name.empty();
    if (unnamed && text.outputs.size() > 1)
      refuse(output.source, fmt::format("output {} of table '{}' needs a name, since there are {}",
                                        names.size() + 1, text.name, text.outputs.size()));
    const std::string& name = unnamed ? text.name : output.name;
    if (std::find(names.begin(), names.end(), name) != names.end())
      refuse(output.source, fmt::format("output '{}' is there twice", name));
    names.push_back(name);
  }
  return names;
}

void check_aggregation(const DecisionTableText& text) {
  if (text.aggregation == Aggregation::kNone) return;
  if (text.hit_policy != HitPolicy::kCollect)
    refuse(text.source,
           fmt::format("table '{}' aggregates with {}, which only COLLECT can, not {}", text.name,
                       name_of(text.aggregation), name_of(text.hit_policy)));
  if (text.outputs.size() != 1)
    refuse(text.source, fmt::format("table '{}' aggregates with {}, which needs a single output, "
                                    "but it has {}",
                                    text.name, name_of(text.aggregation), text.outputs.size()));
}

/// PRIORITY and OUTPUT ORDER go by the order of the values that an output may have.
void check_ranks(const Parts& parts) {
  if (parts.hit_policy != HitPolicy::kPriority && parts.hit_policy != HitPolicy::kOutputOrder)
    return;
  const bool some = std::any_of(parts.outputs.begin(), parts.outputs.end(),
                                [](const Output& output) { return !output.ranks.empty(); });
  if (!some)
    refuse(parts.source,
           fmt::format("table '{}' has the hit policy {}, but no output lists its values in the "
                       "order of their priority (outputValues)",
                       parts.name, name_of(parts.hit_policy)));
}

Rule compile_rule(const DecisionTableText::Rule& text, std::size_t number, const Parts& parts,
                  Scope& scope) {
  if (text.inputs.size() != parts.inputs.size())
    refuse(text.source, fmt::format("rule {} has {}, but table '{}' has {}", number,
                                    counted(text.inputs.size(), "input entry", "input entries"),
                                    parts.name, counted(parts.inputs.size(), "input", "inputs")));
  if (text.outputs.size() != parts.outputs.size())
    refuse(text.source,
           fmt::format("rule {} has {}, but table '{}' has {}", number,
                       counted(text.outputs.size(), "output entry", "output entries"), parts.name,
                       counted(parts.outputs.size(), "output", "outputs")));
  Rule out{.id = text.id,
           .annotation = text.annotation,
           .inputs = {},
           .outputs = {},
           .source = text.source};
  for (std::size_t i = 0; i < parts.inputs.size(); ++i)
    out.inputs.push_back(compile_tests(text.inputs[i], parts.inputs[i].column, scope));
  for (std::size_t i = 0; i < parts.outputs.size(); ++i)
    out.outputs.push_back(
        {compile_result(text.outputs[i], parts.outputs[i].column, scope), text.outputs[i].source});
  return out;
}

}  // namespace

Parts compile_parts(const DecisionTableText& text, Scope& scope, const ItemTypes& types) {
  check_aggregation(text);
  Parts out{.name = text.name,
            .hit_policy = text.hit_policy,
            .aggregation = text.aggregation,
            .inputs = {},
            .output_names = compile_output_names(text),
            .outputs = {},
            .rules = {},
            .source = text.source};
  MistakeCollector mistakes;
  const std::size_t mark = scope.mark();
  const auto attempt = [&](const auto& work) {
    mistakes.attempt(work);
    scope.forget(mark);
  };
  for (const auto& input : text.inputs)
    attempt([&] { out.inputs.push_back(compile_input(input, scope, types)); });
  for (std::size_t i = 0; i < text.outputs.size(); ++i)
    attempt([&] {
      out.outputs.push_back(
          compile_output(text.outputs[i], out.output_names[i], text.hit_policy, scope, types));
    });
  mistakes.finish();
  const bool calculates =
      text.aggregation != Aggregation::kNone && text.aggregation != Aggregation::kCount;
  if (Column& only = out.outputs.front().column; calculates) {
    if (type_of(only) != Type::kAny && type_of(only) != Type::kNumber)
      refuse(out.outputs.front().source,
             fmt::format("{} needs numbers, but {} is a {}", name_of(text.aggregation), only.what,
                         name_of(type_of(only))));
    set_type(only, Type::kNumber);
  }
  check_ranks(out);
  if (text.rules.empty()) refuse(text.source, fmt::format("table '{}' has no rule", text.name));
  for (std::size_t i = 0; i < text.rules.size(); ++i)
    attempt([&] { out.rules.push_back(compile_rule(text.rules[i], i + 1, out, scope)); });
  mistakes.finish();
  return out;
}

}  // namespace reckoner::rules::table
