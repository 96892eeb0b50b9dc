#include "rules/decision_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "rules/decision_table_parts.hpp"
#include "rules/expression.hpp"
#include "rules/number.hpp"

namespace reckoner::rules {

namespace table {

void check(const Value& value, const Column& column, const Source& source) {
  if (column.item == nullptr) return;
  if (const auto reason = misfit(value, *column.item))
    refuse(source, fmt::format("{} {}", column.what, *reason));
}

void refuse(const Source& source, const std::string& reason) {
  throw Error(reason).in(source.to_string());
}

}  // namespace table

using table::check;
using table::refuse;
using table::Rule;

struct DecisionTable::Compiled : table::Parts {
  const Rule& rule(std::size_t number) const { return rules.at(number - 1); }
  std::vector<std::size_t> matches(Frame& frame) const;
  Result result_of(const Rule& rule, Frame& frame) const;
  std::vector<Result> defaults(Frame& frame) const;
  Value aggregate(const std::vector<std::size_t>& fired, const std::vector<Result>& results) const;
  bool is_before(const Result& a, const Result& b) const;
  void put_in_order(Outcome& outcome) const;
  void check_same(const Outcome& outcome) const;
  void refuse_several(const Outcome& outcome) const;
  Value value_of(const Result& result) const;
  Value value_of(const Outcome& outcome) const;
  bool gives_list() const {
    return aggregation == Aggregation::kNone &&
           (hit_policy == HitPolicy::kCollect || hit_policy == HitPolicy::kRuleOrder ||
            hit_policy == HitPolicy::kOutputOrder);
  }
};

DecisionTable DecisionTable::compile(const DecisionTableText& text, Scope& scope,
                                     const ItemTypes& types) {
  return DecisionTable(
      std::make_shared<const Compiled>(Compiled{table::compile_parts(text, scope, types)}));
}

/// The numbers of the rules that fire.
std::vector<std::size_t> DecisionTable::Compiled::matches(Frame& frame) const {
  struct Found {
    const Value* value = nullptr;
    Value scratch;
  };
  std::vector<Found> found(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    found[i].value = &inputs[i].expression.evaluate(frame, found[i].scratch);
    check(*found[i].value, inputs[i].column, inputs[i].source);
  }
  std::vector<std::size_t> out;
  frame.budget.spend(rules.size());
  for (std::size_t r = 0; r < rules.size(); ++r) {
    bool fires = true;
    for (std::size_t i = 0; fires && i < inputs.size(); ++i)
      fires = rules[r].inputs[i].matches(*found[i].value, frame);
    if (!fires) continue;
    out.push_back(r + 1);
    if (hit_policy == HitPolicy::kFirst) break;
  }
  return out;
}

Result DecisionTable::Compiled::result_of(const Rule& fired, Frame& frame) const {
  Result out;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const table::OutputEntry& entry = fired.outputs[i];
    Value value = rules::value_of(*entry.expression.root(), frame);
    check(value, outputs[i].column, entry.source);
    out.emplace(output_names[i], std::move(value));
  }
  return out;
}

std::vector<Result> DecisionTable::Compiled::defaults(Frame& frame) const {
  const bool some = std::any_of(outputs.begin(), outputs.end(), [](const table::Output& output) {
    return output.default_value.has_value();
  });
  if (!some) return {};
  Result out;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto& text = outputs[i].default_value;
    Value value = text ? rules::value_of(*text->root(), frame) : Value();
    check(value, outputs[i].column, outputs[i].source);
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

/// Whether `a` has the higher priority: the first output decides whose values differ in rank.
bool DecisionTable::Compiled::is_before(const Result& a, const Result& b) const {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::vector<Value>& ranks = outputs[i].ranks;
    if (ranks.empty()) continue;
    const auto rank = [&](const Result& result) {
      return std::find(ranks.begin(), ranks.end(), result.at(output_names[i])) - ranks.begin();
    };
    if (rank(a) != rank(b)) return rank(a) < rank(b);
  }
  return false;
}

/// By priority, and in the order of the table where that is the same.
void DecisionTable::Compiled::put_in_order(Outcome& outcome) const {
  std::vector<std::size_t> order(outcome.results.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return is_before(outcome.results[a], outcome.results[b]);
  });
  Outcome out;
  for (const std::size_t i : order) {
    out.rules_fired.push_back(outcome.rules_fired[i]);
    out.results.push_back(std::move(outcome.results[i]));
  }
  outcome = std::move(out);
}

void DecisionTable::Compiled::check_same(const Outcome& outcome) const {
  for (std::size_t i = 1; i < outcome.results.size(); ++i)
    if (outcome.results[i] != outcome.results.front())
      refuse(source, fmt::format("table '{}' has the hit policy ANY, but rules {} (line {}) and {} "
                                 "(line {}) give different results",
                                 name, outcome.rules_fired.front(),
                                 rule(outcome.rules_fired.front()).source.line,
                                 outcome.rules_fired[i], rule(outcome.rules_fired[i]).source.line));
}

void DecisionTable::Compiled::refuse_several(const Outcome& outcome) const {
  std::vector<std::string> places;
  for (const std::size_t number : outcome.rules_fired)
    places.push_back(fmt::format("{} (line {})", number, rule(number).source.line));
  refuse(source, fmt::format("table '{}' has the hit policy UNIQUE, but rules {} match", name,
                             fmt::join(places, " and ")));
}

Value DecisionTable::Compiled::value_of(const Result& result) const {
  if (outputs.size() == 1) return result.begin()->second;
  Value::Entries entries;
  for (const std::string& output : output_names) entries.push_back({output, result.at(output)});
  return Value::context(std::move(entries));
}

Value DecisionTable::Compiled::value_of(const Outcome& outcome) const {
  if (!gives_list()) return outcome.results.empty() ? Value() : value_of(outcome.results.front());
  if (outcome.rules_fired.empty())
    return outcome.results.empty() ? Value::list({}) : value_of(outcome.results.front());
  Value::Items items;
  for (const Result& result : outcome.results) items.push_back(value_of(result));
  return Value::list(std::move(items));
}

Outcome DecisionTable::evaluate(Frame& frame) const {
  const Compiled& table = *compiled_;
  Outcome out{.rules_fired = table.matches(frame), .results = {}, .value = {}};
  if (table.hit_policy == HitPolicy::kUnique && out.rules_fired.size() > 1)
    table.refuse_several(out);
  out.results.reserve(out.rules_fired.size());
  for (const std::size_t number : out.rules_fired)
    out.results.push_back(table.result_of(table.rule(number), frame));
  if (out.rules_fired.empty() && table.aggregation != Aggregation::kCount) {
    out.results = table.defaults(frame);
  } else if (table.aggregation != Aggregation::kNone) {
    Value all = table.aggregate(out.rules_fired, out.results);
    out.results = {Result{{table.output_names.front(), std::move(all)}}};
  } else if (table.hit_policy == HitPolicy::kAny) {
    table.check_same(out);
    out.results.resize(1);
  } else if (table.hit_policy == HitPolicy::kPriority) {
    table.put_in_order(out);
    out.rules_fired.resize(1);
    out.results.resize(1);
  } else if (table.hit_policy == HitPolicy::kOutputOrder) {
    table.put_in_order(out);
  }
  out.value = table.value_of(out);
  return out;
}

DecisionTable::DecisionTable(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

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

Type DecisionTable::type() const {
  if (compiled_->aggregation != Aggregation::kNone) return Type::kNumber;
  if (compiled_->gives_list()) return Type::kAny;
  if (compiled_->outputs.size() > 1) return Type::kContext;
  const ItemTypePointer& item = compiled_->outputs.front().column.item;
  return item != nullptr ? item->kind : Type::kAny;
}

}  // namespace reckoner::rules
