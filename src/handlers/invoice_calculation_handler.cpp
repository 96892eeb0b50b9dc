#include "handlers/invoice_calculation_handler.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "handlers/environments.hpp"
#include "handlers/measurements.hpp"
#include "invoicing/charge_facts.hpp"
#include "invoicing/line_quantity.hpp"

namespace reckoner::handlers {

namespace {

using invoicing::ChargeFacts;

/// Short, for a sentence: at most two digits behind the point.
std::string spoken(const money::Ratio& exact) {
  return money::round(exact, 2, money::Rounding::kHalfAwayFromZero).to_string();
}

bool is_left_to_rule(const domain::Terms& terms) {
  const auto* rate = std::get_if<domain::Rate>(&terms.model);
  const auto* flat = rate ? std::get_if<domain::Flat>(rate) : nullptr;
  return flat && !flat->amount;
}

/// Makes the lines of one segment of one period.
class SegmentLines {
 public:
  SegmentLines(const engine::PeriodWork& period, engine::Segment& segment, money::Rounding rounding)
      : period_(period), segment_(segment), rounding_(rounding) {}

  /// None where the charge has nothing to say about this period. What it measures goes to the
  /// segment's usage.
  std::optional<domain::StatementLine> line(const engine::ChargeDraft& draft,
                                            const Measurements& measurements) {
    const domain::Charge& charge = *draft.charge;
    if (const auto* metering = domain::metering_of(charge)) {
      return metered(charge, *metering, measurements);
    }
    if (const auto* of = std::get_if<domain::OfCharges>(&charge.source)) return share(charge, *of);
    return recurring(draft);
  }

 private:
  ChargeFacts facts_of(const domain::Charge& charge) const {
    const domain::Environment& environment = environment_of(*segment_.plan, *segment_.subscription);
    ChargeFacts facts;
    facts.plan = segment_.plan->name;
    facts.charge = charge.name;
    facts.coverage = segment_.coverage;
    facts.environment = segment_.subscription->environment;
    if (!charge.pass_through) {
      facts.share.percent = segment_.environment_percent;
      facts.share_rule = segment_.environment_rule;
      const auto free = environment.free_units.find(charge.name);
      if (free != environment.free_units.end()) facts.share.free_units = free->second;
    }
    return facts;
  }

  domain::StatementLine line_of(const domain::Charge& charge, std::string description,
                                money::Decimal quantity, std::string unit,
                                const money::Ratio& exact, const ChargeFacts& facts) const {
    return {
        .key = domain::make_line_key(segment_.subscription->number, charge.name, "", charge.side),
        .subscription = segment_.subscription->number,
        .charge = charge.name,
        .description = std::move(description),
        .starts_on = segment_.days.starts_on,
        .ends_on = segment_.days.ends_on,
        .quantity = quantity,
        .unit = std::move(unit),
        .amount = money::round_to_currency(exact, period_.cycle->currency, rounding_),
        .facts = invoicing::to_json(facts),
        .tax = charge.tax};
  }

  std::optional<domain::StatementLine> recurring(const engine::ChargeDraft& draft) const {
    const domain::Charge& charge = *draft.charge;
    const invoicing::Lifetime& lifetime = *segment_.lifetime;
    const invoicing::Days bounds{period_.bounds.starts_on, period_.bounds.ends_on};
    ChargeFacts facts = facts_of(charge);
    std::int64_t days = 0;
    std::int64_t interval_days = 0;
    std::vector<std::string> quantities;
    money::Ratio quantity = money::Decimal(0);
    for (const invoicing::Days& interval : lifetime.intervals(charge, bounds)) {
      interval_days += interval.count();
      const invoicing::TermsUsed terms = recurring_terms(draft, interval.starts_on);
      for (const auto& stretch : lifetime.stretches(charge, interval, accrued_until(charge))) {
        const pricing::Coverage coverage =
            invoicing::coverage_of(charge, stretch.days, interval, period_.zone);
        days += stretch.days.count();
        quantities.push_back(stretch.quantity.to_string());
        quantity = quantity + money::Ratio(stretch.quantity) * coverage.fraction();
        facts.stretches.push_back({terms, stretch.quantity, coverage, {}, {}});
      }
    }
    if (facts.stretches.empty()) {
      const bool rests = std::holds_alternative<domain::EveryPeriod>(charge.every) &&
                         lifetime.has_option(charge, segment_.days.starts_on);
      if (!rests) return std::nullopt;
      facts.stretches.push_back({recurring_terms(draft, bounds.starts_on),
                                 money::Decimal(0),
                                 {0, std::max<std::int64_t>(1, bounds.count())},
                                 {},
                                 {}});
    }
    const pricing::Priced priced = invoicing::price(charge, facts);
    const auto* named = std::get_if<domain::OfSubscription>(&charge.source);
    const std::string when =
        interval_days == 0 ? std::string() : fmt::format(", {} of {} days", days, interval_days);
    if (named) {
      return line_of(charge,
                     fmt::format("{}: {} {}{}", charge.title, fmt::join(quantities, ", then "),
                                 named->unit, when),
                     invoicing::shown_quantity(quantity), named->unit, priced.amount, facts);
    }
    return line_of(charge, charge.title + when, interval_days == 0 ? 1 : days,
                   interval_days == 0 ? "" : "day", priced.amount, facts);
  }

  /// A recurring charge is priced by the terms of the first day of its interval.
  invoicing::TermsUsed recurring_terms(const engine::ChargeDraft& draft, time::Date day) const {
    const domain::Charge& charge = *draft.charge;
    invoicing::TermsUsed terms =
        invoicing::terms_in_force(charge, agreed_for(*period_.customer, *segment_.plan, charge),
                                  {day, time::add_days(day, 1)})
            .front()
            .used;
    if (!is_left_to_rule(invoicing::plain_terms(charge, terms.effective))) return terms;
    const bool agreed = std::any_of(terms.agreed.begin(), terms.agreed.end(),
                                    [](const auto& value) { return value.figure == "fee"; });
    if (agreed) return terms;
    if (!draft.fee) {
      throw Error(fmt::format(
          "subscription {}, charge {}: plan '{}' leaves the fee to a rule, and no rule set one",
          segment_.subscription->number, charge.name, segment_.plan->name));
    }
    terms.rule_fee = draft.fee;
    terms.rule = draft.fee_rule;
    return terms;
  }

  /// An interim statement counts fees by the days that have passed; one that is due in advance is
  /// due whole.
  std::optional<time::Date> accrued_until(const domain::Charge& charge) const {
    if (!period_.as_of || charge.side == domain::Side::kAdvance) return std::nullopt;
    return period_.zone.date_of(*period_.as_of);
  }

  std::optional<domain::StatementLine> metered(const domain::Charge& charge,
                                               const domain::OfMeters& metering,
                                               const Measurements& measurements) {
    ChargeFacts facts = facts_of(charge);
    facts.stretches = measurements.stretches(period_, segment_, charge);
    if (facts.stretches.empty()) return std::nullopt;
    segment_.usage[metering.meters.front()] = facts.stretches.back().through.quantity;
    const pricing::Priced priced = invoicing::price(charge, facts);
    const std::string free =
        priced.allowance ? fmt::format("{} {} included", spoken(*priced.allowance), metering.unit)
                         : std::string("unlimited");
    return line_of(
        charge,
        fmt::format("{}: {} {} used, {}", charge.title, spoken(priced.used), metering.unit, free),
        invoicing::shown_quantity(priced.billable), metering.unit, priced.amount, facts);
  }

  std::optional<domain::StatementLine> share(const domain::Charge& charge,
                                             const domain::OfCharges& of) const {
    std::int64_t days = 0;
    for (const invoicing::Days& stretch : segment_.lifetime->option_days(charge, segment_.days)) {
      days += stretch.count();
    }
    if (days == 0 && charge.option) return std::nullopt;
    money::Money base(period_.cycle->currency);
    const auto add = [&](const std::vector<domain::StatementLine>& lines) {
      for (const domain::StatementLine& line : lines) {
        if (line.subscription != segment_.subscription->number) continue;
        if (std::count(of.charges.begin(), of.charges.end(), line.charge) == 0) continue;
        base += line.amount;
      }
    };
    add(period_.lines);
    add(period_.other_side);
    ChargeFacts facts = facts_of(charge);
    facts.share = {};  // the amounts it is a share of bear the environment already
    facts.share_rule.clear();
    facts.stretches.push_back(
        {invoicing::terms_in_force(charge, agreed_for(*period_.customer, *segment_.plan, charge),
                                   {segment_.days.starts_on, segment_.days.starts_on})
             .front()
             .used,
         base.amount(),
         {1, 1},
         {},
         {}});
    const pricing::Priced priced = invoicing::price(charge, facts);
    const std::string currency(period_.cycle->currency.code());
    return line_of(charge, fmt::format("{} on {} {}", charge.title, base.to_string(), currency),
                   base.amount(), currency, priced.amount, facts);
  }

  const engine::PeriodWork& period_;
  engine::Segment& segment_;
  const money::Rounding rounding_;
};

/// Which charges of a segment stand on this side of its period, and which on the other: as the
/// plan says, except that what the other side has billed already, or not, decides where it was.
class Sides {
 public:
  Sides(const engine::PeriodWork& period, const engine::Segment& segment)
      : period_(period), segment_(segment), other_plan_(other_plan()) {}

  bool stands_here(const domain::Charge& charge) const {
    const domain::Side here = period_.key.side;
    if (domain::metering_of(charge)) return here == domain::Side::kArrears;
    if (period_.other_configuration == nullptr) return charge.side == here;
    const domain::Charge* billed = other_plan_ ? find(*other_plan_, charge.name) : nullptr;
    return billed == nullptr || billed->side == here;
  }

  /// The recurring charges of the other side, as that was billed; what figures over the whole
  /// period count, which stand on the arrears side.
  std::vector<engine::ChargeDraft> other() const {
    std::vector<engine::ChargeDraft> drafts;
    if (period_.key.side == domain::Side::kAdvance || other_plan_ == nullptr) return drafts;
    for (const domain::Charge& charge : other_plan_->charges) {
      if (charge.side != domain::Side::kAdvance) continue;
      engine::ChargeDraft draft{.charge = &charge, .fee = std::nullopt, .fee_rule = {}};
      for (const engine::ChargeDraft& own : segment_.charges) {
        if (own.charge->name != charge.name) continue;
        draft.fee = own.fee;
        draft.fee_rule = own.fee_rule;
      }
      drafts.push_back(std::move(draft));
    }
    return drafts;
  }

 private:
  const domain::Plan* other_plan() const {
    if (period_.other_configuration == nullptr) return segment_.plan;
    for (const domain::Plan& plan : period_.other_configuration->plans) {
      if (plan.name == segment_.plan->name && plan.currency == segment_.plan->currency) {
        return &plan;
      }
    }
    return nullptr;
  }
  static const domain::Charge* find(const domain::Plan& plan, const std::string& name) {
    for (const domain::Charge& charge : plan.charges) {
      if (charge.name == name) return &charge;
    }
    return nullptr;
  }

  const engine::PeriodWork& period_;
  const engine::Segment& segment_;
  const domain::Plan* other_plan_;
};

class InvoiceCalculationHandler : public engine::StatementHandler {
 public:
  void handle(engine::StatementContext& context) const override {
    const Measurements measurements(context);
    const money::Rounding rounding = context.configuration().settings.rounding();
    context.for_each_period([&](engine::PeriodWork& period) {
      for (engine::Segment& segment : period.segments) {
        SegmentLines lines(period, segment, rounding);
        const Sides sides(period, segment);
        for (const engine::ChargeDraft& draft : sides.other()) {
          if (auto line = lines.line(draft, measurements)) {
            period.other_side.push_back(std::move(*line));
          }
        }
        for (const engine::ChargeDraft& draft : segment.charges) {
          if (!sides.stands_here(*draft.charge)) continue;
          if (auto line = lines.line(draft, measurements)) period.lines.push_back(std::move(*line));
        }
      }
    });
  }
};

}  // namespace

engine::HandlerSpec invoice_calculation_spec() {
  return {.class_name = "InvoiceCalculationHandler",
          .summary =
              "Turns fees and usage into statement lines: recurring fees by exact days, metered "
              "charges above "
              "their allowance, each rounded once.",
          .parameters = {},
          .needs = {engine::Fact::kDraftStatements},
          .leaves = {engine::Fact::kStatementLines},
          .uses_up = {},
          .create = [](const engine::HandlerSettings&) {
            return std::make_unique<InvoiceCalculationHandler>();
          }};
}

}  // namespace reckoner::handlers
