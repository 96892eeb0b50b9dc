#pragma once

#include "engine/facts.hpp"

namespace reckoner::engine {

/// The facts as they are known, and once draw_on() was called, usage as if what was measured so far
/// went on: a stretch of time that contains the instant has that usage times its length by its
/// length up to the instant. Counts and sums grow so; the values of single events, extremes,
/// averages, last values and unique counts stay as they are.
class StraightLine : public FactReader {
 public:
  StraightLine(store::Connection& connection, Knowledge knowledge, time::Instant instant)
      : FactReader(connection, knowledge), instant_(instant) {}

  void draw_on() { draws_on_ = true; }

  std::vector<UsageByMeter> usage(std::span<const UsageQuery> queries,
                                  const std::vector<std::string>& meters,
                                  const meters::MeterReader& reader) override;
  std::vector<std::vector<UsageDetail>> usage_details(std::span<const UsageQuery> queries,
                                                      const std::vector<std::string>& meters,
                                                      const meters::MeterReader& reader) override;
  std::vector<Quantities> quantities(std::span<const QuantityQuery> queries) override;

 private:
  /// 1 where the stretch does not contain the instant.
  money::Ratio growth(const time::Period& stretch) const;

  const time::Instant instant_;
  bool draws_on_ = false;
};

}  // namespace reckoner::engine
