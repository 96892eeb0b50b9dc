/// The statement of a period a second time.
#include <algorithm>
#include <map>

#include "second/customer.hpp"

namespace reckoner::second {
namespace {

using invoicing::Days;

std::vector<pricing::Group> groups_of(const domain::ChargeModel& model,
                                      const std::vector<Event>& events, const time::Zone& zone) {
  std::vector<pricing::Group> groups;
  for (const Event& event : events) {
    if (event.meter != "m") continue;
    std::size_t index = 0;
    std::string label;
    if (const auto* matrix = std::get_if<domain::Matrix>(&model)) {
      const std::vector<std::string> values{event.region, event.grade};
      index = row_of(*matrix, values);
      label = event.region + event.grade;
    } else if (const auto* calendar = std::get_if<domain::Calendar>(&model)) {
      index = band_of(*calendar, zone.local(event.occurred_at));
    } else {
      index = static_cast<std::size_t>(
          window_of(std::get<domain::Windowed>(model).window, event.occurred_at, zone));
    }
    const auto same = [&](const auto& group) {
      return group.index == index && group.label == label;
    };
    const auto known = std::find_if(groups.begin(), groups.end(), same);
    if (known != groups.end()) {
      known->quantity += event.value;
    } else {
      groups.push_back({index, label, event.value});
    }
  }
  return groups;
}

/// What was measured on the days of `from` until before `day`.
pricing::Measure measured(const domain::ChargeModel& model, const std::vector<Event>& events,
                          time::Date from, time::Date day, const time::Zone& zone) {
  pricing::Measure measure;
  std::vector<Event> seen;
  measure.quantities.resize(2);
  for (const Event& event : events) {
    const time::Date on = zone.date_of(event.occurred_at);
    if (on < from || on >= day) continue;
    seen.push_back(event);
    measure.quantities[event.meter == "m" ? 0 : 1] += event.value;
    if (event.meter == "m") measure.transactions.push_back(event.value);
  }
  measure.quantity = measure.quantities[0];
  if (model.index() >= 3) measure.groups = groups_of(model, seen, zone);
  return measure;
}

/// What a day's terms are made of: two days of which this differs have different terms.
std::vector<bool> signature(const domain::Charge& charge,
                            const std::vector<domain::AgreedFigure>& agreed, time::Date day) {
  std::vector<bool> made;
  for (const domain::Terms& terms : charge.terms) {
    made.push_back(terms.effective && *terms.effective <= day);
  }
  for (const domain::AgreedFigure& figure : agreed) {
    made.push_back(figure.starts_on <= day && (!figure.ends_on || day < *figure.ends_on));
  }
  return made;
}

struct SecondLine {
  std::optional<std::int64_t> subscription;
  std::string charge;
  Days days;
  std::string tax;
  Line line;
};

class Statement {
 public:
  Statement(const Customer& customer, const std::vector<Event>& events)
      : customer_(customer), events_(events) {}

  std::vector<Line> made() {
    for (const Subscribed& subscribed : customer_.subscribed) {
      for (const domain::Charge& charge : subscribed.charges) add(subscribed, charge);
    }
    const auto off =
        second::discount_lines(plain(std::nullopt), customer_.discounts, customer_.zone,
                               customer_.currency.minor_digits(), half_of(customer_.rounding));
    for (const Line& line : off) {
      std::optional<std::int64_t> subscription;
      for (const Subscribed& subscribed : customer_.subscribed) {
        const std::int64_t number = subscribed.subscription.number;
        if (line.key.starts_with("sub:" + std::to_string(number) + "|")) subscription = number;
      }
      lines_.push_back({subscription, "discount", customer_.period, "standard", line});
    }
    for (const Subscribed& subscribed : customer_.subscribed) {
      add_limit(subscribed.limits, subscribed.subscription.number);
    }
    add_limit(customer_.limits, std::nullopt);
    std::vector<Line> lines;
    for (const SecondLine& line : lines_) lines.push_back(line.line);
    return lines;
  }

 private:
  /// The days of the period that a subscription, or any of them, has.
  std::vector<time::Date> days_of(std::optional<std::int64_t> number) const {
    std::vector<time::Date> days;
    for (time::Date day = customer_.period.starts_on; day < customer_.period.ends_on;
         day = time::add_days(day, 1)) {
      for (const Subscribed& subscribed : customer_.subscribed) {
        const domain::Subscription& one = subscribed.subscription;
        if (number && one.number != *number) continue;
        if (day < customer_.zone.date_of(one.starts_at)) continue;
        if (one.ends_at && day >= customer_.zone.date_of(*one.ends_at)) continue;
        days.push_back(day);
        break;
      }
    }
    return days;
  }

  void add(const Subscribed& subscribed, const domain::Charge& charge) {
    const auto* metering = domain::metering_of(charge);
    if (metering != nullptr) return add_usage(subscribed, charge, *metering);
    for (const Days& interval :
         intervals(subscribed.subscription, customer_.zone, charge, customer_.period)) {
      add_fee(subscribed, charge, interval);
    }
  }

  void add_usage(const Subscribed& subscribed, const domain::Charge& charge,
                 const domain::OfMeters& metering) {
    const std::vector<time::Date> days = days_of(subscribed.subscription.number);
    if (days.empty()) return;
    const Days all{days.front(), time::add_days(days.back(), 1)};
    std::vector<domain::AgreedFigure> agreed;
    for (const domain::AgreedFigure& figure : subscribed.agreed) {
      if (figure.charge == charge.name) agreed.push_back(figure);
    }
    std::vector<time::Date> cuts{all.starts_on};
    for (const time::Date day : days) {
      if (signature(charge, agreed, day) != signature(charge, agreed, cuts.back())) {
        cuts.push_back(day);
      }
    }
    std::vector<domain::Terms> terms;
    for (const time::Date cut : cuts) terms.push_back(terms_on(charge, agreed, cut));
    std::vector<pricing::MeteredStretch> stretches;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      const time::Date until = i + 1 < cuts.size() ? cuts[i + 1] : all.ends_on;
      const auto measure = [&](time::Date day) {
        return measured(terms[i].model, events_, all.starts_on, day, customer_.zone);
      };
      stretches.push_back({&terms[i], measure(cuts[i]), measure(until)});
    }
    const pricing::Coverage coverage{active_days(subscribed.subscription, customer_.zone, all),
                                     customer_.period.count()};
    push(subscribed, charge, "", all,
         second::price_metered(charge, metering, stretches, coverage, subscribed.environment));
  }

  void add_fee(const Subscribed& subscribed, const domain::Charge& charge, const Days& interval) {
    const domain::Terms terms = terms_on(charge, {}, interval.starts_on);
    std::vector<pricing::RecurringStretch> parts;
    std::vector<money::Decimal> quantities;
    for (const Stretch& stretch :
         stretches(subscribed.subscription, customer_.zone, charge, interval, std::nullopt)) {
      const auto coverage = second::coverage_of(charge, stretch.days, interval, customer_.zone);
      parts.push_back({&terms, decimal(stretch.quantity), coverage});
    }
    if (const auto* source = std::get_if<domain::OfCharges>(&charge.source)) {
      Rational sum;
      for (const SecondLine& line : lines_) {
        const bool own = line.subscription == subscribed.subscription.number;
        if (own && line.charge == source->charges.front()) sum += line.line.amount;
      }
      parts = {{&terms, decimal(sum), {1, 1}}};
    }
    if (parts.empty()) return;
    push(subscribed, charge, time::to_string(interval.starts_on), interval,
         second::price_recurring(charge, parts, subscribed.environment));
  }

  /// Of a value that has few digits.
  static money::Decimal decimal(const Rational& value) {
    const Integer millionths = (value * 1'000'000).floor();
    return money::Decimal::from_parts(millionths.convert_to<std::int64_t>(), 6);
  }

  Rational to_cents(const Rational& amount) const {
    return rounded(amount, customer_.currency.minor_digits(), half_of(customer_.rounding));
  }

  void push(const Subscribed& subscribed, const domain::Charge& charge,
            const std::string& dimensions, const Days& days, const Priced& priced) {
    const std::int64_t number = subscribed.subscription.number;
    const std::string side = charge.side == domain::Side::kAdvance ? "advance" : "arrears";
    const std::string key =
        "sub:" + std::to_string(number) + "|" + charge.name + "|" + dimensions + "|" + side;
    lines_.push_back(
        {number,
         charge.name,
         days,
         charge.tax,
         {key, rounded(priced.billable, 6, half_of(customer_.rounding)), to_cents(priced.amount)}});
  }

  /// The lines of a subscription, or all, as the functions on lines want them.
  std::vector<domain::StatementLine> plain(std::optional<std::int64_t> number) const {
    std::vector<domain::StatementLine> lines;
    for (const SecondLine& line : lines_) {
      if (number && line.subscription != number) continue;
      const money::Money amount(decimal(line.line.amount), customer_.currency);
      lines.push_back({line.line.key,
                       line.subscription,
                       line.charge,
                       {},
                       line.days.starts_on,
                       line.days.ends_on,
                       0,
                       {},
                       amount,
                       {},
                       line.tax});
    }
    return lines;
  }

  void add_limit(const invoicing::SpendLimits& limits, std::optional<std::int64_t> number) {
    const auto covered = static_cast<std::int64_t>(days_of(number).size());
    const Rational missing =
        second::missing_from(plain(number), limits, {covered, customer_.period.count()});
    if (missing.sign() == 0) return;
    const std::string subject = number ? "sub:" + std::to_string(*number) : "customer";
    lines_.push_back({number,
                      "limit",
                      customer_.period,
                      "standard",
                      {subject + "|limit||arrears", 1, to_cents(missing)}});
  }

  const Customer& customer_;
  const std::vector<Event>& events_;
  std::vector<SecondLine> lines_;
};

}  // namespace

std::vector<Line> second_statement(const Customer& customer, const std::vector<Event>& events) {
  return Statement(customer, events).made();
}

}  // namespace reckoner::second
