#include "usage/conversion.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace reckoner::usage {

money::Ratio convert(const money::Ratio& quantity, const Conversion& conversion) {
  if (conversion.factor.sign() <= 0) {
    throw Error(
        fmt::format("a conversion by {}: the factor is above zero", conversion.factor.to_string()));
  }
  const bool multiply = conversion.operation == Conversion::Operation::kMultiply;
  const money::Ratio exact = multiply ? quantity * money::Ratio(conversion.factor)
                                      : quantity / money::Ratio(conversion.factor);
  if (!conversion.rounding) return exact;
  return money::round(exact, conversion.precision, *conversion.rounding);
}

}  // namespace reckoner::usage
