#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/decision_table.hpp"
#include "rules/facts.hpp"
#include "rules/model_text.hpp"

namespace reckoner::rules {

/// Functions of a model that call one another are not deeper.
constexpr int kCallDepthMax = 32;

/// A compiled decision model: its decisions and the functions and types they use. Immutable and
/// cheap to copy; evaluated from any number of threads.
class DecisionModel {
 public:
  /// `known` are the facts there will be; decisions may use all of them, the decisions and
  /// functions they say they need, and nothing else. Throws Error "file:line: reason" for the first
  /// thing that is wrong: input data that is not among the facts or of another type, an unknown
  /// name, type, function or id (with the nearest known one), names or ids there twice, decisions
  /// or functions that need themselves, and whatever DecisionTable and the language refuse.
  static DecisionModel compile(const DmnModel& text, const FactNames& known);

  /// The value of a decision, after those it needs. `facts` has a value for every fact. A decision
  /// that is no table has fired no rules; its results are one for a value (by the name of the
  /// decision) or a context (by its entries), none for null. Throws Error when there is no decision
  /// of that name, when input data is not of its declared type, and as DecisionTable does.
  Outcome evaluate(std::string_view decision, const Facts& facts) const;

  /// All decisions, each behind those it needs.
  std::vector<std::string> decisions() const;
  /// The one decision that no other needs. Throws Error "file:line: reason" when there are several.
  const std::string& top_decision() const;
  /// The names in the results of a decision: the outputs of a table, the entries of a context, or
  /// its own name. Throws Error when there is no decision of that name.
  const std::vector<std::string>& output_names(std::string_view decision) const;

 private:
  struct Compiled;
  explicit DecisionModel(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

/// The input data of a model as facts, for a model that brings its own: slots in the order of the
/// file. Throws Error "file:line: reason" for unknown types and names that cannot be facts.
FactNames facts_of(const DmnModel& text);

}  // namespace reckoner::rules
