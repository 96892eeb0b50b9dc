#pragma once

#include <optional>

#include "domain/charge.hpp"
#include "pricing/charge.hpp"

/// The models of usage one by one, as price_metered() calls them. For the files of this folder
/// only.
namespace reckoner::pricing {

/// Units that are free; none: all are.
using Allowance = std::optional<money::Ratio>;

/// What a model makes of all that had been measured at one moment.
struct Rated {
  money::Ratio used = money::Decimal(0);
  money::Ratio billable = money::Decimal(0);
  money::Ratio amount = money::Decimal(0);
};

Rated rated(const domain::Rate&, const domain::OfMeters&, const Measure&, const Allowance&, Trace*);
Rated rated(const domain::Percentage&, const domain::OfMeters&, const Measure&, const Allowance&,
            Trace*);
Rated rated(const domain::Capacity&, const domain::OfMeters&, const Measure&, const Allowance&,
            Trace*);
Rated rated(const domain::Matrix&, const domain::OfMeters&, const Measure&, const Allowance&,
            Trace*);
Rated rated(const domain::Calendar&, const domain::OfMeters&, const Measure&, const Allowance&,
            Trace*);
Rated rated(const domain::Windowed&, const domain::OfMeters&, const Measure&, const Allowance&,
            Trace*);

/// What is above the allowance, at least 0.
money::Ratio above(const money::Ratio& used, const Allowance& allowance);

}  // namespace reckoner::pricing
