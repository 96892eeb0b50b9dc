#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::invoicing {

/// A document as a demand: what it asks for, after prepaid credit. A credit note asks for less than
/// nothing.
struct Demand {
  std::int64_t ordinal = 0;
  money::Money amount;
  std::optional<std::int64_t> corrects = std::nullopt;  ///< a credit note: whose demand it lowers
};

/// A payment that names the document it is for.
struct NamedPayment {
  std::int64_t ordinal = 0;
  money::Money amount;
};

/// What is left to pay of each demand, in their order: never below zero and never above the demand.
/// `balance` is what the customer owes in all. What names a document lowers that one, as far as it
/// goes; everything else that has been paid or credited lowers the oldest first, and what goes
/// beyond all demands stays as credit. So the open amounts sum to the balance where that is not
/// below zero, and no higher than the demands together. `demands` are in the order of issue and in
/// the balance's currency.
std::vector<money::Money> open_amounts(std::span<const Demand> demands,
                                       std::span<const NamedPayment> named,
                                       const money::Money& balance);

}  // namespace reckoner::invoicing
