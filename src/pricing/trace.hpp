#pragma once

#include "pricing/rate.hpp"

/// Writing the steps of an amount. For the files of this folder only.
namespace reckoner::pricing {

/// One percent, as a factor.
inline const money::Decimal kPercent = money::Decimal::from_parts(1, 2);

/// Adds a step of quantity × price where there is a trace; `label` makes its text, and is not
/// called where there is none.
template <class Label>
void add_step(Trace* trace, const Label& label, const money::Ratio& quantity,
              const money::Decimal& price) {
  if (trace != nullptr) trace->push_back({label(), quantity, price, quantity * price});
}

}  // namespace reckoner::pricing
