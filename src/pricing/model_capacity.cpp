#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "pricing/trace.hpp"
#include "pricing/units.hpp"
#include "pricing/usage_models.hpp"

namespace reckoner::pricing {

namespace {

bool holds(const domain::CapacityTier& tier, const domain::OfMeters& metering,
           const std::vector<money::Decimal>& quantities) {
  RK_CHECK(tier.limits.size() == quantities.size());
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    if (tier.limits[i] && in_units(metering, quantities[i]) > *tier.limits[i]) return false;
  }
  return true;
}

std::string text_of(const domain::OfMeters& metering,
                    const std::vector<money::Decimal>& quantities) {
  std::vector<std::string> texts;
  for (const money::Decimal& quantity : quantities) {
    texts.push_back(
        money::round(in_units(metering, quantity), 6, money::Rounding::kHalfAwayFromZero)
            .to_string());
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

Rated rated(const domain::Capacity& model, const domain::OfMeters& metering, const Measure& measure,
            const Allowance&, Trace* trace) {
  const auto tier = std::ranges::find_if(model.tiers, [&](const domain::CapacityTier& candidate) {
    return holds(candidate, metering, measure.quantities);
  });
  if (tier == model.tiers.end()) {
    throw Error(
        fmt::format("no capacity holds {}: by agreement", text_of(metering, measure.quantities)));
  }
  const auto label = [&] {
    return fmt::format("capacity tier {}", tier - model.tiers.begin() + 1);
  };
  add_step(trace, label, money::Decimal(1), tier->price);
  const money::Ratio used = measure.quantities.empty()
                                ? money::Ratio(money::Decimal(0))
                                : in_units(metering, measure.quantities.front());
  return {used, used, tier->price};
}

}  // namespace reckoner::pricing
