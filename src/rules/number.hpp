#pragma once

#include <optional>

#include "money/decimal.hpp"

/// The arithmetic of expressions. FEEL (DMN 1.3, "number") gives every result at most 34
/// significant digits, half to even; whatever has no more is exact. Besides, no result has more
/// than 38 digits behind the point. A result too large for Decimal throws Error.
namespace reckoner::rules {

using money::Decimal;

Decimal sum(const Decimal& a, const Decimal& b);
Decimal difference(const Decimal& a, const Decimal& b);
Decimal product(const Decimal& a, const Decimal& b);
/// nullopt when b is zero.
std::optional<Decimal> quotient(const Decimal& a, const Decimal& b);
/// nullopt where S-FEEL defines no power: the exponent is no whole number of at most nine digits,
/// or zero is raised to a negative one. Anything to the power 0 is 1.
std::optional<Decimal> power(const Decimal& base, const Decimal& exponent);

// Approximated to 30 significant digits at least (transcendental.cpp).
/// nullopt below zero. Exact where the root has at most 30 digits.
std::optional<Decimal> square_root(const Decimal& value);
/// nullopt at and below zero.
std::optional<Decimal> natural_logarithm(const Decimal& value);
/// e to that power; 0 where it has no digit among the first 38 behind the point.
Decimal exponential(const Decimal& value);

}  // namespace reckoner::rules
