#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "money/decimal.hpp"

namespace reckoner::insight {

/// What makes a value odd.
struct AnomalyRules {
  std::size_t season = 7;          ///< steps that make the pattern which repeats: 7 days, 168 hours
  std::size_t seasons = 8;         ///< how many before a value it is compared with, at most
  std::size_t seasons_needed = 4;  ///< how many there must be
  money::Decimal score;            ///< robust standard deviations that a value must be off at least
  money::Decimal change;           ///< and the part of what is usual: 0.5 is a half
};

/// Days against the same weekday, and hours against the same hour of the week. The scores are
/// higher than the 3.5 that Iglewicz and Hoaglin recommend for one look at a sample ("How to detect
/// and handle outliers", ASQC 1993), because a month has 30 looks and 720; docs/insight.md has how
/// often they are wrong.
AnomalyRules daily_rules();
AnomalyRules hourly_rules();

/// Steps, one behind the other, that are all above or all below what is usual at their place in the
/// season.
struct Anomaly {
  std::size_t first = 0;  ///< positions among the values
  std::size_t last = 0;   ///< included
  money::Decimal value;   ///< sum of these steps
  money::Decimal usual;   ///< sum of their medians
  money::Decimal low;     ///< sums of what they may lie between without being odd
  money::Decimal high;
  money::Decimal score;  ///< the largest of them: robust standard deviations from what is usual
  bool is_above() const { return value > usual; }
};

/// The odd ones among the values from position `from` on, oldest first. `values` are what steps
/// without gaps measured (0: nothing). Each is compared with the values at its place of the seasons
/// before it: it is odd when it is off their median by at least `score` robust standard deviations
/// and `change` of the median. The deviation is 1.4826 times the largest of their own MAD, the MAD
/// that all places have relative to their medians (a place has few values of its own), and a tenth
/// of the mean of all (places where next to nothing is usual). A value that was odd itself stands
/// among those of later ones; medians bear that. Pure. Throws Error for figures that do not fit.
std::vector<Anomaly> find_anomalies(std::span<const money::Decimal> values, std::size_t from,
                                    const AnomalyRules& rules);

/// Such as "Wed 2026-10-14, 02:00 to 05:00: 1,204 GB, 5.1 times the usual 236.2 GB (up to 310.9 GB
/// would not stand out)". `when` begins it; figures are rounded to four significant digits or whole
/// units.
std::string words_of(const Anomaly& anomaly, std::string_view when, std::string_view unit);

}  // namespace reckoner::insight
