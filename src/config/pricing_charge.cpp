#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "config/attributes.hpp"
#include "config/pricing.hpp"

namespace reckoner::config {

namespace {

using Names = std::vector<std::string_view>;

Names operator+(Names first, const Names& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const Names kEveryCharge{"name", "title", "option", "tax"};

void read_identity(const Element& element, domain::Charge& charge) {
  charge.name = name_attribute(element, "name");
  charge.title = title_attribute(element, charge.name);
  charge.place = element.place();
  if (element.attribute("option")) charge.option = name_attribute(element, "option");
  if (element.attribute("tax")) charge.tax = name_attribute(element, "tax");
}

domain::Every read_every(const Element& element) {
  if (element.attribute("every") == "once") return domain::OnlyOnce{};
  if (!element.attribute("every")) return domain::EveryPeriod{};
  return *calendar_duration_attribute(element, "every");
}

domain::OnEnd read_on_end(const Element& element, std::string_view name, domain::Side side) {
  constexpr std::array<std::string_view, 3> kChoices{"prorate", "keep", "credit"};
  constexpr std::array kValues{domain::OnEnd::kProrate, domain::OnEnd::kKeep,
                               domain::OnEnd::kCredit};
  const domain::OnEnd value = kValues[choice_attribute(element, name, kChoices, 0)];
  if (value == domain::OnEnd::kCredit && side == domain::Side::kArrears) {
    fail_attribute(element, name,
                   "nothing billed in arrears could come back as credit; write 'prorate'");
  }
  return value;
}

/// How a recurring charge deals with parts of its interval. One that is charged once has no parts.
void read_parts(const Element& element, domain::Charge& charge) {
  constexpr std::array<std::string_view, 3> kProrations{"days", "seconds", "none"};
  constexpr std::array kValues{domain::Proration::kDays, domain::Proration::kSeconds,
                               domain::Proration::kNone};
  if (std::holds_alternative<domain::OnlyOnce>(charge.every)) {
    for (const std::string_view name : {"proration", "on-cancel", "on-change"}) {
      if (!element.attribute(name)) continue;
      fail_attribute(element, name, "what is charged once has no parts");
    }
    charge.proration = domain::Proration::kNone;
    charge.on_cancel = charge.on_change = domain::OnEnd::kKeep;
    return;
  }
  charge.proration = kValues[choice_attribute(element, "proration", kProrations, 0)];
  charge.on_cancel = read_on_end(element, "on-cancel", charge.side);
  charge.on_change = read_on_end(element, "on-change", charge.side);
}

domain::Charge read_recurring(const Element& element, money::Currency currency) {
  constexpr std::array<std::string_view, 2> kSides{"arrears", "advance"};
  constexpr std::array<std::string_view, 2> kInTrial{"free", "charged"};
  const bool counts = element.attribute("quantity").has_value();
  if (counts && element.attribute("fee")) {
    fail_attribute(element, "fee",
                   "with 'quantity' write a 'price' for each unit, or tiers with fees");
  }
  if (!counts) {
    for (const std::string_view name : {"price", "unit"}) {
      if (element.attribute(name)) fail_attribute(element, name, "it needs a 'quantity'");
    }
    for (const std::string_view name : terms_children(TermsOf::kQuantity)) {
      if (name == "from" || element.children(name).empty()) continue;
      element.children(name).front().fail(
          fmt::format("{} needs the attribute 'quantity' of recurring", name));
    }
  }
  const TermsOf what = counts ? TermsOf::kQuantity : TermsOf::kFee;
  Names attributes{"every",     "side",     "proration",          "on-cancel",
                   "on-change", "in-trial", "environment-factor", "quantity",
                   "unit"};
  element.allow(kEveryCharge + attributes + terms_attributes(what), terms_children(what));

  domain::Charge charge;
  read_identity(element, charge);
  if (counts) {
    const std::string quantity = name_attribute(element, "quantity");
    charge.source = domain::OfSubscription{
        quantity, element.attribute("unit") ? element.required("unit") : quantity};
  }
  charge.terms = read_terms(element, what, currency);
  charge.every = read_every(element);
  charge.side = choice_attribute(element, "side", kSides, 0) == 0 ? domain::Side::kArrears
                                                                  : domain::Side::kAdvance;
  read_parts(element, charge);
  charge.charged_in_trial = choice_attribute(element, "in-trial", kInTrial, 0) == 1;
  charge.pass_through = !yes_attribute(element, "environment-factor", true);
  return charge;
}

bool is_capacity(const domain::Terms& terms) {
  return std::holds_alternative<domain::Capacity>(terms.model);
}

std::vector<std::string> read_meters_measured(const Element& element) {
  if (!element.attribute("meters")) return {element.required("meter")};
  if (element.attribute("meter")) {
    element.fail("metered has both the attributes 'meter' and 'meters'");
  }
  return words_attribute(element, "meters");
}

domain::Charge read_metered(const Element& element, money::Currency currency) {
  constexpr std::array<std::string_view, 3> kRoundings{"exact", "up", "down"};
  constexpr std::array kRoundingValues{domain::UnitRounding::kExact, domain::UnitRounding::kUp,
                                       domain::UnitRounding::kDown};
  constexpr std::array<std::string_view, 2> kOnChange{"prorated", "whole"};
  const Names attributes{"meter",
                         "meters",
                         "unit",
                         "unit-size",
                         "unit-rounding",
                         "side",
                         "allowance-on-change",
                         "environment-factor"};
  element.allow(kEveryCharge + attributes + terms_attributes(TermsOf::kUsage),
                terms_children(TermsOf::kUsage));
  if (element.attribute("side") == "advance") {
    fail_attribute(element, "side", "usage is known in arrears only");
  }
  static_cast<void>(word_attribute(element, "side", "arrears"));

  domain::Charge charge;
  read_identity(element, charge);
  domain::OfMeters metering;
  metering.meters = read_meters_measured(element);
  metering.unit = element.required("unit");
  if (element.attribute("unit-size")) {
    metering.unit_size = positive_attribute(element, "unit-size");
  }
  metering.unit_rounding =
      kRoundingValues[choice_attribute(element, "unit-rounding", kRoundings, 0)];
  metering.allowance_on_change = choice_attribute(element, "allowance-on-change", kOnChange, 0) == 0
                                     ? domain::AllowanceOnChange::kProrated
                                     : domain::AllowanceOnChange::kWhole;
  charge.terms = read_terms(element, TermsOf::kUsage, currency, metering.meters);
  if (metering.meters.size() > 1 &&
      !std::all_of(charge.terms.begin(), charge.terms.end(), is_capacity)) {
    fail_attribute(element, "meters", "only a capacity measures more than one meter");
  }
  charge.source = std::move(metering);
  charge.charged_in_trial = true;
  charge.pass_through = !yes_attribute(element, "environment-factor", true);
  return charge;
}

/// Where the charges that a share is of stand in `earlier`.
std::vector<const domain::Charge*> find_bases(const Element& element,
                                              const std::vector<std::string>& names,
                                              const std::vector<domain::Charge>& earlier) {
  std::vector<const domain::Charge*> bases;
  for (const std::string& name : names) {
    const auto found = std::find_if(earlier.begin(), earlier.end(),
                                    [&](const auto& charge) { return charge.name == name; });
    if (found == earlier.end()) {
      std::vector<std::string> candidates;
      for (const domain::Charge& charge : earlier) candidates.push_back(charge.name);
      fail_attribute(element, "of",
                     fmt::format("no charge '{}' stands in front of it{}", name,
                                 suggestion(name, candidates)));
    }
    bases.push_back(&*found);
  }
  return bases;
}

domain::Charge read_share(const Element& element, money::Currency currency,
                          const std::vector<domain::Charge>& earlier) {
  element.allow(kEveryCharge + Names{"of"} + terms_attributes(TermsOf::kShare),
                terms_children(TermsOf::kShare));
  domain::Charge charge;
  read_identity(element, charge);
  std::vector<std::string> names = words_attribute(element, "of");
  const auto bases = find_bases(element, names, earlier);
  charge.side = bases.front()->side;
  for (const domain::Charge* const base : bases) {
    if (base->side == charge.side) continue;
    fail_attribute(element, "of",
                   fmt::format("'{}' and '{}' are not charged on the same side; make two shares",
                               names.front(), base->name));
  }
  charge.terms = read_terms(element, TermsOf::kShare, currency);
  charge.source = domain::OfCharges{std::move(names)};
  charge.charged_in_trial = true;
  charge.pass_through = true;
  return charge;
}

}  // namespace

domain::Charge read_charge(const Element& element, money::Currency currency,
                           const std::vector<domain::Charge>& earlier) {
  if (element.name() == "recurring") return read_recurring(element, currency);
  if (element.name() == "metered") return read_metered(element, currency);
  return read_share(element, currency, earlier);
}

}  // namespace reckoner::config
