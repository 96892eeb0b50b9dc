#include <fmt/format.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "domain/charge.hpp"
#include "golden/golden.hpp"
#include "golden/golden_documents.hpp"
#include "golden/golden_levels.hpp"
#include "pricing/charge.hpp"
#include "pricing/rate.hpp"
#include "time/cycle.hpp"
#include "time/fraction.hpp"
#include "usage/level.hpp"

namespace reckoner::golden {
namespace {

using money::Decimal;
using money::Money;
using money::Ratio;

constexpr auto kRounding = money::Rounding::kHalfAwayFromZero;

// Time.

/// A calendar interval, from any Monday that begins a year.
time::CycleRule calendar(const std::string& interval) {
  static const std::map<std::string, time::CalendarDuration> kLengths = {
      {"weekly", {.days = 7}},      {"monthly", {.months = 1}},   {"MONTHLY", {.months = 1}},
      {"quarterly", {.months = 3}}, {"QUARTERLY", {.months = 3}}, {"semiannual", {.months = 6}},
      {"BIANNUAL", {.months = 6}},  {"yearly", {.months = 12}},   {"ANNUAL", {.months = 12}}};
  const auto length = kLengths.find(interval);
  if (length == kLengths.end()) throw Error("unknown interval");
  return time::CycleRule::through(time::parse_date("2024-01-01"), length->second,
                                  time::Zone::utc());
}

std::string interval_of(const Json& params) {
  const Json* named = member(params, "interval");
  return named == nullptr ? "monthly" : named->as_string();
}

time::Days days_of(const time::CyclePeriod& period) {
  return {period.starts_on, period.ends_on};
}

time::Days days_around(const time::CycleRule& rule, time::Date date) {
  return days_of(time::period_containing(rule, rule.zone.start_of(date)));
}

/// [first, end) as the case has it, or [first, last].
time::Days half_open(const Json& pair) {
  return {date(pair.as_array().at(0)), date(pair.as_array().at(1))};
}
time::Days inclusive(const Json& pair) {
  return {date(pair.as_array().at(0)), day_after(date(pair.as_array().at(1)))};
}

time::Period instants(const Json& pair) {
  return {instant(pair.as_array().at(0)), instant(pair.as_array().at(1))};
}

// Amounts.

/// A recurring charge on a quantity over stretches that are each covered in part.
Ratio price(const Decimal& unit_amount, const Decimal& quantity,
            const std::vector<time::Fraction>& covered) {
  domain::Charge charge;
  charge.source = domain::OfSubscription{};
  charge.terms.emplace_back().model = domain::Rate(domain::PerUnit{unit_amount});
  std::vector<pricing::RecurringStretch> stretches;
  for (const time::Fraction& part : covered) {
    stretches.push_back({&charge.terms.front(), quantity, {part.part, part.whole}});
  }
  return pricing::price_recurring(charge, stretches, {}).amount;
}

Money line(const Json& params, const Decimal& unit_amount, const Decimal& quantity,
           const time::Fraction& part) {
  return money::round_to_currency(price(unit_amount, quantity, {part}), currency(params),
                                  kRounding);
}

Money charged(const Json& params, const Decimal& amount, const time::Fraction& part) {
  return line(params, amount, 1, part);
}

std::vector<Decimal> prices(const Json& params) {
  const Json* several = member(params, "prices");
  return several == nullptr ? std::vector{decimal(params.at("price"))} : decimals(*several);
}

/// A line for each price, and their sum.
Money sum_of_lines(const Json& params, const time::Fraction& part) {
  std::vector<Money> lines;
  for (const Decimal& amount : prices(params)) lines.push_back(charged(params, amount, part));
  return subtotal(lines, currency(params));
}

// Models.

Decimal quantity_of(const Json& inputs) {
  for (const char* name : {"units", "quantity"}) {
    if (const Json* units = member(inputs, name)) return decimal(*units);
  }
  return 1;
}

/// The days used of a period whose ends are both counted: given as numbers, by the period and the
/// days used, by the day of start and of termination, or by the day a trial ends.
time::Fraction inclusive_days(const Case& item) {
  const Json& inputs = item.inputs;
  if (const Json* days = member(inputs, "days")) {
    return {integer(*days), integer(inputs.at("period_days"))};
  }
  const Json* period = member(inputs, "period");
  if (period == nullptr) period = member(item.params, "period");
  time::CycleRule rule = calendar(interval_of(item.params));
  if (const Json* trial = member(inputs, "trial_days")) {
    const time::Date started =
        period == nullptr ? date(inputs.at("started_at")) : inclusive(*period).starts_on;
    const time::Date begins = time::add_days(started, integer(*trial));
    const time::Days whole = period == nullptr ? days_around(rule, begins) : inclusive(*period);
    return time::fraction_of_days({begins, whole.ends_on}, whole);
  }
  if (const Json* used = member(inputs, "used")) {
    const time::Days covered = inclusive(*used);
    rule.anchor = covered.starts_on;
    return time::fraction_of_days(
        covered, period == nullptr ? days_around(rule, covered.starts_on) : inclusive(*period));
  }
  const Json* started = member(inputs, "started");
  if (started == nullptr) started = member(inputs, "from");
  const Json* terminated = member(inputs, "terminated");
  const Json* known = started == nullptr ? terminated : started;
  if (known == nullptr) throw Error("neither start nor termination");
  const time::Days whole = period == nullptr ? days_around(rule, date(*known)) : inclusive(*period);
  return time::fraction_of_days(
      {started == nullptr ? whole.starts_on : date(*started),
       terminated == nullptr ? whole.ends_on : day_after(date(*terminated))},
      whole);
}

Result run_inclusive_days(const Case& item) {
  const Json* unit = member(item.params, "unit_amount");
  const Ratio exact = price(decimal(unit == nullptr ? item.params.at("price") : *unit),
                            quantity_of(item.inputs), {inclusive_days(item)});
  const Money net = money::round_to_currency(exact, currency(item.params), kRounding);
  Result result = {{"amount", net}, {"net", net}, {"precise_amount", exact}};
  if (const Json* percent = member(item.params, "tax_percent")) {
    const domain::Document taxed = document_of({net}, net.currency(), decimal(*percent));
    result["tax"] = taxed.taxes.at(0).tax;
    result["total"] = taxed.total;
  }
  return result;
}

/// A length that the case gives in days or less: `of`_days, `of`_hours, …
std::chrono::seconds length(const Json& inputs, const char* of) {
  const auto in = [&](const char* unit) { return member(inputs, fmt::format("{}_{}", of, unit)); };
  if (const Json* count = in("days")) return std::chrono::days(integer(*count));
  if (const Json* count = in("hours")) return std::chrono::hours(integer(*count));
  if (const Json* count = in("minutes")) return std::chrono::minutes(integer(*count));
  if (const Json* count = in("seconds")) return std::chrono::seconds(integer(*count));
  throw Error(fmt::format("no length of the {}", of));
}

time::Fraction seconds_covered(const Case& item) {
  const Json& inputs = item.inputs;
  if (member(item.params, "proration") != nullptr) return {};
  if (const Json* service = member(inputs, "service_period")) {
    return time::fraction_of_time(instants(*service), instants(item.params.at("full_period")));
  }
  if (const Json* from = member(inputs, "from")) {
    const time::Period period = instants(inputs.at("period"));
    return time::fraction_of_time({instant(*from), period.ends_at}, period);
  }
  return time::fraction_of_time(length(inputs, "service"), length(inputs, "period"));
}

Result run_seconds_ratio(const Case& item) {
  const Money sum = sum_of_lines(item.params, seconds_covered(item));
  return {{"amount", sum}, {"total", sum}};
}

/// The amounts that `list` or `single` names.
std::vector<Decimal> listed(const Json& inputs, const char* list, const char* single) {
  if (const Json* several = member(inputs, list)) return decimals(*several);
  const Json* one = member(inputs, single);
  return one == nullptr ? std::vector<Decimal>{} : std::vector{decimal(*one)};
}

time::Days period_of(const Case& item) {
  const Json* given = member(item.params, "period");
  const Json* end = member(item.params, "period_end");
  const Json& pair = given == nullptr ? item.inputs.at("period") : *given;
  return end != nullptr && end->as_string() == "inclusive" ? inclusive(pair) : half_open(pair);
}

/// What was paid for the days from a change on comes back, and what is new is charged for them.
Result run_half_open_days(const Case& item) {
  const Json& params = item.params;
  const time::Days period = period_of(item);
  if (const Json* added = member(item.inputs, "added")) {
    const time::Fraction left = time::fraction_of_days({date(*added), period.ends_on}, period);
    return {{"amount", line(params, decimal(params.at("price")), quantity_of(item.inputs), left)}};
  }
  const time::Fraction left =
      time::fraction_of_days({date(item.inputs.at("changed")), period.ends_on}, period);
  std::vector<Money> lines;
  std::vector<Figure> credits;
  for (const Decimal& amount : listed(item.inputs, "removed_or_old", "old")) {
    credits.emplace_back(lines.emplace_back(taken_back(charged(params, amount, left))));
  }
  std::vector<Figure> charges;
  for (const Decimal& amount : listed(item.inputs, "added_or_new", "new")) {
    charges.emplace_back(lines.emplace_back(charged(params, amount, left)));
  }
  return {{"credits", credits}, {"charges", charges}, {"net", subtotal(lines, currency(params))}};
}

/// A share of a period, or a first invoice up to the anchor day and the whole ones after it.
Result run_half_open_ratio(const Case& item) {
  const Json& params = item.params;
  if (const Json* partial = member(item.inputs, "partial")) {
    const auto part = time::fraction_of_days(half_open(*partial), half_open(params.at("full")));
    return {{"ratio", Ratio(part.part, part.whole)}};
  }
  const time::CycleRule rule{.anchor_day = static_cast<int>(integer(params.at("anchor_day"))),
                             .months = calendar(interval_of(params)).months};
  const time::Instant started = rule.zone.start_of(date(item.inputs.at("started")));
  const auto first = days_of(time::first_period(rule, started));
  const auto whole = days_of(time::period_containing(rule, started));
  return {{"first_invoice", sum_of_lines(params, time::fraction_of_days(first, whole))},
          {"second_invoice", sum_of_lines(params, {})}};
}

// Models that are not required.

/// The change of one price for another, credit and charge rounded apart.
Result change_of(const Json& params, const Money& old_whole, const Money& new_whole,
                 const time::Fraction& left) {
  const Money credit = taken_back(charged(params, old_whole.amount(), left));
  const Money charge = charged(params, new_whole.amount(), left);
  return {{"credit", credit},
          {"charge", charge},
          {"net", subtotal({credit, charge}, credit.currency())}};
}

Result run_day_inclusive(const Case& item) {
  const Json& inputs = item.inputs;
  const time::Days period = inclusive(item.params.at("period"));
  const auto whole = [&](const char* price_of, const char* units) {
    return line(item.params, decimal(inputs.at(price_of)), decimal(inputs.at(units)), {});
  };
  return change_of(item.params, whole("old_price", "old_qty"), whole("new_price", "new_qty"),
                   time::fraction_of_days({date(inputs.at("changed")), period.ends_on}, period));
}

Result run_plan_change(const Case& item) {
  const auto whole = [&](const char* name) {
    return charged(item.params, decimal(item.params.at(name)), {});
  };
  return change_of(item.params, whole("old_price"), whole("new_price"),
                   {integer(item.inputs.at("days_left")), integer(item.inputs.at("period_days"))});
}

/// From a day to the first bill day, of the month that ends on it.
time::Fraction leading(const Json& from, const Json& bill_day) {
  const time::Date ends_on = date(bill_day);
  const auto rule = time::CycleRule::through(ends_on, {.months = 1}, time::Zone::utc());
  return time::fraction_of_days({date(from), ends_on}, days_around(rule, date(from)));
}

Result run_leading(const Case& item) {
  return {{"amount", sum_of_lines(item.params, leading(item.inputs.at("start"),
                                                       item.inputs.at("first_bill_day")))}};
}

Result run_actual_days(const Case& item) {
  const auto part = leading(item.inputs.at("from"), item.inputs.at("to_bill_day"));
  return {{"ratio", Ratio(part.part, part.whole)}};
}

/// How much of its period each period covers that begins, billed in advance, by the target day.
std::vector<time::Fraction> cycles(const Case& item) {
  const Json& inputs = item.inputs;
  const time::CycleRule rule{
      .anchor_day = static_cast<int>(integer(item.params.at("bill_cycle_day"))),
      .months = calendar(item.params.at("period").as_string()).months};
  const Json* end = member(inputs, "end");
  const time::Date from = date(inputs.at("start"));
  const time::Date until = end == nullptr ? time::parse_date("9999-12-31") : date(*end);
  time::CyclePeriod period = time::first_period(rule, rule.zone.start_of(from));
  const auto before = time::CycleRule::through(period.ends_on, {.months = rule.months}, rule.zone);
  const bool begins_whole = days_around(rule, from).starts_on == from;
  time::Days whole = begins_whole ? days_of(period) : days_around(before, from);
  std::vector<time::Fraction> parts;
  while (period.starts_on <= date(inputs.at("target")) && period.starts_on < until) {
    parts.push_back(time::fraction_of_days({from, until}, whole));
    period = time::period_from(rule, period.period.ends_at);
    whole = days_of(period);
  }
  return parts;
}

Result run_cycles(const Case& item) {
  return {{"cycles", price(1, 1, cycles(item))}};
}

Result run_recurring(const Case& item) {
  std::vector<Money> items;
  for (const time::Fraction& part : cycles(item)) {
    items.push_back(charged(item.params, decimal(item.params.at("price")), part));
  }
  return {{"items", items}, {"total", subtotal(items, currency(item.params))}};
}

Result run_cancel_credit(const Case& item) {
  const time::Days period{date(item.params.at("period_start")), date(item.params.at("period_end"))};
  return {
      {"credit", sum_of_lines(item.params,
                              time::fraction_of_days(
                                  {date(item.inputs.at("cancelled")), period.ends_on}, period))}};
}

Decimal up_at_five(const Ratio& value) {
  return money::round(value, 5, money::Rounding::kCeiling);
}

Result run_prorated_sum(const Case& item) {
  return {{"value", up_at_five(level_in_month(item).average)}};
}

/// An id counts from the day it is added or carried to the day it is removed, both counted.
Result run_prorated_unique_count(const Case& item) {
  const time::Zone utc = time::Zone::utc();
  const time::Period period{utc.start_of(date(item.params.at("from"))),
                            utc.start_of(day_after(date(item.params.at("to"))))};
  const Json& inputs = item.inputs;
  usage::ChangedLevel level;
  const Json* carried = member(inputs, "carried");
  const Json* started = member(inputs, "subscription_started");
  if (carried != nullptr) {
    level.add(started == nullptr ? period.starts_at : utc.start_of(date(*started)),
              decimal(*carried));
  }
  if (const Json* added = member(inputs, "added")) level.add(utc.start_of(date(*added)), 1);
  if (const Json* replaced = member(inputs, "replaced_by_upgrade")) {
    level.add(utc.start_of(date(*replaced)), -1);
  }
  for (const char* last : {"removed", "subscription_terminated"}) {
    if (const Json* day = member(inputs, last)) {
      level.add(utc.start_of(day_after(date(*day))), -1);
    }
  }
  return {{"value", up_at_five(level.over_time(period, 0, period.length()))}};
}

const Adapters kProration("proration", {{"lago-inclusive-days", run_inclusive_days},
                                        {"seconds-ratio", run_seconds_ratio},
                                        {"days-half-open", run_half_open_days},
                                        {"ratio-half-open", run_half_open_ratio},
                                        {"day-inclusive", run_day_inclusive},
                                        {"plan-change", run_plan_change},
                                        {"leading", run_leading},
                                        {"addon", run_leading},
                                        {"ratio-actual-days", run_actual_days},
                                        {"in-advance-cycles", run_cycles},
                                        {"recurring", run_recurring},
                                        {"cancel-credit", run_cancel_credit},
                                        {"prorated-sum", run_prorated_sum},
                                        {"prorated-unique-count", run_prorated_unique_count}});

}  // namespace
}  // namespace reckoner::golden
