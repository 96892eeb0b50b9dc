#include "insight/forecast.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "insight/robust.hpp"

namespace reckoner::insight {

namespace {

using money::Decimal;
using Values = std::vector<Decimal>;

constexpr std::size_t kStepsWithoutSeason = 56;
constexpr std::size_t kStepsForErrors = 4;
constexpr std::size_t kStepsForTrend = 14;

Decimal percent(std::int64_t hundredths) {
  return Decimal::from_parts(hundredths, 2);
}

Decimal damping() {
  return percent(97);
}

/// Student's t that nine in ten lie below, by degrees of freedom: four in five on both sides.
Decimal t_of_nine_tenths(std::size_t degrees) {
  constexpr std::array kThousandths{3078, 1886, 1638, 1533, 1476, 1440, 1415, 1397, 1383, 1372,
                                    1363, 1356, 1350, 1345, 1341, 1337, 1333, 1330, 1328, 1325};
  constexpr int kTowardNormal = 1300;
  RK_CHECK(degrees >= 1);
  return Decimal::from_parts(
      degrees <= kThousandths.size() ? kThousandths.at(degrees - 1) : kTowardNormal, 3);
}

Decimal mean(std::span<const Decimal> values) {
  Decimal sum;
  for (const Decimal& value : values) sum += value;
  return over(sum, static_cast<std::int64_t>(values.size()));
}

/// The last seasons of what there is from the first usage on.
std::span<const Decimal> looked_at(std::span<const Decimal> history, int season) {
  const auto used = std::find_if(history.begin(), history.end(),
                                 [](const Decimal& value) { return !value.is_zero(); });
  history = history.subspan(static_cast<std::size_t>(used - history.begin()));
  const std::size_t most =
      season == 1 ? kStepsWithoutSeason : static_cast<std::size_t>(season * kForecastSeasons);
  return history.size() <= most ? history : history.last(most);
}

/// Each value by the mean of its season, for the whole seasons at the end; by place in the season.
std::vector<Values> ratios_by_place(const Values& values, std::size_t season) {
  std::vector<Values> ratios(season);
  for (std::size_t begin = values.size() % season; begin < values.size(); begin += season) {
    const Decimal level = mean(std::span(values).subspan(begin, season));
    if (level.is_zero()) continue;
    for (std::size_t i = begin; i < begin + season; ++i) {
      ratios[i % season].push_back(over(values[i], level));
    }
  }
  return ratios;
}

/// 1 where the places explain all that varies between steps, 0 where they explain no more than
/// chance would.
Decimal strength_of(const std::vector<Values>& ratios, const Values& typical) {
  Decimal left;
  Decimal all;
  std::int64_t count = 0;
  for (std::size_t place = 0; place < ratios.size(); ++place) {
    for (const Decimal& ratio : ratios[place]) {
      const Decimal error = ratio - typical[place];
      left += times(error, error);
      all += times(ratio - 1, ratio - 1);
      ++count;
    }
  }
  const auto places = static_cast<std::int64_t>(ratios.size());
  if (all.is_zero() || count <= places) return 0;
  const Decimal unexplained =
      fixed(money::Ratio(left * (count - 1), times(all, Decimal(count - places))));
  return std::max(Decimal(0), 1 - unexplained);
}

/// The seasonal indices by place; their mean is 1.
Values indices_of(const Values& values, std::size_t season) {
  Values indices(season, Decimal(1));
  if (season == 1 || values.size() < 2 * season) return indices;
  const std::vector<Values> ratios = ratios_by_place(values, season);
  if (ratios.front().size() < 2) return indices;
  Values typical;
  for (const Values& of_place : ratios) typical.push_back(median(of_place));
  const Decimal middle = mean(typical);
  if (middle.sign() <= 0) return indices;
  for (Decimal& index : typical) index = over(index, middle);
  const Decimal strength = strength_of(ratios, typical);
  for (std::size_t place = 0; place < season; ++place) {
    indices[place] = 1 + times(strength, typical[place] - 1);
  }
  return indices;
}

/// Values without their season; none on days that have next to no usage: they tell nothing of the
/// level.
std::vector<std::optional<Decimal>> adjusted(const Values& values, const Values& indices) {
  std::vector<std::optional<Decimal>> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Decimal& index = indices[i % indices.size()];
    result.push_back(index > percent(5) ? std::optional(over(values[i], index)) : std::nullopt);
  }
  return result;
}

/// How far an error may be from what the steps usually differ by.
Decimal bound_of(const std::vector<std::optional<Decimal>>& values) {
  Values differences;
  Values sizes;
  const std::optional<Decimal>* last = nullptr;
  for (const std::optional<Decimal>& value : values) {
    if (!value) continue;
    sizes.push_back(value->abs());
    if (last != nullptr) differences.push_back((*value - **last).abs());
    last = &value;
  }
  // Steps that are all alike differ by nothing: then half of their size is much.
  return std::max(times(median(std::move(differences)), normal_scale() * 3),
                  over(median(std::move(sizes)), 2));
}

struct Smoothing {
  Decimal level;  ///< alpha
  Decimal trend;  ///< of the level's change that is taken for trend
};

struct Fit {
  Smoothing smoothing;
  Decimal level;
  Decimal trend;
  Decimal error;  ///< mean square of the errors one step ahead, as far as they count
  Values errors;
};

Fit smooth(const std::vector<std::optional<Decimal>>& values, const Smoothing& smoothing,
           const Decimal& bound) {
  constexpr std::size_t kFirst = 3;
  Values first;
  for (const std::optional<Decimal>& value : values) {
    if (value && first.size() < kFirst) first.push_back(*value);
  }
  Fit fit{.smoothing = smoothing,
          .level = median(std::move(first)),
          .trend = {},
          .error = {},
          .errors = {}};
  Decimal sum;
  for (const std::optional<Decimal>& value : values) {
    fit.trend = times(fit.trend, damping());
    fit.level += fit.trend;
    if (!value) continue;
    const Decimal error = *value - fit.level;
    const Decimal counted = bound.is_zero() ? error : std::clamp(error, -bound, bound);
    const Decimal step = times(counted, smoothing.level);
    fit.level += step;
    fit.trend += times(step, smoothing.trend);
    fit.errors.push_back(error);
    sum += times(counted, counted);
  }
  if (!fit.errors.empty()) fit.error = over(sum, static_cast<std::int64_t>(fit.errors.size()));
  return fit;
}

Fit best_fit(const std::vector<std::optional<Decimal>>& values) {
  constexpr std::array kLevels{5, 10, 20, 30, 50, 80};
  constexpr std::array kTrends{10, 30};
  const Decimal bound = bound_of(values);
  std::optional<Fit> flat;
  for (const int level : kLevels) {
    Fit next = smooth(values, {percent(level), 0}, bound);
    if (!flat || next.error < flat->error) flat = std::move(next);
  }
  if (values.size() < kStepsForTrend) return *flat;
  Fit best = *flat;
  for (const int level : kLevels) {
    for (const int trend : kTrends) {
      Fit next = smooth(values, {percent(level), percent(trend)}, bound);
      const bool pays = next.error < times(flat->error, percent(95));
      if (pays && next.error < best.error) best = std::move(next);
    }
  }
  return best;
}

/// The mean of the squares.
Decimal variance_of(const Fit& fit) {
  Decimal sum;
  for (const Decimal& error : fit.errors) sum += times(error, error);
  return over(sum, static_cast<std::int64_t>(fit.errors.size() - 2));
}

/// What each step counts in the sum: its index, and of the first the part to come.
Values weights_of(const Values& indices, std::size_t behind, const Horizon& horizon) {
  Values weights;
  for (int step = 0; step < horizon.steps; ++step) {
    weights.push_back(indices[(behind + static_cast<std::size_t>(step)) % indices.size()]);
  }
  weights.front() = fixed(weights.front() * horizon.first);
  return weights;
}

Decimal sum_of(const Fit& fit, const Values& weights) {
  Decimal sum;
  Decimal level = fit.level;
  Decimal trend = fit.trend;
  for (const Decimal& weight : weights) {
    trend = times(trend, damping());
    level += trend;
    sum += times(weight, level);
  }
  return sum;
}

/// The variance of the sum, for errors of variance 1: an error in a step counts with the step's
/// weight, and with what it moves level and trend of all steps behind it.
Decimal spread_of(const Fit& fit, const Values& weights) {
  Values moved{0};  // by steps behind the error: what an error of 1 changes
  Decimal power = 1;
  Decimal damped;
  for (std::size_t behind = 1; behind < weights.size(); ++behind) {
    power = times(power, damping());
    damped += power;
    moved.push_back(times(fit.smoothing.level, 1 + times(fit.smoothing.trend, damped)));
  }
  Decimal spread;
  for (std::size_t step = 0; step < weights.size(); ++step) {
    Decimal weight = weights[step];
    for (std::size_t later = step + 1; later < weights.size(); ++later) {
      weight += times(weights[later], moved[later - step]);
    }
    spread += times(weight, weight);
  }
  return spread;
}

}  // namespace

ForecastSum forecast_sum(std::span<const Decimal> history, int season, const Horizon& horizon) {
  RK_CHECK(season >= 1 && horizon.steps >= 0);
  RK_CHECK(horizon.first.sign() > 0 && horizon.first <= money::Ratio(1));
  const std::span<const Decimal> looked = looked_at(history, season);
  if (looked.empty() || horizon.steps == 0) return {};
  // Sizes near 1 keep the digits that count, whatever the unit.
  Decimal size;
  for (const Decimal& value : looked) size += value.abs();
  if (size.is_zero()) return {};
  size = money::round_significant(money::Ratio(size, static_cast<std::int64_t>(looked.size())),
                                  kDigits, money::Rounding::kHalfEven);
  Values values;
  for (const Decimal& value : looked) values.push_back(over(value, size));
  const bool may_be_negative = std::any_of(values.begin(), values.end(),
                                           [](const Decimal& value) { return value.sign() < 0; });

  const Values indices = indices_of(values, static_cast<std::size_t>(season));
  const Values weights = weights_of(indices, values.size(), horizon);
  const auto shown = [&](const Decimal& value) {
    const Decimal bounded = may_be_negative ? value : std::max(value, Decimal(0));
    return money::round_significant(bounded * size, 2 * kDigits, money::Rounding::kHalfEven);
  };
  const auto few = [&] {
    Decimal sum;
    for (const Decimal& weight : weights) sum += times(weight, mean(values));
    return ForecastSum{may_be_negative ? shown(0 - sum) : Decimal(0), shown(sum), shown(sum * 2)};
  };
  const auto without_season = adjusted(values, indices);
  const Fit fitted = best_fit(without_season);
  if (fitted.errors.size() < kStepsForErrors) return few();
  const Decimal middle = sum_of(fitted, weights);
  const Decimal half = times(t_of_nine_tenths(fitted.errors.size() - 2),
                             square_root(times(variance_of(fitted), spread_of(fitted, weights))));
  return {shown(middle - half), shown(middle), shown(middle + half)};
}

}  // namespace reckoner::insight
