#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/attributes.hpp"
#include "config/pricing.hpp"

namespace reckoner::config {

namespace {

/// Which figures the tiers of a model have.
struct TierFigures {
  bool price = false;    ///< a unit
  bool percent = false;  ///< of the amount
  bool may_end = true;   ///< above="by-agreement"
};

domain::Tier read_tier(const Element& element, const TierFigures& figures,
                       money::Currency currency) {
  const std::string_view unit_figure = figures.percent ? "percent" : "price";
  const bool has_unit_figure = figures.price || figures.percent;
  if (has_unit_figure) {
    element.allow({"up-to", unit_figure, "fee"});
    if (!element.attribute(unit_figure) && !element.attribute("fee")) {
      element.fail(fmt::format("tier needs the attribute '{}' or 'fee'", unit_figure));
    }
  } else {
    if (element.attribute("price")) {
      fail_attribute(element, "price", "a stairstep has no price for a unit; write 'fee'");
    }
    element.allow({"up-to", "fee"});
    static_cast<void>(element.required("fee"));
  }
  domain::Tier tier;
  if (element.attribute("up-to")) tier.up_to = positive_attribute(element, "up-to");
  if (has_unit_figure && element.attribute(unit_figure)) {
    tier.price = figures.percent ? percent_attribute(element, "percent")
                                 : number_attribute(element, "price");
  }
  if (element.attribute("fee")) tier.fee = amount_attribute(element, "fee", currency);
  return tier;
}

/// Refuses a tier that does not begin where `before` ends.
void check_follows(const Element& element, const domain::Tier& before, const domain::Tier& tier) {
  if (!before.up_to) {
    element.fail("tier follows one without 'up-to', which leaves nothing above it");
  }
  if (tier.up_to && *tier.up_to <= *before.up_to) {
    fail_attribute(element, "up-to",
                   fmt::format("{} is not above {}, where the tier before ends",
                               tier.up_to->to_string(), before.up_to->to_string()));
  }
}

template <class Model>
Model read_tiers(const Element& element, const TierFigures& figures, money::Currency currency) {
  constexpr std::array<std::string_view, 2> kFeeAtZero{"charge", "waive"};
  if (figures.may_end) {
    element.allow({"fee-at-zero", "above"}, {"tier"});
  } else {
    element.allow({"fee-at-zero"}, {"tier"});
  }
  Model model;
  model.fee_at_zero = choice_attribute(element, "fee-at-zero", kFeeAtZero, 0) == 0;
  for (const Element& child : element.children()) {
    domain::Tier tier = read_tier(child, figures, currency);
    if (!model.tiers.empty()) check_follows(child, model.tiers.back(), tier);
    model.tiers.push_back(std::move(tier));
  }
  if (model.tiers.empty()) element.fail(fmt::format("{} has no tier", element.name()));
  const std::optional<money::Decimal>& end = model.tiers.back().up_to;
  if (figures.may_end && word_attribute(element, "above", "by-agreement")) {
    if (!end) {
      fail_attribute(element, "above", "nothing is above the last tier, which has no 'up-to'");
    }
  } else if (end) {
    element.fail(fmt::format("nothing says what is above {}: leave out the last 'up-to'{}",
                             end->to_string(),
                             figures.may_end ? ", or write above=\"by-agreement\"" : ""));
  }
  return model;
}

domain::Package read_package(const Element& element) {
  constexpr std::array<std::string_view, 2> kPartial{"charge", "free"};
  element.allow({"size", "price", "partial"});
  return {positive_attribute(element, "size"), number_attribute(element, "price"),
          choice_attribute(element, "partial", kPartial, 0) == 0 ? domain::PartialPackage::kCharged
                                                                 : domain::PartialPackage::kFree};
}

domain::Blocks read_blocks(const Element& element) {
  constexpr std::array<std::string_view, 2> kModes{"all-tiers", "top-tier"};
  element.allow({"mode"}, {"block"});
  domain::Blocks blocks;
  blocks.mode = choice_attribute(element, "mode", kModes, 0) == 0 ? domain::BlockMode::kAllTiers
                                                                  : domain::BlockMode::kTopTier;
  for (const Element& child : element.children()) {
    child.allow({"size", "max", "price"});
    if (!blocks.tiers.empty() && !blocks.tiers.back().max_blocks) {
      child.fail("block follows one without 'max', which leaves nothing above it");
    }
    domain::BlockTier tier;
    tier.size = positive_attribute(child, "size");
    tier.price = number_attribute(child, "price");
    if (child.attribute("max")) {
      tier.max_blocks = positive_attribute(child, "max");
      if (!tier.max_blocks->is_whole()) {
        fail_attribute(child, "max",
                       fmt::format("'{}' is not a number of blocks", child.required("max")));
      }
    }
    blocks.tiers.push_back(std::move(tier));
  }
  if (blocks.tiers.empty()) element.fail("blocks has no block");
  return blocks;
}

domain::Dynamic read_dynamic(const Element& element) {
  element.allow({"multiplier"});
  domain::Dynamic dynamic;
  if (element.attribute("multiplier")) {
    dynamic.multiplier = positive_attribute(element, "multiplier");
  }
  return dynamic;
}

}  // namespace

domain::Rate read_rate(const Element& element, money::Currency currency) {
  const std::string_view name = element.name();
  if (name == "graduated") {
    return read_tiers<domain::Graduated>(element, {.price = true}, currency);
  }
  if (name == "volume") return read_tiers<domain::Volume>(element, {.price = true}, currency);
  if (name == "stairstep") return read_tiers<domain::Stairstep>(element, {}, currency);
  if (name == "graduated-percentage") {
    return read_tiers<domain::GraduatedPercentage>(element, {.percent = true, .may_end = false},
                                                   currency);
  }
  if (name == "package") return read_package(element);
  if (name == "blocks") return read_blocks(element);
  return read_dynamic(element);
}

std::optional<Element> model_child(const Element& element, std::string_view attribute,
                                   std::span<const std::string_view> models) {
  std::optional<Element> model;
  for (const Element& child : element.children()) {
    if (std::find(models.begin(), models.end(), child.name()) == models.end()) continue;
    if (model) {
      child.fail(fmt::format("{} already has an element '{}' that says what it costs",
                             element.name(), model->name()));
    }
    model = child;
  }
  const bool has_attribute = element.attribute(attribute).has_value();
  if (model && has_attribute) {
    model->fail(fmt::format("{} has the attribute '{}', so it cannot have an element '{}'",
                            element.name(), attribute, model->name()));
  }
  if (!model && !has_attribute) {
    element.fail(fmt::format("{} needs the attribute '{}'{}{}", element.name(), attribute,
                             models.empty() ? "" : " or one element of ", fmt::join(models, ", ")));
  }
  return model;
}

domain::Rate read_price_or_rate(const Element& element, money::Currency currency) {
  const std::optional<Element> model = model_child(element, "price", kRateElements);
  if (model) return read_rate(*model, currency);
  return domain::PerUnit{number_attribute(element, "price")};
}

}  // namespace reckoner::config
