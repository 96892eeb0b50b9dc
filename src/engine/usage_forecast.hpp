#pragma once

#include <map>
#include <optional>

#include "engine/facts.hpp"
#include "insight/forecast.hpp"

namespace reckoner::engine {

/// The facts as they are known, and once look_at() named an outcome, usage as it is forecast to be
/// at the end of a stretch of time that contains the instant: what was measured so far, and what
/// insight::forecast_sum() says of the days to come from the eight weeks before (four, of meters
/// whose events are read one by one). Days are 24 hours, counted back from the end of the stretch:
/// where a clock change lies between, they are an hour off the calendar's. Of today the part to
/// come counts. Where there is no whole day of history, usage goes on in a straight line, with a
/// band from nothing to twice as much.
///
/// Counts and sums are forecast, levels over time, heartbeats and counters too; the values of
/// single events, extremes, averages, last values and unique counts stay as they are. What is to
/// come falls on dimensions and times of day as the last seven days did; of meters read by their
/// events, as the stretch did so far. Low and high of all meters come together, which makes the
/// band of a sum of several wider than each needs.
class UsageForecast : public FactReader {
 public:
  enum class Outcome { kKnown, kLow, kMiddle, kHigh };

  UsageForecast(store::Connection& connection, Knowledge knowledge, time::Instant instant)
      : FactReader(connection, knowledge), instant_(instant) {}

  void look_at(Outcome outcome) { outcome_ = outcome; }

  std::vector<UsageByMeter> usage(std::span<const UsageQuery> queries,
                                  const std::vector<std::string>& meters,
                                  const meters::MeterReader& reader) override;
  std::vector<std::vector<UsageDetail>> usage_details(std::span<const UsageQuery> queries,
                                                      const std::vector<std::string>& meters,
                                                      const meters::MeterReader& reader) override;
  std::vector<Quantities> quantities(std::span<const QuantityQuery> queries) override;

 private:
  /// What is still to come of a stretch.
  struct ToCome {
    time::Instant today;  ///< when the day began that the instant lies in
    time::Instant end;
    insight::Horizon days;
  };
  using DailyUsage = std::map<std::string, std::vector<money::Decimal>, std::less<>>;
  using Place = std::pair<CustomerId, time::Instant>;

  bool is_ahead() const { return outcome_ != Outcome::kKnown; }
  /// None where the stretch does not contain the instant, or ends with its quarter hour.
  std::optional<ToCome> to_come(const time::Period& stretch) const;
  /// Reads the days before that are not known yet, of all meters that add up.
  void learn(std::span<const UsageQuery> queries, const meters::MeterReader& reader);
  /// What comes on top of `so_far`, by the outcome looked at.
  money::Decimal more(const std::vector<money::Decimal>& history, const ToCome& ahead,
                      const time::Period& stretch, const money::Decimal& so_far) const;
  money::Decimal more_of(const UsageQuery& query, const ToCome& ahead, const std::string& meter,
                         const money::Decimal& so_far) const;
  void spread(const UsageQuery& query, const ToCome& ahead, const domain::Meter& meter,
              std::span<const UsageDetail> last_days, std::vector<UsageDetail>& details) const;

  const time::Instant instant_;
  Outcome outcome_ = Outcome::kKnown;
  std::map<Place, DailyUsage> histories_;  ///< by customer and the day that is not over
  std::map<std::pair<Place, std::string>, std::vector<money::Decimal>> measured_;
};

}  // namespace reckoner::engine
