#pragma once

#include <string_view>

#include "domain/charge.hpp"
#include "golden/golden.hpp"
#include "pricing/charge.hpp"

/// Charges as the params of a case describe them.
namespace reckoner::golden {

/// A charge on usage, with one set of terms.
struct Offer {
  domain::Charge charge;
  domain::OfMeters metering;
};

/// "unit", "graduated", "volume", "graduated_percentage", "package", "block-tiers", "dynamic".
domain::Rate rate_of(const Json& params, std::string_view model);

/// What params without the name of a model describe.
domain::Rate rate_described(const Json& params);

/// The model on one meter, with the free units and the unit conversion of the params.
Offer offer(const domain::ChargeModel& model, const Json& params);

/// The same with the minimum and maximum of the params; the minimum only where `whole` says that
/// the period is complete.
Offer limited_offer(const domain::ChargeModel& model, const Json& params, bool whole);

/// The whole period's price of what was measured.
pricing::Priced priced(const Offer& offer, const pricing::Measure& measure,
                       pricing::Trace* trace = nullptr);

/// The same of a quantity, in the unit the params convert from.
pricing::Priced priced(const Offer& offer, const money::Decimal& quantity);

}  // namespace reckoner::golden
