/// The statement of a period from production code: only what joins its parts is written here.
#include <map>

#include "invoicing/charge_facts.hpp"
#include "invoicing/commitment.hpp"
#include "invoicing/discount.hpp"
#include "pricing/calendar.hpp"
#include "second/customer.hpp"

namespace reckoner::second {
namespace {

using invoicing::Days;

std::vector<pricing::Group> groups_of(const domain::ChargeModel& model,
                                      const std::vector<Event>& events, const time::Zone& zone) {
  std::map<std::pair<std::size_t, std::string>, money::Decimal> sums;
  for (const Event& event : events) {
    if (event.meter != "m") continue;
    if (const auto* matrix = std::get_if<domain::Matrix>(&model)) {
      const std::vector<std::string> values{event.region, event.grade};
      const std::size_t row = pricing::row_of(*matrix, values).value_or(pricing::kNoRow);
      sums[{row, event.region + " " + event.grade}] += event.value;
    } else if (const auto* calendar = std::get_if<domain::Calendar>(&model)) {
      sums[{pricing::band_of(*calendar, zone.local(event.occurred_at)), ""}] += event.value;
    } else {
      const auto window =
          pricing::window_of(std::get<domain::Windowed>(model).window, event.occurred_at, zone);
      const auto seconds = window.starts_at.time_since_epoch() / std::chrono::seconds(1);
      sums[{static_cast<std::size_t>(seconds), window.label}] += event.value;
    }
  }
  std::vector<pricing::Group> groups;
  for (const auto& [key, quantity] : sums) groups.push_back({key.first, key.second, quantity});
  return groups;
}

pricing::Measure measured(const domain::Charge& charge, const domain::ChargeModel& model,
                          const std::vector<Event>& events, const Days& days,
                          const time::Zone& zone) {
  pricing::Measure measure;
  std::vector<Event> seen;
  for (const Event& event : events) {
    if (days.contains(zone.date_of(event.occurred_at))) seen.push_back(event);
  }
  if (std::holds_alternative<domain::Matrix>(model) ||
      std::holds_alternative<domain::Calendar>(model) ||
      std::holds_alternative<domain::Windowed>(model)) {
    measure.groups = groups_of(model, seen, zone);
    return measure;
  }
  measure.quantities.resize(domain::metering_of(charge)->meters.size());
  for (const Event& event : seen) {
    if (event.meter == "m") measure.transactions.push_back(event.value);
    if (event.meter == "m") measure.quantity += event.value;
    const std::size_t meter = event.meter == "m" ? 0 : 1;
    if (meter < measure.quantities.size()) measure.quantities[meter] += event.value;
  }
  return measure;
}

class Lines {
 public:
  Lines(const Customer& customer, const std::vector<Event>& events)
      : customer_(customer), events_(events) {}

  std::vector<domain::StatementLine> made() {
    for (const Subscribed& subscribed : customer_.subscribed) add(subscribed);
    for (auto& line : invoicing::discount_lines(lines_, customer_.discounts, customer_.zone,
                                                customer_.currency, customer_.rounding)) {
      lines_.push_back(std::move(line));
    }
    add_limits();
    return std::move(lines_);
  }

 private:
  void add(const Subscribed& subscribed) {
    const invoicing::Lifetime life(subscribed.subscription, customer_.zone);
    for (const domain::Charge& charge : subscribed.charges) {
      if (domain::metering_of(charge)) {
        add_usage(subscribed, life, charge);
      } else {
        add_fees(subscribed, life, charge);
      }
    }
  }

  static bool has_group_without_row(const invoicing::ChargeFacts& facts) {
    for (const auto& stretch : facts.stretches) {
      for (const pricing::Group& group : stretch.through.groups) {
        if (group.index == pricing::kNoRow) return true;
      }
    }
    return false;
  }

  invoicing::ChargeFacts facts_of(const Subscribed& subscribed, const domain::Charge& charge) {
    invoicing::ChargeFacts facts;
    facts.plan = "plan";
    facts.charge = charge.name;
    facts.share = subscribed.environment;
    return facts;
  }

  void add_usage(const Subscribed& subscribed, const invoicing::Lifetime& life,
                 const domain::Charge& charge) {
    const Days days = invoicing::intersection(life.days(), customer_.period);
    if (days.empty()) return;
    std::vector<const domain::AgreedFigure*> agreed;
    for (const domain::AgreedFigure& figure : subscribed.agreed) {
      if (figure.charge == charge.name) agreed.push_back(&figure);
    }
    invoicing::ChargeFacts facts = facts_of(subscribed, charge);
    facts.coverage = {life.active_days(days), customer_.period.count()};
    for (const auto& in_force : invoicing::terms_in_force(charge, agreed, days)) {
      const domain::Terms terms = invoicing::terms_of(charge, in_force.used);
      const auto until = [&](time::Date day) {
        return measured(charge, terms.model, events_, {days.starts_on, day}, customer_.zone);
      };
      facts.stretches.push_back(
          {in_force.used, 0, {1, 1}, until(in_force.days.starts_on), until(in_force.days.ends_on)});
    }
    add_line(subscribed, charge, facts, days, "");
  }

  void add_fees(const Subscribed& subscribed, const invoicing::Lifetime& life,
                const domain::Charge& charge) {
    for (const Days& interval : life.intervals(charge, customer_.period)) {
      const Days first{interval.starts_on, time::add_days(interval.starts_on, 1)};
      const auto used = invoicing::terms_in_force(charge, {}, first).front().used;
      invoicing::ChargeFacts facts = facts_of(subscribed, charge);
      const auto* of_charges = std::get_if<domain::OfCharges>(&charge.source);
      for (const auto& stretch : life.stretches(charge, interval, std::nullopt)) {
        const auto coverage =
            invoicing::coverage_of(charge, stretch.days, interval, customer_.zone);
        facts.stretches.push_back({used, stretch.quantity, coverage, {}, {}});
      }
      if (of_charges) {
        facts.stretches = {{used, billed_for(subscribed, *of_charges), {1, 1}, {}, {}}};
      }
      if (!facts.stretches.empty()) {
        add_line(subscribed, charge, facts, interval, time::to_string(interval.starts_on));
      }
    }
  }

  money::Decimal billed_for(const Subscribed& subscribed, const domain::OfCharges& source) {
    money::Decimal sum;
    for (const domain::StatementLine& line : lines_) {
      if (line.subscription == subscribed.subscription.number &&
          line.charge == source.charges.front()) {
        sum += line.amount.amount();
      }
    }
    return sum;
  }

  void add_line(const Subscribed& subscribed, const domain::Charge& charge,
                const invoicing::ChargeFacts& facts, const Days& days,
                const std::string& dimensions) {
    const pricing::Priced priced = invoicing::price(charge, facts);
    // What is stored with the line explains it.
    if (!has_group_without_row(facts)) {
      const auto stored = invoicing::parse_charge_facts(invoicing::to_json(facts));
      RK_CHECK(invoicing::price(charge, stored).amount == priced.amount);
    }
    // A line that is charged once stands for its day.
    const Days covered =
        days.empty() ? Days{days.starts_on, time::add_days(days.starts_on, 1)} : days;
    push(subscribed.subscription.number, charge.name, dimensions, charge.side, covered,
         money::round(priced.billable, 6, customer_.rounding),
         money::round_to_currency(priced.amount, customer_.currency, customer_.rounding),
         charge.tax);
  }

  void push(std::optional<std::int64_t> subscription, const std::string& charge,
            const std::string& dimensions, domain::Side side, const Days& days,
            const money::Decimal& quantity, const money::Money& amount, const std::string& tax) {
    lines_.push_back({.key = domain::make_line_key(subscription, charge, dimensions, side),
                      .subscription = subscription,
                      .charge = charge,
                      .description = {},
                      .starts_on = days.starts_on,
                      .ends_on = days.ends_on,
                      .quantity = quantity,
                      .unit = {},
                      .amount = amount,
                      .facts = {},
                      .tax = tax});
  }

  void add_limits() {
    std::vector<invoicing::DayStretch> all;
    for (const Subscribed& subscribed : customer_.subscribed) {
      const Days days = invoicing::Lifetime(subscribed.subscription, customer_.zone).days();
      all.push_back({days.starts_on, days.ends_on});
      std::vector<domain::StatementLine> own;
      for (const domain::StatementLine& line : lines_) {
        if (line.subscription == subscribed.subscription.number) own.push_back(line);
      }
      add_limit(own, subscribed.limits, {&all.back(), 1}, subscribed.subscription.number);
    }
    add_limit(lines_, customer_.limits, all, std::nullopt);
  }

  void add_limit(const std::vector<domain::StatementLine>& lines,
                 const invoicing::SpendLimits& limits,
                 std::span<const invoicing::DayStretch> stretches,
                 std::optional<std::int64_t> subscription) {
    const Days& period = customer_.period;
    const auto coverage = invoicing::days_covered({period.starts_on, period.ends_on}, stretches);
    const money::Ratio missing = invoicing::missing_from(lines, limits, coverage);
    if (missing.sign() == 0) return;
    push(subscription, "limit", "", domain::Side::kArrears, period, 1,
         money::round_to_currency(missing, customer_.currency, customer_.rounding), "standard");
  }

  const Customer& customer_;
  const std::vector<Event>& events_;
  std::vector<domain::StatementLine> lines_;
};

}  // namespace

invoicing::Statement production_statement(const Customer& customer,
                                          const std::vector<Event>& events) {
  invoicing::Statement statement{{}, "2026-10", Lines(customer, events).made()};
  invoicing::check_keys(statement);
  return statement;
}

}  // namespace reckoner::second
