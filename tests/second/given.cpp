#include "second/given.hpp"

#include <algorithm>

namespace reckoner::second {
namespace {

using money::Decimal;

std::optional<Decimal> perhaps(Tape& tape, int percent, Decimal (*make)(Tape&)) {
  if (!tape.chance(percent)) return std::nullopt;
  return make(tape);
}

domain::Tiers some_tiers(Tape& tape) {
  domain::Tiers made;
  made.fee_at_zero = !tape.chance(30);
  const int count = tape.between(1, 4);
  Decimal bound = 0;
  for (int i = 0; i < count; ++i) {
    domain::Tier tier;
    const bool open = i + 1 == count && !tape.chance(30);
    if (!open) {
      bound += Decimal::from_parts(tape.between(1, 12) * 5, tape.chance(15) ? 1 : 0);
      tier.up_to = bound;
    }
    tier.price = some_price(tape);
    if (tape.chance(50)) tier.fee = some_price(tape);
    made.tiers.push_back(tier);
  }
  return made;
}

domain::Blocks some_blocks(Tape& tape) {
  domain::Blocks made;
  made.mode = tape.pick({domain::BlockMode::kAllTiers, domain::BlockMode::kTopTier});
  const int count = tape.between(1, 3);
  for (int i = 0; i < count; ++i) {
    domain::BlockTier tier{Decimal(tape.between(1, 6) * 5), std::nullopt, some_price(tape)};
    if (i + 1 < count || tape.chance(40)) tier.max_blocks = tape.between(1, 8);
    made.tiers.push_back(tier);
  }
  return made;
}

domain::Percentage some_percentage(Tape& tape) {
  domain::Percentage made;
  made.percent = some_price(tape);
  if (tape.chance(40)) made.fixed = some_price(tape);
  if (tape.chance(40)) made.free_count = tape.between(0, 4);
  if (tape.chance(40)) made.free_amount = some_quantity(tape);
  made.transaction_minimum = perhaps(tape, 25, some_price);
  if (tape.chance(25)) {
    made.transaction_maximum = some_price(tape) + made.transaction_minimum.value_or(0);
  }
  return made;
}

domain::Capacity some_capacity(Tape& tape) {
  domain::Capacity made;
  for (int i = tape.between(1, 4); i > 0; --i) {
    domain::CapacityTier tier;
    for (int meter = 0; meter < 2; ++meter) {
      tier.limits.emplace_back();
      if (i > 1 || tape.chance(50)) tier.limits.back() = some_quantity(tape);
    }
    tier.price = some_price(tape);
    made.tiers.push_back(tier);
  }
  return made;
}

domain::Matrix some_matrix(Tape& tape) {
  domain::Matrix made{{"region", "class"}, {}};
  for (int i = tape.between(1, 3); i > 0; --i) {
    domain::MatrixRow row;
    for (int k = 0; k < 2; ++k) {
      row.values.emplace_back();
      if (tape.chance(60)) row.values.back() = tape.pick<const char*>({"a", "b"});
    }
    row.rate = some_rate(tape);
    made.rows.push_back(row);
  }
  if (tape.chance(80)) made.rows.push_back({{std::nullopt, std::nullopt}, some_rate(tape)});
  return made;
}

std::vector<bool> some_of(Tape& tape, std::size_t count) {
  std::vector<bool> chosen;
  if (!tape.chance(50)) return chosen;
  const auto first = static_cast<std::size_t>(tape.below(static_cast<int>(count)));
  const auto length = static_cast<std::size_t>(tape.between(1, static_cast<int>(count)));
  chosen.resize(count);
  for (std::size_t i = 0; i < length; ++i) chosen[(first + i) % count] = true;
  return chosen;
}

domain::Calendar some_calendar(Tape& tape) {
  domain::Calendar made;
  for (int i = tape.between(1, 3); i > 1; --i) {
    made.bands.push_back(
        {"band", some_of(tape, 96), some_of(tape, 7), some_of(tape, 12), some_rate(tape)});
  }
  made.bands.push_back({"else", {}, {}, {}, some_rate(tape)});
  return made;
}

domain::ChargeModel some_model(Tape& tape, int kind) {
  switch (kind) {
    case 1:
      return some_percentage(tape);
    case 2:
      return some_capacity(tape);
    case 3:
      return some_matrix(tape);
    case 4:
      return some_calendar(tape);
    case 5:
      return domain::Windowed{
          tape.pick({domain::Window::kHour, domain::Window::kDay, domain::Window::kMonth}),
          some_rate(tape)};
    default:
      return some_rate(tape);
  }
}

void add_limits(Tape& tape, domain::Terms& terms) {
  terms.minimum = perhaps(tape, 20, some_price);
  if (tape.chance(20)) terms.maximum = some_quantity(tape) + terms.minimum.value_or(0);
}

std::optional<Decimal> some_allowance(Tape& tape) {
  if (!tape.chance(50)) return Decimal(0);
  if (tape.chance(10)) return std::nullopt;
  return some_quantity(tape, 100);
}

time::Instant midnight(const time::Zone& zone, time::Date day) {
  return zone.start_of(day);
}

}  // namespace

Decimal some_quantity(Tape& tape, int most) {
  switch (tape.below(4)) {
    case 0:
      return tape.between(0, most / 5) * 5;
    case 1:
      return tape.between(0, most);
    case 2:
      return Decimal::from_parts(tape.between(0, most * 2) * 5, 1);
    default:
      return Decimal::from_parts(tape.between(0, most * 100) * 10 + tape.below(10), 3);
  }
}

Decimal some_price(Tape& tape) {
  return Decimal::from_parts(tape.between(0, 300), tape.between(1, 4));
}

money::Currency some_currency(Tape& tape) {
  return money::Currency::of(tape.pick<const char*>({"USD", "JPY", "BHD"}));
}

money::Rounding some_rounding(Tape& tape) {
  return tape.pick({money::Rounding::kHalfAwayFromZero, money::Rounding::kHalfEven});
}

Half half_of(money::Rounding rounding) {
  return rounding == money::Rounding::kHalfEven ? Half::kEven : Half::kAwayFromZero;
}

time::Zone some_zone(Tape& tape) {
  return time::Zone::named(
      tape.pick<const char*>({"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata",
                              "Pacific/Kiritimati", "Australia/Lord_Howe"}));
}

time::Date some_day(Tape& tape, time::Date first, int days) {
  return time::add_days(first, tape.below(days));
}

invoicing::Days some_period(Tape& tape) {
  using std::chrono::October, std::chrono::year;
  const time::Date month = year{2026} / October / 1;
  const int anchor = tape.chance(40) ? tape.between(1, 31) : 1;
  const int later = tape.below(12);
  return {time::month_day(month, later, anchor), time::month_day(month, later + 1, anchor)};
}

domain::Rate some_rate(Tape& tape) {
  switch (tape.below(9)) {
    case 0:
      return domain::PerUnit{some_price(tape)};
    case 1:
      return domain::Flat{some_price(tape)};
    case 2:
      return domain::Graduated{some_tiers(tape)};
    case 3:
      return domain::Volume{some_tiers(tape)};
    case 4:
      return domain::Stairstep{some_tiers(tape)};
    case 5:
      return domain::GraduatedPercentage{some_tiers(tape)};
    case 6:
      return domain::Package{
          Decimal::from_parts(tape.between(1, 20) * 25, tape.pick({0, 1})), some_price(tape),
          tape.pick({domain::PartialPackage::kCharged, domain::PartialPackage::kFree})};
    case 7:
      return some_blocks(tape);
    default:
      return domain::Dynamic{some_price(tape)};
  }
}

domain::Charge some_metered_charge(Tape& tape, const invoicing::Days& period) {
  domain::Charge made;
  made.name = "usage";
  domain::OfMeters metering;
  const int kind = tape.pick({0, 0, 0, 0, 1, 2, 3, 4, 5});
  metering.meters = kind == 2 ? std::vector<std::string>{"m", "n"} : std::vector<std::string>{"m"};
  metering.unit = "unit";
  if (tape.chance(30)) metering.unit_size = tape.pick({2, 3, 7, 10});
  metering.unit_rounding = tape.pick(
      {domain::UnitRounding::kExact, domain::UnitRounding::kUp, domain::UnitRounding::kDown});
  metering.allowance_on_change =
      tape.pick({domain::AllowanceOnChange::kProrated, domain::AllowanceOnChange::kWhole});
  made.source = metering;
  std::vector<time::Date> changes;
  for (int i = tape.pick({0, 0, 0, 1, 2}); i > 0; --i) {
    changes.push_back(some_day(tape, time::add_days(period.starts_on, -3), 40));
  }
  std::sort(changes.begin(), changes.end());
  changes.erase(std::unique(changes.begin(), changes.end()), changes.end());
  for (std::size_t i = 0; i <= changes.size(); ++i) {
    domain::Terms terms;
    if (i > 0) terms.effective = changes[i - 1];
    terms.model = some_model(tape, kind);
    if (kind != 1 && kind != 2) terms.allowance = some_allowance(tape);
    add_limits(tape, terms);
    made.terms.push_back(terms);
  }
  made.pass_through = tape.chance(10);
  if (tape.chance(20)) made.tax = "reduced";
  return made;
}

domain::Charge some_recurring_charge(Tape& tape, const invoicing::Days& period) {
  domain::Charge made;
  made.name = "fee";
  if (tape.chance(50)) made.source = domain::OfSubscription{"seats", "seat"};
  for (int i = tape.pick({1, 1, 1, 2}); i > 0; --i) {
    domain::Terms terms;
    if (!made.terms.empty()) terms.effective = some_day(tape, period.starts_on, 31);
    terms.model = some_rate(tape);
    terms.allowance = some_allowance(tape);
    add_limits(tape, terms);
    made.terms.push_back(terms);
  }
  made.side = tape.pick({domain::Side::kArrears, domain::Side::kAdvance});
  switch (tape.pick({0, 0, 0, 1, 2, 3, 4})) {
    case 1:
      made.every = domain::OnlyOnce{};
      break;
    case 2:
      made.every = time::CalendarDuration{1, 0};
      break;
    case 3:
      made.every = time::CalendarDuration{0, tape.between(5, 40)};
      break;
    case 4:
      made.every = time::CalendarDuration{tape.between(2, 12), 0};
      break;
    default:
      break;
  }
  made.proration = tape.pick({domain::Proration::kDays, domain::Proration::kDays,
                              domain::Proration::kSeconds, domain::Proration::kNone});
  const auto on_end = [&] {
    return tape.pick({domain::OnEnd::kProrate, domain::OnEnd::kKeep, domain::OnEnd::kCredit});
  };
  made.on_cancel = on_end();
  made.on_change = on_end();
  made.charged_in_trial = tape.chance(30);
  made.pass_through = tape.chance(10);
  if (tape.chance(20)) made.option = "addon";
  if (tape.chance(20)) made.tax = "reduced";
  return made;
}

domain::Subscription some_subscription(Tape& tape, const time::Zone& zone,
                                       const invoicing::Days& period) {
  domain::Subscription made{1, 0, "plan", money::Currency::of("USD"), {}, {}, {}, {}, {}, {}, {}};
  const int days = static_cast<int>(period.count());
  const time::Date begins =
      time::add_days(period.starts_on, tape.chance(50) ? -tape.below(100) : tape.below(days));
  made.starts_at = midnight(zone, begins);
  const time::Date seen = std::max(begins, period.starts_on);
  if (tape.chance(40)) {
    made.ends_at = midnight(zone, time::add_days(seen, tape.between(1, 45)));
    made.ending = tape.pick({domain::Ending::kCancelled, domain::Ending::kChanged});
  }
  if (tape.chance(30)) {
    made.trial_ends_at = midnight(zone, time::add_days(begins, tape.between(1, 40)));
  }
  time::Date day = begins;
  for (int i = tape.below(4); i > 0; --i) {
    made.quantities.push_back({tape.pick<const char*>({"seats", "addon"}),
                               tape.chance(70) ? Decimal(tape.between(1, 20)) : Decimal(0),
                               midnight(zone, day)});
    day = time::add_days(day, tape.below(40));
  }
  day = begins;
  for (int i = tape.pick({0, 0, 0, 1, 2}); i > 0; --i) {
    day = time::add_days(day, tape.between(1, 30));
    domain::Pause pause{midnight(zone, day), std::nullopt};
    day = time::add_days(day, tape.between(1, 20));
    if (i > 1 || tape.chance(80)) pause.ends_at = midnight(zone, day);
    made.pauses.push_back(pause);
  }
  return made;
}

pricing::EnvironmentShare some_environment(Tape& tape) {
  pricing::EnvironmentShare made;
  if (tape.chance(20)) made.percent = tape.pick({0, 50, 75, 33});
  if (tape.chance(20)) made.free_units = some_quantity(tape, 40);
  return made;
}

}  // namespace reckoner::second
