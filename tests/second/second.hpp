#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/charge.hpp"
#include "domain/customer.hpp"
#include "domain/document.hpp"
#include "invoicing/commitment.hpp"
#include "invoicing/lifetime.hpp"
#include "invoicing/tax.hpp"
#include "pricing/charge.hpp"
#include "second/rational.hpp"

/// The billing arithmetic a second time: from the documents, with the plainest loops that do it
/// (block by block, day by day, event by event) and without a line of what it is compared with.
/// Only the plain structs that carry input are shared.
namespace reckoner::second {

/// A quantity that has no price.
class NoPrice : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Rates (rates.cpp).

/// The amount of a quantity.
Rational price(const domain::Rate& rate, const Rational& quantity);

// Charges (charges.cpp).

struct Priced {
  Rational used;
  std::optional<Rational> allowance;  ///< none: unlimited
  Rational billable;
  Rational amount;
};
Priced price_metered(const domain::Charge& charge, const domain::OfMeters& metering,
                     std::span<const pricing::MeteredStretch> stretches,
                     const pricing::Coverage& coverage,
                     const pricing::EnvironmentShare& environment);
Priced price_recurring(const domain::Charge& charge,
                       std::span<const pricing::RecurringStretch> stretches,
                       const pricing::EnvironmentShare& environment);

// Wall clocks and dimensions (groups.cpp).

std::size_t band_of(const domain::Calendar& calendar, const time::LocalTime& local);
std::size_t row_of(const domain::Matrix& matrix, std::span<const std::string> values);
/// Different for two instants exactly when they lie in different windows, and rising with time.
std::int64_t window_of(domain::Window window, time::Instant instant, const time::Zone& zone);

// Days of a subscription (life.cpp).

std::vector<invoicing::Days> intervals(const domain::Subscription& subscription,
                                       const time::Zone& zone, const domain::Charge& charge,
                                       const invoicing::Days& period);
struct Stretch {
  invoicing::Days days;
  Rational quantity;
};
std::vector<Stretch> stretches(const domain::Subscription& subscription, const time::Zone& zone,
                               const domain::Charge& charge, const invoicing::Days& interval,
                               std::optional<time::Date> until);
std::int64_t active_days(const domain::Subscription& subscription, const time::Zone& zone,
                         const invoicing::Days& days);
pricing::Coverage coverage_of(const domain::Charge& charge, const invoicing::Days& days,
                              const invoicing::Days& interval, const time::Zone& zone);
/// The terms in force on a day, with the agreed figures in them; `agreed` by time.
domain::Terms terms_on(const domain::Charge& charge, std::span<const domain::AgreedFigure> agreed,
                       time::Date day);

// Statements and documents (statement.cpp).

/// A line as far as arithmetic sees it.
struct Line {
  std::string key;
  Rational quantity;
  Rational amount;
  friend bool operator==(const Line&, const Line&) = default;
};

std::vector<Line> discount_lines(std::span<const domain::StatementLine> lines,
                                 std::span<const domain::Discount> discounts,
                                 const time::Zone& zone, int digits, Half half);
Rational missing_from(std::span<const domain::StatementLine> lines,
                      const invoicing::SpendLimits& limits, const pricing::Coverage& coverage);
pricing::Coverage days_covered(const invoicing::DayStretch& period,
                               std::span<const invoicing::DayStretch> stretches);

struct TaxTotal {
  std::string country;
  std::string category;
  Rational percent;
  bool included = false;
  std::string note;
  Rational base;
  Rational tax;
};
std::vector<TaxTotal> taxes(std::span<const invoicing::TaxableLine> lines, int digits,
                            invoicing::TaxRounding rounded, Half half);

std::vector<Line> difference(std::span<const Line> statement, bool billed_before,
                             std::span<const Line> billed);

/// `whole` in parts by weight, in units of 10^-digits.
std::vector<Rational> allocate(const Rational& whole, std::span<const Rational> weights,
                               int digits);

}  // namespace reckoner::second
