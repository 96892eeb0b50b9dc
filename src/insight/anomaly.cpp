#include "insight/anomaly.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "insight/robust.hpp"
#include "money/grouped.hpp"

namespace reckoner::insight {

namespace {

using money::Decimal;

struct Usual {
  Decimal median;
  Decimal deviation;  ///< MAD of the values at the place themselves
};

/// What is usual at the places of one season, from the seasons before it.
class Season {
 public:
  Season(std::span<const Decimal> values, std::size_t begin, const AnomalyRules& rules) {
    const std::size_t seasons = std::min(begin / rules.season, rules.seasons);
    if (seasons < rules.seasons_needed) return;
    std::vector<Decimal> relative;
    Decimal sum;
    for (std::size_t place = 0; place < rules.season; ++place) {
      std::vector<Decimal> before;
      for (std::size_t back = 1; back <= seasons; ++back) {
        before.push_back(values[begin + place - back * rules.season]);
        sum += before.back();
      }
      const Decimal middle = median(before);
      usual_.push_back({middle, median_deviation(before, middle)});
      if (middle.sign() <= 0) continue;
      for (const Decimal& value : before) relative.push_back(over((value - middle).abs(), middle));
    }
    relative_ = median(std::move(relative));
    const Decimal mean = over(sum, static_cast<std::int64_t>(seasons * rules.season));
    floor_ = times(mean.abs(), Decimal::from_parts(1, 1));
  }

  bool is_known() const { return !usual_.empty(); }
  const Decimal& median_at(std::size_t place) const { return usual_[place].median; }
  Decimal deviation_at(std::size_t place) const {
    const Usual& usual = usual_[place];
    const Decimal pooled = times(usual.median.abs(), relative_);
    return times(std::max({usual.deviation, pooled, floor_}), normal_scale());
  }

 private:
  std::vector<Usual> usual_;  ///< by place; none where too few seasons lie before
  Decimal relative_;          ///< of all places: MAD by median
  Decimal floor_;
};

/// The value as an anomaly of one step; none where it is as ever.
std::optional<Anomaly> judge(const Decimal& value, const Season& season, std::size_t place,
                             std::size_t at, const AnomalyRules& rules) {
  const Decimal& usual = season.median_at(place);
  const Decimal deviation = season.deviation_at(place);
  const Decimal off = (value - usual).abs();
  if (off.is_zero() || off < times(usual.abs(), rules.change)) return std::nullopt;
  if (off < times(deviation, rules.score)) return std::nullopt;
  const Decimal reach = std::max(times(deviation, rules.score), times(usual.abs(), rules.change));
  // Nothing was ever measured but equal values: any other is as odd as can be.
  constexpr int kScoreMost = 1'000;
  const Decimal score = deviation.is_zero() ? Decimal(kScoreMost)
                                            : std::min(Decimal(kScoreMost), over(off, deviation));
  const Decimal low = usual - reach;
  return Anomaly{.first = at,
                 .last = at,
                 .value = value,
                 .usual = usual,
                 .low = usual.sign() >= 0 ? std::max(low, Decimal(0)) : low,
                 .high = usual + reach,
                 .score = score};
}

void join(Anomaly& before, const Anomaly& next) {
  before.last = next.last;
  before.value += next.value;
  before.usual += next.usual;
  before.low += next.low;
  before.high += next.high;
  before.score = std::max(before.score, next.score);
}

std::string figure(const Decimal& value) {
  constexpr int kDigitsShown = 4;
  const bool large = value.abs() >= Decimal(1'000);
  return money::grouped(
      (large ? money::round(value, 0, money::Rounding::kHalfEven)
             : money::round_significant(value, kDigitsShown, money::Rounding::kHalfEven))
          .to_string());
}

}  // namespace

AnomalyRules daily_rules() {
  return {.season = 7, .score = 4, .change = Decimal::from_parts(5, 1)};
}

AnomalyRules hourly_rules() {
  return {.season = 168, .score = 5, .change = Decimal::from_parts(5, 1)};
}

std::vector<Anomaly> find_anomalies(std::span<const Decimal> values, std::size_t from,
                                    const AnomalyRules& rules) {
  RK_CHECK(rules.season >= 1 && rules.seasons_needed >= 1);
  std::vector<Anomaly> found;
  for (std::size_t begin = from; begin < values.size(); begin += rules.season) {
    const Season season(values, begin, rules);
    if (!season.is_known()) continue;
    const std::size_t end = std::min(begin + rules.season, values.size());
    for (std::size_t at = begin; at < end; ++at) {
      auto anomaly = judge(values[at], season, at - begin, at, rules);
      if (!anomaly) continue;
      const bool goes_on = !found.empty() && found.back().last + 1 == at &&
                           found.back().is_above() == anomaly->is_above();
      if (goes_on) {
        join(found.back(), *anomaly);
      } else {
        found.push_back(std::move(*anomaly));
      }
    }
  }
  return found;
}

std::string words_of(const Anomaly& anomaly, std::string_view when, std::string_view unit) {
  const auto with_unit = [&](const Decimal& value) {
    return unit.empty() ? figure(value) : fmt::format("{} {}", figure(value), unit);
  };
  if (anomaly.is_above()) {
    const std::string bound =
        fmt::format("(up to {} would not stand out)", with_unit(anomaly.high));
    if (anomaly.usual.sign() <= 0) {
      return fmt::format("{}: {}, where nothing is usual {}", when, with_unit(anomaly.value),
                         bound);
    }
    const Decimal factor =
        money::round(money::Ratio(anomaly.value, anomaly.usual), 1, money::Rounding::kHalfEven);
    return fmt::format("{}: {}, {} times the usual {} {}", when, with_unit(anomaly.value),
                       money::grouped(factor.to_string()), with_unit(anomaly.usual), bound);
  }
  const std::string bound = fmt::format("(down to {} would not stand out)", with_unit(anomaly.low));
  if (anomaly.value.is_zero()) {
    return fmt::format("{}: nothing, where {} is usual {}", when, with_unit(anomaly.usual), bound);
  }
  const Decimal less =
      money::round(money::Ratio((anomaly.usual - anomaly.value) * 100, anomaly.usual.abs()), 0,
                   money::Rounding::kHalfEven);
  return fmt::format("{}: {}, {} % less than the usual {} {}", when, with_unit(anomaly.value),
                     less.to_string(), with_unit(anomaly.usual), bound);
}

}  // namespace reckoner::insight
