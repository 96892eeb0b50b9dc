#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/item_type.hpp"
#include "rules/model_text.hpp"
#include "rules/scope.hpp"
#include "rules/tree.hpp"

namespace reckoner::rules {

/// Values by the name of their output.
using Result = std::map<std::string, Value, std::less<>>;

/// What a table decided. No rule matched: both are empty, unless the table counts (one result of 0)
/// or else an output has a default (one result; outputs without a default are null).
struct Outcome {
  std::vector<std::size_t> rules_fired;  ///< numbers from 1, in the order of the results
  std::vector<Result> results;  ///< one for each rule that counts; with an aggregation one in all
  /// The whole as one value: of a table with one output its value, else a context; a list of them
  /// for COLLECT, RULE ORDER and OUTPUT ORDER; null when no rule matched and there is no default.
  Value value;
};

/// A compiled decision table. Immutable and cheap to copy; evaluated from any number of threads.
class DecisionTable {
 public:
  /// Throws Error "file:line: reason" for the first thing that is wrong: an unknown name (with the
  /// nearest known one), a text that does not parse, a literal of another type than its input or
  /// output or not among the allowed values, a wrong number of entries, an aggregation or priority
  /// that cannot be.
  static DecisionTable compile(const DecisionTableText& text, Scope& scope, const ItemTypes& types);

  /// Throws Error "file:line: reason" when UNIQUE has more than one match, when matches of ANY
  /// differ, when an input or a result is of another type than declared or not among the allowed
  /// values, and when an aggregation meets a result that is no number.
  Outcome evaluate(Frame& frame) const;

  const std::string& name() const;
  /// In the order of the table.
  const std::vector<std::string>& output_names() const;
  std::size_t rule_count() const;
  /// Of a rule by its number, from 1; empty when the file gave none.
  const std::string& rule_id(std::size_t number) const;
  const std::string& annotation(std::size_t number) const;
  /// Of the value, as far as it is known.
  Type type() const;

 private:
  struct Compiled;
  explicit DecisionTable(std::shared_ptr<const Compiled> compiled);
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace reckoner::rules
