#include "handlers/rule_handler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "engine/population.hpp"
#include "handlers/rule_facts.hpp"
#include "handlers/tax_split.hpp"
#include "rules/decision_model.hpp"
#include "text/json.hpp"

namespace reckoner::handlers {

namespace {

constexpr std::string_view kFee = "fee";
constexpr std::string_view kCreditLimit = "credit limit";
constexpr std::string_view kEnvironmentFactor = "environment factor";
constexpr std::string_view kSurcharge = "surcharge";
constexpr std::string_view kDiscount = "discount";

constexpr std::array kBefore{kFee, kCreditLimit, kEnvironmentFactor};
constexpr std::array kBehind{kSurcharge, kDiscount};

using Population = engine::FactSource::Population;

bool is_left_to_rule(const domain::Charge& charge) {
  return std::any_of(charge.terms.begin(), charge.terms.end(), [](const domain::Terms& terms) {
    const auto* rate = std::get_if<domain::Rate>(&terms.model);
    const auto* flat = rate ? std::get_if<domain::Flat>(rate) : nullptr;
    return flat && !flat->amount;
  });
}

bool has_fee_from_rule(const domain::Plan& plan) {
  return std::any_of(plan.charges.begin(), plan.charges.end(), is_left_to_rule);
}

const domain::Charge* fixed_fee(const domain::Plan& plan) {
  for (const domain::Charge& charge : plan.charges) {
    const auto* rate = std::get_if<domain::Rate>(&charge.terms.front().model);
    const auto* flat = rate ? std::get_if<domain::Flat>(rate) : nullptr;
    if (flat && flat->amount) return &charge;
  }
  return nullptr;
}

/// The population facts of the periods in hand.
class Populations {
 public:
  explicit Populations(engine::StatementContext& context)
      : configuration_(context.configuration()) {
    if (configuration_.population_facts.empty()) return;
    std::set<std::string> months;
    for (const engine::PeriodWork* period : context.periods()) months.insert(month_of(*period));
    by_month_ = context.facts().population_facts({months.begin(), months.end()});
  }

  const Population& of(const engine::PeriodWork& period) const {
    static const Population kNone;
    if (configuration_.population_facts.empty()) return kNone;
    const auto found = by_month_.find({period.cycle->engine, month_of(period)});
    return found == by_month_.end() ? kNone : found->second;
  }

 private:
  std::string month_of(const engine::PeriodWork& period) const {
    return engine::population_month(period.bounds,
                                    engine::zone_of_engine(configuration_, period.cycle->engine));
  }

  const config::Configuration& configuration_;
  engine::FactSource::PopulationByMonth by_month_;
};

class RuleHandler : public engine::StatementHandler {
 public:
  explicit RuleHandler(const engine::HandlerSettings& settings)
      : place_(settings.is_present(engine::Fact::kStatementLines) ? RulePlace::kBehindCalculation
                                                                  : RulePlace::kBeforeCalculation),
        member_(settings.text("file")),
        facts_(settings.configuration(), place_),
        model_(compile(settings)),
        decision_(model_.top_decision()) {
    check_outputs(settings);
    check_single_rule_fees(settings);
    check_fixed_fees(settings);
  }

  void handle(engine::StatementContext& context) const override {
    const Populations populations(context);
    context.for_each_period([&](engine::PeriodWork& period) {
      if (place_ == RulePlace::kBehindCalculation && period.key.side == domain::Side::kAdvance) {
        return;
      }
      const Population& population = populations.of(period);
      std::vector<domain::StatementLine> added;
      for (engine::Segment& segment : period.segments) {
        const rules::Outcome outcome =
            model_.evaluate(decision_, facts_.of(period, segment, population));
        if (place_ == RulePlace::kBeforeCalculation) {
          decide(segment, outcome);
        } else {
          add_lines(context, period, segment, outcome, added);
        }
      }
      std::move(added.begin(), added.end(), std::back_inserter(period.lines));
    });
  }

 private:
  rules::DecisionModel compile(const engine::HandlerSettings& settings) const {
    const auto& models = settings.configuration().decision_models;
    const auto found = models.find(member_);
    if (found == models.end()) {
      throw Error(fmt::format("{}:{}: '{}' is not a decision table (a .dmn file)",
                              settings.place().file, settings.place().line, member_));
    }
    return rules::DecisionModel::compile(found->second, facts_.names());
  }

  void check_outputs(const engine::HandlerSettings& settings) const {
    const auto has = [](const auto& names, std::string_view name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    const bool behind = place_ == RulePlace::kBehindCalculation;
    for (const std::string& name : model_.output_names(decision_)) {
      if (behind ? has(kBehind, name) : has(kBefore, name)) continue;
      if (behind ? has(kBefore, name) : has(kBehind, name)) {
        throw Error(
            fmt::format("{}:{}: {} sets '{}', so it must stand {} "
                        "InvoiceCalculationHandler",
                        settings.place().file, settings.place().line, member_, name,
                        behind ? "before" : "behind"));
      }
      throw Error(
          fmt::format("{}:{}: decision table {} has an output '{}', but RuleHandler knows '{}'",
                      settings.place().file, settings.place().line, member_, name,
                      behind ? fmt::format("{}", fmt::join(kBehind, "', '"))
                             : fmt::format("{}", fmt::join(kBefore, "', '"))));
    }
  }

  /// The model has one output for a fee: it could not tell two charges apart.
  static void check_single_rule_fees(const engine::HandlerSettings& settings) {
    for (const domain::Plan& plan : settings.configuration().plans) {
      const domain::Charge* first = nullptr;
      for (const domain::Charge& charge : plan.charges) {
        if (!is_left_to_rule(charge)) continue;
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
    if (place_ == RulePlace::kBehindCalculation) return;
    for (const domain::Plan& plan : settings.configuration().plans) {
      const domain::Charge* fixed = fixed_fee(plan);
      if (fixed == nullptr || has_fee_from_rule(plan)) continue;
      const rules::Outcome outcome = model_.evaluate(decision_, facts_.of_plan(plan));
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

  void decide(engine::Segment& segment, const rules::Outcome& outcome) const {
    if (const auto fee = number(outcome, kFee)) set_fee(segment, *fee, source(outcome));
    if (const auto limit = number(outcome, kCreditLimit)) segment.credit_limit = limit;
    if (const auto factor = number(outcome, kEnvironmentFactor)) {
      segment.environment_percent = *factor * money::Decimal(100);
      segment.environment_rule = source(outcome);
    }
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
      if (!is_left_to_rule(*draft.charge)) continue;
      draft.fee = fee;
      draft.fee_rule = source;
    }
  }

  /// Percentages on what the subscription's lines come to so far.
  void add_lines(const engine::StatementContext& context, const engine::PeriodWork& period,
                 const engine::Segment& segment, const rules::Outcome& outcome,
                 std::vector<domain::StatementLine>& added) const {
    money::Money base(period.cycle->currency);
    std::vector<domain::StatementLine> lines;
    for (const auto* side : {&period.other_side, &period.lines}) {
      for (const domain::StatementLine& line : *side) {
        if (line.subscription != segment.subscription->number) continue;
        base += line.amount;
        lines.push_back(line);
      }
    }
    const auto add = [&](std::string_view output, std::string_view title, int sign) {
      const auto percent = number(outcome, output);
      if (!percent || percent->is_zero()) return;
      const std::string charge = fmt::format("{}-{}", output, stem());
      text::JsonWriter facts;
      facts.begin_object().key("model").string(fmt::format("rule-{}", output));
      facts.key("percent").number(percent->to_string());
      facts.key("base").string(base.to_string()).key("rule").string(source(outcome));
      facts.end_object();
      const money::Ratio exact = base * money::Ratio(*percent * money::Decimal(sign), 100);
      const money::Money amount = money::round_to_currency(
          exact, period.cycle->currency, context.configuration().settings.rounding());
      const std::string json = facts.finish();
      for (const auto& [tax, part] : split_by_tax(lines, amount)) {
        added.push_back(
            {.key = domain::make_line_key(segment.subscription->number, charge,
                                          tax == "standard" ? "" : fmt::format("tax={}", tax),
                                          domain::Side::kArrears),
             .subscription = segment.subscription->number,
             .charge = charge,
             .description = fmt::format("{} of {} % on {} {}", title, percent->to_string(),
                                        base.to_string(), period.cycle->currency.code()),
             .starts_on = segment.days.starts_on,
             .ends_on = segment.days.ends_on,
             .quantity = *percent,
             .unit = "%",
             .amount = part,
             .facts = json,
             .tax = tax});
      }
    };
    add(kSurcharge, "Surcharge", 1);
    add(kDiscount, "Discount", -1);
  }

  /// "heavy-api-use" of "pricing/heavy-api-use.dmn".
  std::string stem() const { return std::filesystem::path(member_).stem().string(); }

  std::string source(const rules::Outcome& outcome) const {
    std::string text = member_;
    for (std::size_t rule : outcome.rules_fired) text += fmt::format(" rule {}", rule);
    return text;
  }

  const RulePlace place_;
  const std::string member_;
  const RuleFacts facts_;
  const rules::DecisionModel model_;
  const std::string decision_;  ///< the one that no other needs
};

}  // namespace

engine::HandlerSpec rule_spec() {
  return {
      .class_name = "RuleHandler",
      .summary =
          "Lets a DMN decision model decide: before the calculation fees of plans that say "
          "fee=\"rule\", credit limits and environment factors, behind it surcharges and "
          "discounts.",
      .parameters = {{"file", engine::ParameterKind::kMember,
                      "the decision model, such as pricing/subscription-fee.dmn", std::nullopt}},
      .needs = {engine::Fact::kDraftStatements},
      .leaves = {},
      .uses_up = {},
      .create = [](const engine::HandlerSettings& settings) {
        return std::make_unique<RuleHandler>(settings);
      }};
}

std::vector<RuleOutput> rule_outputs() {
  const auto before = [](std::string_view name, std::string_view help) {
    return RuleOutput{std::string(name), fmt::format("before the calculation: {}", help)};
  };
  const auto behind = [](std::string_view name, std::string_view help) {
    return RuleOutput{std::string(name), fmt::format("behind the calculation: {}", help)};
  };
  return {
      before(kFee, "the fee of a whole period, for plans that say fee=\"rule\""),
      before(kCreditLimit, "what the customer may owe"),
      before(kEnvironmentFactor,
             "stands in for the percentage of the subscription's environment: 0.5 is 50 %"),
      behind(kSurcharge, "a percentage on what the lines of the subscription come to so far"),
      behind(kDiscount, "a percentage taken off what the lines come to so far"),
  };
}

}  // namespace reckoner::handlers
