#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/facts.hpp"

/// A decision model as it stands in its file: texts, with where they stand. Plain data; nothing of
/// it is checked before it is compiled.
namespace reckoner::rules {

enum class HitPolicy { kUnique, kFirst, kPriority, kAny, kCollect, kRuleOrder, kOutputOrder };
/// What COLLECT makes of its results.
enum class Aggregation { kNone, kSum, kMin, kMax, kCount };

/// The names that DMN files use: "UNIQUE", "RULE ORDER", …; "" is UNIQUE, as the standard says.
/// nullopt for others.
std::optional<HitPolicy> hit_policy_named(std::string_view name);
std::string_view name_of(HitPolicy policy);
/// "SUM", "MIN", "MAX", "COUNT"; "" is kNone. nullopt for others.
std::optional<Aggregation> aggregation_named(std::string_view name);
std::string_view name_of(Aggregation aggregation);

/// A decision table.
struct DecisionTableText {
  struct Input {
    std::string label;            ///< for people; may be empty
    Text expression;              ///< mostly the name of a fact
    std::string type;             ///< the name of a type, or empty: the expression's own
    std::optional<Text> allowed;  ///< unary tests without names that every input but null must pass
    Source source;
  };
  struct Output {
    std::string name;             ///< may be empty when it is the only one: the table's name then
    std::string label;            ///< for people; may be empty
    std::string type;             ///< as of an input
    std::optional<Text> allowed;  ///< as of an input, for every result but null
    std::optional<Text> default_value;  ///< an expression, for when no rule matches
    Source source;
  };
  struct Rule {
    std::string id;             ///< may be empty
    std::vector<Text> inputs;   ///< unary tests, one for each input
    std::vector<Text> outputs;  ///< expressions, one for each output
    std::string annotation;     ///< for people; may be empty
    Source source;
  };

  std::string id;
  std::string name;
  HitPolicy hit_policy = HitPolicy::kUnique;
  Aggregation aggregation = Aggregation::kNone;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<Rule> rules;
  Source source;
};

struct LogicText;

/// A call of a function by its name with arguments by theirs (boxed invocation).
struct InvocationText {
  struct Binding {
    std::string parameter;
    std::vector<LogicText> value;  ///< one
    Source source;
  };
  Text function;
  std::vector<Binding> bindings;
};

/// Named values, of which later ones may use earlier ones (boxed context).
struct ContextText {
  struct Entry {
    std::string name;  ///< empty: the last one, which is the result of the whole
    std::string type;
    std::vector<LogicText> value;  ///< one
    Source source;
  };
  std::vector<Entry> entries;
};

/// Several values (boxed list).
struct ListText {
  std::vector<LogicText> items;
};

/// What a decision or a function does: an expression, a table, or a box of these.
struct LogicText {
  std::variant<Text, DecisionTableText, InvocationText, ContextText, ListText> content;
  std::string type;  ///< the name of a type, or empty
  Source source;
};

/// A type (item definition), or a component of one.
struct ItemDefinitionText {
  std::string name;
  std::string type;  ///< the name of the type it refines; empty with components
  bool is_collection = false;
  std::vector<ItemDefinitionText> components;
  std::optional<Text> allowed;  ///< unary tests
  Source source;
};

/// Something that is given from outside.
struct InputDataText {
  std::string id;
  std::string name;
  std::string type;
  Source source;
};

/// What a decision or a function needs: the id of another element.
struct RequirementText {
  std::string id;
  Source source;
};

/// A function of the model (business knowledge model).
struct KnowledgeText {
  struct Parameter {
    std::string name;
    std::string type;
    Source source;
  };
  std::string id;
  std::string name;
  std::string type;  ///< of its result
  std::vector<Parameter> parameters;
  LogicText logic;
  std::vector<RequirementText> functions;
  Source source;
};

struct DecisionText {
  std::string id;
  std::string name;
  std::string type;  ///< of its result
  LogicText logic;
  std::vector<RequirementText> inputs;
  std::vector<RequirementText> decisions;
  std::vector<RequirementText> functions;
  Source source;
};

struct DmnModel {
  std::string name;
  std::vector<ItemDefinitionText> items;
  std::vector<InputDataText> inputs;
  std::vector<KnowledgeText> functions;
  std::vector<DecisionText> decisions;
  Source source;
};

}  // namespace reckoner::rules
