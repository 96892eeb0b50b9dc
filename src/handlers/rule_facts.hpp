#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/handler.hpp"
#include "rules/facts.hpp"

namespace reckoner::handlers {

/// Where a RuleHandler stands: before the lines are calculated it decides what they cost, behind it
/// adds to them.
enum class RulePlace { kBeforeCalculation, kBehindCalculation };

/// The facts that rules see at a place of the chain, with their slots. Immutable.
class RuleFacts {
 public:
  RuleFacts(const config::Configuration& configuration, RulePlace place);

  const rules::FactNames& names() const { return names_; }

  /// What a plan alone tells; everything else unknown.
  rules::Facts of_plan(const domain::Plan& plan) const;
  /// Of a subscription in a period. `population` gives the facts of its month.
  rules::Facts of(const engine::PeriodWork& period, const engine::Segment& segment,
                  const std::map<std::string, money::Decimal, std::less<>>& population) const;

 private:
  struct Slots;
  using ByName = std::map<std::string, std::size_t, std::less<>>;

  void add_fixed();
  void set_plan(rules::Facts& facts, const domain::Plan& plan) const;

  const RulePlace place_;
  rules::FactNames names_;
  std::map<std::string_view, std::size_t> fixed_;  // by name
  ByName quantities_;
  ByName populations_;
  ByName meters_;
};

/// A fact as it is told to whoever writes rules; "quantity.NAME" stands for all of its kind.
struct RuleFact {
  std::string name;
  rules::Type type;
  bool behind_only;  ///< seen only behind the calculation
  std::string help;
};
std::vector<RuleFact> rule_facts();

/// The table of docs/rules.md: every fact with its type, where it is seen and what it is. Generated
/// from what RuleFacts knows; a test compares the two.
std::string rule_facts_table();

}  // namespace reckoner::handlers
