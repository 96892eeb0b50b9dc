#include "rules/decision_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "rules/expression.hpp"
#include "rules/number.hpp"

namespace reckoner::rules {

namespace {

/// What values of an input or output must be: `what` names it in errors ("input 'plan.name'").
struct Constraint {
  std::string what;
  Type type = Type::kAny;
  std::optional<UnaryTests> allowed;
  std::string allowed_text;
};

struct Input {
  Constraint constraint;
  Expression expression;
  Source source;
};

struct Output {
  Constraint constraint;
  std::optional<Expression> default_value;
  Source source;
};

struct OutputEntry {
  Expression expression;
  Source source;
};

struct Rule {
  std::string id;
  std::string annotation;
  std::vector<UnaryTests> inputs;
  std::vector<OutputEntry> outputs;
  Source source;
};

[[noreturn]] void refuse(const Source& source, const std::string& reason) {
  throw Error(reason).in(source.to_string());
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Refuses a value that is not null and breaks the constraint.
void check(const Value& value, const Constraint& constraint, const Source& source) {
  if (!conforms(value, constraint.type))
    refuse(source, fmt::format("{} is a {}, but {} is a {}", constraint.what,
                               name_of(constraint.type), value.to_string(), name_of(value.type())));
  if (constraint.allowed && !value.is_null() && !constraint.allowed->matches(value, Facts()))
    refuse(source, fmt::format("{} is not among the allowed values of {}: {}", value.to_string(),
                               constraint.what, constraint.allowed_text));
}

Constraint compile_constraint(std::string what, const std::string& type_name,
                              const std::optional<Text>& allowed, const Source& source) {
  const auto type = type_named(type_name);
  if (!type) {
    const std::array<std::string, 3> names = {"string", "number", "boolean"};
    refuse(source, fmt::format("{} has the type '{}'; supported are string, number and boolean{}",
                               what, type_name, suggestion(type_name, names)));
  }
  Constraint out{.what = std::move(what), .type = *type, .allowed = {}, .allowed_text = {}};
  if (allowed && !is_blank(allowed->text)) {
    out.allowed = UnaryTests::compile(*allowed, FactNames(), *type);
    out.allowed_text = allowed->text;
  }
  return out;
}

Input compile_input(const DecisionTableText::Input& text, const FactNames& known) {
  const std::string name = text.label.empty() ? text.expression.text : text.label;
  Constraint constraint =
      compile_constraint(fmt::format("input '{}'", name), text.type, text.allowed, text.source);
  Expression expression = Expression::compile(text.expression, known);
  const Type found = expression.type();
  if (constraint.type == Type::kAny) constraint.type = found;
  if (found != Type::kAny && found != constraint.type)
    refuse(text.expression.source,
           fmt::format("{} is a {}, but its expression is a {}", constraint.what,
                       name_of(constraint.type), name_of(found)));
  return {std::move(constraint), std::move(expression), text.source};
}

/// An expression whose type, or value when it is a literal, is known to fit the output.
Expression compile_result(const Text& text, const Constraint& constraint, const FactNames& known) {
  if (is_blank(text.text))
    refuse(text.source,
           fmt::format("the entry for {} is empty; null says no value", constraint.what));
  Expression expression = Expression::compile(text, known);
  if (const Value* literal = expression.literal()) {
    check(*literal, constraint, text.source);
  } else if (constraint.type != Type::kAny && expression.type() != Type::kAny &&
             constraint.type != expression.type()) {
    refuse(text.source, fmt::format("{} is a {}, but its expression is a {}", constraint.what,
                                    name_of(constraint.type), name_of(expression.type())));
  }
  return expression;
}

Output compile_output(const DecisionTableText::Output& text, const std::string& name,
                      const FactNames& known) {
  Output out{.constraint = compile_constraint(fmt::format("output '{}'", name), text.type,
                                              text.allowed, text.source),
             .default_value = {},
             .source = text.source};
  if (text.default_value)
    out.default_value = compile_result(*text.default_value, out.constraint, known);
  return out;
}

UnaryTests compile_tests(const Text& text, const Constraint& constraint, const FactNames& known) {
  UnaryTests tests = UnaryTests::compile(text, known, constraint.type);
  for (const Value& literal : tests.literals()) check(literal, constraint, text.source);
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

void check_policy(const DecisionTableText& text) {
  const bool supported = text.hit_policy == HitPolicy::kUnique ||
                         text.hit_policy == HitPolicy::kFirst ||
                         text.hit_policy == HitPolicy::kCollect;
  if (!supported)
    refuse(text.source,
           fmt::format("table '{}' has the hit policy {}; supported are UNIQUE, FIRST and COLLECT "
                       "(plain or with SUM, MIN, MAX or COUNT)",
                       text.name, name_of(text.hit_policy)));
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

}  // namespace

struct DecisionTable::Compiled {
  std::string id;
  std::string name;
  HitPolicy hit_policy;
  Aggregation aggregation;
  std::size_t fact_count;
  std::vector<Input> inputs;
  std::vector<std::string> output_names;
  std::vector<Output> outputs;
  std::vector<Rule> rules;
  Source source;

  const Rule& rule(std::size_t number) const { return rules.at(number - 1); }
  Rule compile_rule(const DecisionTableText::Rule& text, std::size_t number,
                    const FactNames& known) const;
  std::vector<std::size_t> matches(const Facts& facts) const;
  Result result_of(const Rule& rule, const Facts& facts) const;
  std::vector<Result> defaults(const Facts& facts) const;
  Value aggregate(const std::vector<std::size_t>& fired, const std::vector<Result>& results) const;
};

Rule DecisionTable::Compiled::compile_rule(const DecisionTableText::Rule& text, std::size_t number,
                                           const FactNames& known) const {
  if (text.inputs.size() != inputs.size())
    refuse(text.source, fmt::format("rule {} has {}, but table '{}' has {}", number,
                                    counted(text.inputs.size(), "input entry", "input entries"),
                                    name, counted(inputs.size(), "input", "inputs")));
  if (text.outputs.size() != outputs.size())
    refuse(text.source, fmt::format("rule {} has {}, but table '{}' has {}", number,
                                    counted(text.outputs.size(), "output entry", "output entries"),
                                    name, counted(outputs.size(), "output", "outputs")));
  Rule out{.id = text.id,
           .annotation = text.annotation,
           .inputs = {},
           .outputs = {},
           .source = text.source};
  for (std::size_t i = 0; i < inputs.size(); ++i)
    out.inputs.push_back(compile_tests(text.inputs[i], inputs[i].constraint, known));
  for (std::size_t i = 0; i < outputs.size(); ++i)
    out.outputs.push_back(
        {compile_result(text.outputs[i], outputs[i].constraint, known), text.outputs[i].source});
  return out;
}

DecisionTable DecisionTable::compile(const DecisionTableText& text, const FactNames& known) {
  check_policy(text);
  Compiled out{.id = text.id,
               .name = text.name,
               .hit_policy = text.hit_policy,
               .aggregation = text.aggregation,
               .fact_count = known.size(),
               .inputs = {},
               .output_names = compile_output_names(text),
               .outputs = {},
               .rules = {},
               .source = text.source};
  for (const auto& input : text.inputs) out.inputs.push_back(compile_input(input, known));
  for (std::size_t i = 0; i < text.outputs.size(); ++i)
    out.outputs.push_back(compile_output(text.outputs[i], out.output_names[i], known));
  const bool calculates =
      text.aggregation != Aggregation::kNone && text.aggregation != Aggregation::kCount;
  if (Constraint& only = out.outputs.front().constraint; calculates) {
    if (only.type != Type::kAny && only.type != Type::kNumber)
      refuse(out.outputs.front().source,
             fmt::format("{} needs numbers, but {} is a {}", name_of(text.aggregation), only.what,
                         name_of(only.type)));
    only.type = Type::kNumber;
  }
  if (text.rules.empty()) refuse(text.source, fmt::format("table '{}' has no rule", text.name));
  for (const auto& rule : text.rules)
    out.rules.push_back(out.compile_rule(rule, out.rules.size() + 1, known));
  return DecisionTable(std::make_shared<const Compiled>(std::move(out)));
}

/// The numbers of the rules that fire.
std::vector<std::size_t> DecisionTable::Compiled::matches(const Facts& facts) const {
  struct Found {
    const Value* value = nullptr;
    Value scratch;
  };
  std::vector<Found> found(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    found[i].value = &inputs[i].expression.evaluate(facts, found[i].scratch);
    check(*found[i].value, inputs[i].constraint, inputs[i].source);
  }
  std::vector<std::size_t> out;
  for (std::size_t r = 0; r < rules.size(); ++r) {
    bool fires = true;
    for (std::size_t i = 0; fires && i < inputs.size(); ++i)
      fires = rules[r].inputs[i].matches(*found[i].value, facts);
    if (!fires) continue;
    out.push_back(r + 1);
    if (hit_policy == HitPolicy::kFirst) break;
  }
  return out;
}

Result DecisionTable::Compiled::result_of(const Rule& fired, const Facts& facts) const {
  Result out;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const OutputEntry& entry = fired.outputs[i];
    Value value = entry.expression.evaluate(facts);
    check(value, outputs[i].constraint, entry.source);
    out.emplace(output_names[i], std::move(value));
  }
  return out;
}

std::vector<Result> DecisionTable::Compiled::defaults(const Facts& facts) const {
  const bool some = std::any_of(outputs.begin(), outputs.end(), [](const Output& output) {
    return output.default_value.has_value();
  });
  if (!some) return {};
  Result out;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    Value value = outputs[i].default_value ? outputs[i].default_value->evaluate(facts) : Value();
    check(value, outputs[i].constraint, outputs[i].source);
    out.emplace(output_names[i], std::move(value));
  }
  return {std::move(out)};
}

/// `results` is empty for COUNT at most.
Value DecisionTable::Compiled::aggregate(const std::vector<std::size_t>& fired,
                                         const std::vector<Result>& results) const {
  if (aggregation == Aggregation::kCount) return Decimal(static_cast<std::int64_t>(fired.size()));
  std::optional<Decimal> out;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Decimal* number = results[i].begin()->second.number();
    if (number == nullptr)
      refuse(rule(fired[i]).source, fmt::format("{} needs numbers, but rule {} gives null",
                                                name_of(aggregation), fired[i]));
    if (!out) {
      out = *number;
    } else if (aggregation == Aggregation::kSum) {
      out = sum(*out, *number);
    } else {
      out = aggregation == Aggregation::kMin ? std::min(*out, *number) : std::max(*out, *number);
    }
  }
  return *out;
}

Outcome DecisionTable::evaluate(const Facts& facts) const {
  const Compiled& table = *compiled_;
  RK_CHECK(facts.size() >= table.fact_count);
  Outcome out{.rules_fired = table.matches(facts), .results = {}};
  if (table.hit_policy == HitPolicy::kUnique && out.rules_fired.size() > 1) {
    std::vector<std::string> places;
    for (const std::size_t number : out.rules_fired)
      places.push_back(fmt::format("{} (line {})", number, table.rule(number).source.line));
    refuse(table.source, fmt::format("table '{}' has the hit policy UNIQUE, but rules {} match",
                                     table.name, fmt::join(places, " and ")));
  }
  out.results.reserve(out.rules_fired.size());
  for (const std::size_t number : out.rules_fired)
    out.results.push_back(table.result_of(table.rule(number), facts));
  if (out.rules_fired.empty() && table.aggregation != Aggregation::kCount) {
    out.results = table.defaults(facts);
  } else if (table.aggregation != Aggregation::kNone) {
    Value all = table.aggregate(out.rules_fired, out.results);
    out.results = {Result{{table.output_names.front(), std::move(all)}}};
  }
  return out;
}

DecisionTable::DecisionTable(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

const std::string& DecisionTable::id() const {
  return compiled_->id;
}
const std::string& DecisionTable::name() const {
  return compiled_->name;
}
const std::vector<std::string>& DecisionTable::output_names() const {
  return compiled_->output_names;
}
std::size_t DecisionTable::rule_count() const {
  return compiled_->rules.size();
}
const std::string& DecisionTable::rule_id(std::size_t number) const {
  return compiled_->rule(number).id;
}
const std::string& DecisionTable::annotation(std::size_t number) const {
  return compiled_->rule(number).annotation;
}

}  // namespace reckoner::rules
