#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/expression.hpp"
#include "rules/item_type.hpp"
#include "rules/model_text.hpp"

/// What a decision table is made of once it is compiled. For the table's files only.
namespace reckoner::rules::table {

/// What values of an input or output must be: `what` names it in errors ("input 'plan.name'").
struct Column {
  std::string what;
  ItemTypePointer item;  ///< none: anything
};

struct Input {
  Column column;
  Expression expression;
  Source source;
};

struct Output {
  Column column;
  std::optional<Expression> default_value;
  std::vector<Value> ranks;  ///< the allowed values, the highest priority first
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

struct Parts {
  std::string name;
  HitPolicy hit_policy;
  Aggregation aggregation;
  std::vector<Input> inputs;
  std::vector<std::string> output_names;
  std::vector<Output> outputs;
  std::vector<Rule> rules;
  Source source;
};

/// Throws Error "file:line: reason" for the first thing that is wrong.
Parts compile_parts(const DecisionTableText& text, Scope& scope, const ItemTypes& types);

/// Refuses a value that does not fit the column.
void check(const Value& value, const Column& column, const Source& source);
[[noreturn]] void refuse(const Source& source, const std::string& reason);

}  // namespace reckoner::rules::table
