#include "handlers/rule_handler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rules/decision_table.hpp"

namespace reckoner::handlers {

namespace {

constexpr std::string_view kFee = "fee";
constexpr std::string_view kCreditLimit = "credit limit";

/// The facts a table may use, by slot. Documented in docs/rules.md.
struct FactSlots {
  rules::FactNames names;
  std::size_t plan_name = names.add("plan.name", rules::Type::kString);
  std::size_t plan_title = names.add("plan.title", rules::Type::kString);
  std::size_t currency = names.add("plan.currency", rules::Type::kString);
  std::size_t customer_key = names.add("customer.key", rules::Type::kString);
  std::size_t customer_zone = names.add("customer.time zone", rules::Type::kString);
  std::size_t subscription_days = names.add("subscription.days", rules::Type::kNumber);
  std::size_t period_days = names.add("period.days", rules::Type::kNumber);
  std::size_t period_label = names.add("period.label", rules::Type::kString);
};

const FactSlots& slots() {
  static const FactSlots instance;
  return instance;
}

void set_plan(rules::Facts& facts, const domain::Plan& plan) {
  facts[slots().plan_name] = plan.name;
  facts[slots().plan_title] = plan.title;
  facts[slots().currency] = plan.currency.code();
}

bool has_fee_from_rule(const domain::Plan& plan) {
  return std::any_of(plan.charges.begin(), plan.charges.end(), [](const domain::Charge& charge) {
    const auto* flat = std::get_if<domain::Flat>(&charge.model);
    return flat && !flat->amount;
  });
}

const domain::Charge* fixed_fee(const domain::Plan& plan) {
  for (const domain::Charge& charge : plan.charges) {
    const auto* flat = std::get_if<domain::Flat>(&charge.model);
    if (flat && flat->amount) return &charge;
  }
  return nullptr;
}

class RuleHandler : public engine::StatementHandler {
 public:
  explicit RuleHandler(const engine::HandlerSettings& settings)
      : member_(settings.text("file")), table_(compile(settings, member_)) {
    check_outputs(settings);
    check_single_rule_fees(settings);
    check_fixed_fees(settings);
  }

  void handle(engine::StatementContext& context) const override {
    context.for_each_period([&](engine::PeriodWork& period) {
      for (engine::Segment& segment : period.segments) apply(period, segment);
    });
  }

 private:
  static rules::DecisionTable compile(const engine::HandlerSettings& settings,
                                      const std::string& member) {
    const auto& tables = settings.configuration().decision_tables;
    const auto found = tables.find(member);
    if (found == tables.end()) {
      throw Error(fmt::format("{}:{}: '{}' is not a decision table (a .dmn file)",
                              settings.place().file, settings.place().line, member));
    }
    return rules::DecisionTable::compile(found->second, slots().names);
  }

  void check_outputs(const engine::HandlerSettings& settings) const {
    for (const std::string& name : table_.output_names()) {
      if (name == kFee || name == kCreditLimit) continue;
      throw Error(fmt::format(
          "{}:{}: decision table {} has an output '{}', but RuleHandler knows 'fee' and "
          "'credit limit'",
          settings.place().file, settings.place().line, member_, name));
    }
  }

  /// The table has one output for a fee: it could not tell two charges apart.
  static void check_single_rule_fees(const engine::HandlerSettings& settings) {
    for (const domain::Plan& plan : settings.configuration().plans) {
      const domain::Charge* first = nullptr;
      for (const domain::Charge& charge : plan.charges) {
        const auto* flat = std::get_if<domain::Flat>(&charge.model);
        if (flat == nullptr || flat->amount) continue;
        if (first != nullptr) {
          throw Error(fmt::format(
              "{}:{}: plan '{}' leaves two fees to a rule, '{}' and '{}', but a "
              "rule sets one",
              charge.place.file, charge.place.line, plan.name, first->name, charge.name));
        }
        first = &charge;
      }
    }
  }

  /// A rule that sets the fee of a plan with a fixed one would make the figure in the plan a lie.
  void check_fixed_fees(const engine::HandlerSettings& settings) const {
    for (const domain::Plan& plan : settings.configuration().plans) {
      const domain::Charge* fixed = fixed_fee(plan);
      if (fixed == nullptr || has_fee_from_rule(plan)) continue;
      rules::Facts facts = slots().names.unknown();
      set_plan(facts, plan);
      const rules::Outcome outcome = table_.evaluate(facts);
      for (const rules::Result& result : outcome.results) {
        const auto fee = result.find(kFee);
        if (fee == result.end() || fee->second.is_null()) continue;
        throw Error(fmt::format(
            "{}:{}: {} sets the fee of plan '{}', which has a fixed one: write fee=\"rule\" "
            "here, or take the plan out of the table",
            fixed->place.file, fixed->place.line, source(outcome), plan.name));
      }
    }
  }

  void apply(const engine::PeriodWork& period, engine::Segment& segment) const {
    rules::Facts facts = slots().names.unknown();
    set_plan(facts, *segment.plan);
    facts[slots().customer_key] = period.customer->customer.key;
    facts[slots().customer_zone] = period.customer->customer.zone.name();
    facts[slots().subscription_days] = money::Decimal(segment.coverage.days);
    facts[slots().period_days] = money::Decimal(segment.coverage.period_days);
    facts[slots().period_label] = period.bounds.label;
    const rules::Outcome outcome = table_.evaluate(facts);
    if (const auto fee = number(outcome, kFee)) set_fee(segment, *fee, source(outcome));
    if (const auto limit = number(outcome, kCreditLimit)) segment.credit_limit = limit;
  }

  /// The one number that the rules which fired give under that name, if any does.
  std::optional<money::Decimal> number(const rules::Outcome& outcome, std::string_view name) const {
    std::optional<money::Decimal> only;
    for (const rules::Result& result : outcome.results) {
      const auto found = result.find(name);
      if (found == result.end() || found->second.is_null()) continue;
      const money::Decimal* number = found->second.number();
      if (number == nullptr) throw Error(fmt::format("the rule's '{}' is not a number", name));
      if (number->sign() < 0) throw Error(fmt::format("the rule's '{}' is negative", name));
      if (only) {
        throw Error(fmt::format("{}: more than one of them sets '{}'", source(outcome), name));
      }
      only = *number;
    }
    return only;
  }

  /// Sets what the plan leaves to a rule. Where it leaves nothing, a rule may not speak.
  static void set_fee(engine::Segment& segment, const money::Decimal& fee,
                      const std::string& source) {
    if (!has_fee_from_rule(*segment.plan)) {
      if (const domain::Charge* fixed = fixed_fee(*segment.plan)) {
        throw Error(fmt::format("subscription {}, charge {}: {} sets a fee that the plan fixes",
                                segment.subscription->number, fixed->name, source));
      }
    }
    for (engine::ChargeDraft& draft : segment.charges) {
      const auto* flat = std::get_if<domain::Flat>(&draft.charge->model);
      if (flat == nullptr || flat->amount) continue;
      draft.fee = fee;
      draft.fee_source = source;
    }
  }

  std::string source(const rules::Outcome& outcome) const {
    std::string text = member_;
    for (std::size_t rule : outcome.rules_fired) text += fmt::format(" rule {}", rule);
    return text;
  }

  const std::string member_;
  const rules::DecisionTable table_;
};

}  // namespace

engine::HandlerSpec rule_spec() {
  return {
      .class_name = "RuleHandler",
      .summary =
          "Lets a DMN decision table set the fee of plans that say fee=\"rule\", and credit "
          "limits.",
      .parameters = {{"file", engine::ParameterKind::kMember,
                      "the decision table, such as pricing/subscription-fee.dmn", std::nullopt}},
      .needs = {engine::Fact::kDraftStatements},
      .leaves = {},
      .uses_up = {},
      .create = [](const engine::HandlerSettings& settings) {
        return std::make_unique<RuleHandler>(settings);
      }};
}

}  // namespace reckoner::handlers
