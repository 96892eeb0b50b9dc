#pragma once

#include <span>

#include "money/decimal.hpp"

namespace reckoner::insight {

/// What is still to come of a period, in steps (days, hours) that go on behind the history.
struct Horizon {
  int steps = 0;          ///< the first may have begun
  money::Ratio first{1};  ///< part of the first that is still to come: above 0, at most 1
};

/// A sum to come, with the band that it lies in four times out of five.
struct ForecastSum {
  money::Decimal low;
  money::Decimal middle;
  money::Decimal high;
};

/// The longest history that is looked at, in seasons.
inline constexpr int kForecastSeasons = 8;

/// What the steps of the horizon will sum up to, from what whole steps before them measured, oldest
/// first, without gaps (a step without usage is 0). `season` is how many steps make the pattern
/// that repeats: 7 for days, 24 for hours; 1: none. Of a longer history the last kForecastSeasons
/// seasons count (of one without a pattern, the last 56 steps). Steps before the first usage are no
/// history. Pure, exact decimals, the same result everywhere.
///
/// The method is exponential smoothing with a damped trend and multiplicative seasonal indices that
/// are held fixed, after R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and
/// Practice", 3rd edition, 2021:
///  1. Indices by classical decomposition (3.4): each step by the mean of its season; the median
///     over the seasons, so that one odd week moves nothing. They are drawn to 1 by the strength of
///     the season (4.3, corrected for degrees of freedom): what is noise gets no pattern. Fewer
///     than two whole seasons give none.
///  2. Level and damped trend (8.2; Gardner and McKenzie, Management Science 31, 1985) of what the
///     indices leave. Smoothing parameters are those of a fixed grid with the smallest mean square
///     of the errors one step ahead; a trend must better it by 5 %. Errors are cut off at three
///     robust standard deviations, or half of the median step (Gelper, Fried and Croux, Journal of
///     Forecasting 29, 2010), so that one spike is not taken for a new level, and a lasting change
///     is, step by step.
///  3. The band: the errors one step ahead, carried through the horizon by the same parameters
///     (8.7), summed up, times Student's t for their number. Where values never fell below zero,
///     neither does the band.
/// With fewer than four steps nothing is known of errors: the band reaches from nothing to twice
/// the mean. Throws Error for figures that do not fit a Decimal.
ForecastSum forecast_sum(std::span<const money::Decimal> history, int season,
                         const Horizon& horizon);

}  // namespace reckoner::insight
