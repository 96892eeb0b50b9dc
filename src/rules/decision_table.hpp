#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/facts.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

/// Tables with kUnique, kFirst and kCollect are evaluated; the others are refused when compiled.
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

/// A decision table as it stands in its file: texts, with where they stand.
struct DecisionTableText {
  struct Input {
    std::string label;            ///< for people; may be empty
    Text expression;              ///< mostly the name of a fact
    std::string type;             ///< "string", "number", "boolean", or empty: the expression's own
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

/// Values by the name of their output.
using Result = std::map<std::string, Value, std::less<>>;

/// What a table decided. No rule matched: both are empty, unless the table counts (one result of 0)
/// or else an output has a default (one result; outputs without a default are null).
struct Outcome {
  std::vector<std::size_t> rules_fired;  ///< numbers from 1, in the order of the table
  std::vector<Result> results;  ///< one for each rule fired; with an aggregation one in all
};

/// A compiled decision table. Immutable and cheap to copy; evaluated from any number of threads.
class DecisionTable {
 public:
  /// Throws Error "file:line: reason" for the first thing that is wrong: an unknown name (with the
  /// nearest known one), a text that does not parse, a literal of another type than its input or
  /// output or not among the allowed values, a wrong number of entries, a hit policy or aggregation
  /// that is not supported. `known` may end before the table.
  static DecisionTable compile(const DecisionTableText& text, const FactNames& known);

  /// `facts` has a value for every name of `known`. Throws Error "file:line: reason" when UNIQUE
  /// has more than one match, when an input or a result is of another type than declared or not
  /// among the allowed values, and when an aggregation meets a result that is no number.
  Outcome evaluate(const Facts& facts) const;

  const std::string& id() const;
  const std::string& name() const;
  /// In the order of the table.
  const std::vector<std::string>& output_names() const;
  std::size_t rule_count() const;
  /// Of a rule by its number, from 1; empty when the file gave none.
  const std::string& rule_id(std::size_t number) const;
  const std::string& annotation(std::size_t number) const;

 private:
  struct Compiled;
  explicit DecisionTable(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace reckoner::rules
