#include "golden/golden_offers.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "usage/conversion.hpp"

namespace reckoner::golden {

namespace {

money::Decimal decimal_or_zero(const Json& object, std::string_view name) {
  const Json* found = member(object, name);
  return found == nullptr ? money::Decimal(0) : decimal(*found);
}

std::optional<money::Decimal> decimal_if_there(const Json& object, std::string_view name) {
  const Json* found = member(object, name);
  return found == nullptr ? std::nullopt : number_if_any(*found);
}

/// Tiers by their last unit, where a missing bound and "inf" mean no end.
std::vector<domain::Tier> tiers_up_to(const Json& tiers, std::string_view price) {
  std::vector<domain::Tier> read;
  for (const Json& tier : tiers.as_array()) {
    read.push_back({decimal_if_there(tier, "up_to"), decimal_or_zero(tier, price),
                    decimal_or_zero(tier, "flat")});
  }
  return read;
}

/// Tiers by their first unit: each ends where the next begins.
std::vector<domain::Tier> tiers_from(const Json& tiers) {
  std::vector<domain::Tier> read;
  for (const Json& tier : tiers.as_array()) {
    if (!read.empty()) read.back().up_to = decimal(tier.at("first_unit"));
    read.push_back({std::nullopt, decimal_or_zero(tier, "unit"), decimal_or_zero(tier, "flat")});
  }
  return read;
}

template <class Model>
Model tiered(const Json& params, std::string_view price = "unit") {
  Model model;
  const Json* by_first = member(params, "tiers_by_first_unit");
  model.tiers =
      by_first == nullptr ? tiers_up_to(params.at("tiers"), price) : tiers_from(*by_first);
  return model;
}

domain::Blocks blocks(const Json& params) {
  domain::Blocks model;
  model.mode = params.at("mode").as_string() == "TOP_TIER" ? domain::BlockMode::kTopTier
                                                           : domain::BlockMode::kAllTiers;
  for (const Json& tier : params.at("tiers").as_array()) {
    model.tiers.push_back({decimal(tier.at("block_size")), number_if_any(tier.at("max_blocks")),
                           decimal(tier.at("price_per_block"))});
  }
  return model;
}

domain::Package package(const Json& params) {
  const Json* partial = member(params, "partial_package");
  const bool free = partial != nullptr && partial->as_string() == "not charged";
  return {decimal(params.at("size")), decimal(params.at("price")),
          free ? domain::PartialPackage::kFree : domain::PartialPackage::kCharged};
}

domain::Dynamic dynamic(const Json& params) {
  const auto multiplier = decimal_if_there(params, "multiplier");
  return multiplier ? domain::Dynamic{*multiplier} : domain::Dynamic{};
}

/// The cap of the only tier is a maximum of the charge.
std::optional<money::Decimal> cap_of(const Json& params) {
  const Json* by_first = member(params, "tiers_by_first_unit");
  if (by_first == nullptr) return std::nullopt;
  const std::vector<Json>& tiers = by_first->as_array();
  for (const Json& tier : tiers) {
    if (member(tier, "cap") && tiers.size() > 1) throw Error("one of several tiers has a cap");
  }
  return decimal_if_there(tiers.at(0), "cap");
}

domain::UnitRounding unit_rounding(const std::string& name) {
  if (name == "ceil") return domain::UnitRounding::kUp;
  if (name == "floor") return domain::UnitRounding::kDown;
  if (name == "none") return domain::UnitRounding::kExact;
  throw Error(fmt::format("a charge does not round units '{}'", name));
}

}  // namespace

domain::Rate rate_of(const Json& params, std::string_view model) {
  if (model == "unit") return domain::PerUnit{decimal(params.at("unit_amount"))};
  if (model == "graduated") return tiered<domain::Graduated>(params);
  if (model == "volume") return tiered<domain::Volume>(params);
  if (model == "graduated_percentage") {
    return tiered<domain::GraduatedPercentage>(params, "rate_percent");
  }
  if (model == "package") return package(params);
  if (model == "block-tiers") return blocks(params);
  if (model == "dynamic") return dynamic(params);
  throw Error(fmt::format("no rate {}", model));
}

domain::Rate rate_described(const Json& params) {
  if (member(params, "unit_amount")) return rate_of(params, "unit");
  if (member(params, "tiers")) return rate_of(params, "graduated");
  if (member(params, "size")) return rate_of(params, "package");
  return rate_of(params, "dynamic");
}

Offer offer(const domain::ChargeModel& model, const Json& params) {
  Offer made;
  made.metering.meters = {"usage"};
  if (const Json* convert = member(params, "convert")) {
    const Json* precision = member(*convert, "precision");
    if (convert->at("op").as_string() != "divide" || (precision && integer(*precision) != 0)) {
      throw Error("a charge divides by the size of its unit, to whole units");
    }
    made.metering.unit_size = decimal(convert->at("by"));
    made.metering.unit_rounding = unit_rounding(convert->at("rounding").as_string());
  }
  made.charge.name = "usage";
  made.charge.source = made.metering;
  made.charge.terms = {{.effective = std::nullopt,
                        .model = model,
                        .allowance = decimal_or_zero(params, "free_units"),
                        .minimum = std::nullopt,
                        .maximum = cap_of(params)}};
  return made;
}

Offer limited_offer(const domain::ChargeModel& model, const Json& params, bool whole) {
  Offer made = offer(model, params);
  if (whole) made.charge.terms.front().minimum = decimal_if_there(params, "min_spend");
  made.charge.terms.front().maximum = decimal_if_there(params, "max_spend");
  return made;
}

pricing::Priced priced(const Offer& offer, const pricing::Measure& measure, pricing::Trace* trace) {
  const pricing::MeteredStretch all{&offer.charge.terms.front(), {}, measure};
  return pricing::price_metered(offer.charge, offer.metering, {&all, 1}, {1, 1}, {}, trace);
}

pricing::Priced priced(const Offer& offer, const money::Decimal& quantity) {
  return priced(
      offer,
      pricing::Measure{.quantity = quantity, .quantities = {}, .groups = {}, .transactions = {}});
}

}  // namespace reckoner::golden
