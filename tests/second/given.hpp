#pragma once

#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "domain/customer.hpp"
#include "second/check.hpp"

/// Random input, and the words that show it to a reader.
namespace reckoner::second {

/// 0 to `most`: often whole, often round, at times with up to three digits.
money::Decimal some_quantity(Tape& tape, int most = 300);
/// 0 to 30, with up to four digits.
money::Decimal some_price(Tape& tape);
money::Currency some_currency(Tape& tape);
money::Rounding some_rounding(Tape& tape);
Half half_of(money::Rounding rounding);
time::Zone some_zone(Tape& tape);
/// A day of 2026, or near it.
time::Date some_day(Tape& tape, time::Date first, int days);
/// A whole month, or one between other days of months.
invoicing::Days some_period(Tape& tape);

domain::Rate some_rate(Tape& tape);
/// A charge on usage whose every terms have the same kind of model; its first terms hold from ever.
domain::Charge some_metered_charge(Tape& tape, const invoicing::Days& period);
/// A fee, or a charge on a quantity of the subscription.
domain::Charge some_recurring_charge(Tape& tape, const invoicing::Days& period);
/// One that has at least a day in the period.
domain::Subscription some_subscription(Tape& tape, const time::Zone& zone,
                                       const invoicing::Days& period);
pricing::EnvironmentShare some_environment(Tape& tape);

std::string show(const domain::Rate& rate);
std::string show(const domain::Charge& charge);
std::string show(const domain::Subscription& subscription, const time::Zone& zone);
std::string show(const invoicing::Days& days);
std::string show(const pricing::EnvironmentShare& environment);
std::string show(const pricing::Measure& measure);
std::string show(const std::optional<money::Decimal>& value);

}  // namespace reckoner::second
