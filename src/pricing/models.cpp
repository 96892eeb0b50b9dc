#include "pricing/models.hpp"

#include <array>
#include <variant>

namespace reckoner::pricing {

namespace {

constexpr std::size_t kRates = std::variant_size_v<domain::Rate>;
// A rate is the first alternative of the charge models.
static_assert(std::is_same_v<std::variant_alternative_t<0, domain::ChargeModel>, domain::Rate>);

constexpr std::array<ModelInfo, kRates + std::variant_size_v<domain::ChargeModel> - 1> kModels{{
    {"flat", "one amount, whatever the quantity"},
    {"per-unit", "the same price for each unit"},
    {"graduated", "each unit at the price of its tier, and the fee of every tier reached"},
    {"volume", "all units at the price of the tier reached, and its fee"},
    {"stairstep", "only the fee of the tier reached"},
    {"graduated-percentage", "a percentage of the amount in each tier, and the fees of the tiers"},
    {"package", "a price for each package of so many units"},
    {"blocks", "a price for each block of units, in tiers of blocks"},
    {"dynamic", "the amount that the events carry, times a multiplier"},
    {"percentage", "a share of each transaction, with free ones, a minimum and a maximum"},
    {"capacity", "the price of the first tier that holds the highest use of every meter"},
    {"matrix", "each combination of dimensions at a rate of its own"},
    {"calendar", "usage by time of day, weekday and month, each band at a rate of its own"},
    {"windows", "each hour, day or month rated by itself, then summed"},
}};

}  // namespace

std::span<const ModelInfo> models() {
  return kModels;
}

const ModelInfo& model_of(const domain::Rate& rate) {
  return kModels[rate.index()];
}

const ModelInfo& model_of(const domain::ChargeModel& model) {
  const auto* rate = std::get_if<domain::Rate>(&model);
  return rate != nullptr ? model_of(*rate) : kModels[kRates + model.index() - 1];
}

}  // namespace reckoner::pricing
