#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "money/money.hpp"
#include "time/time.hpp"

namespace reckoner::invoicing {

/// A step of dunning as it is configured.
struct DunningStep {
  std::string name;       ///< unique in its chain
  std::int64_t days = 0;  ///< after the day on which the document is due; not below 0
};

/// A step that was taken on a document.
struct TakenStep {
  std::string name;
  std::int64_t days = 0;  ///< as it was configured then
  time::Date taken_on{};
};

/// Which step comes next, and the first day on which it may be taken.
struct NextStep {
  std::size_t index = 0;
  time::Date on{};
  friend bool operator==(const NextStep&, const NextStep&) = default;
};

/// The step behind the last of `steps` that was taken; none when there is no more. What was
/// inserted before a step that was taken is passed by, and a step is not taken twice. It comes its
/// days after the day due, but keeps its distance to the last step that was taken, and a day at
/// least: who is found to be late by two months is reminded first, and has as long after that as
/// anybody. `taken` is in the order in which they were taken.
std::optional<NextStep> next_step(std::span<const DunningStep> steps,
                                  std::span<const TakenStep> taken, time::Date due_on);

/// What a customer is charged for a step, or gets back of it.
struct DunningFee {
  std::string customer_key;
  std::string key;      ///< unique within the customer
  money::Money amount;  ///< below zero: given back
  std::string title;    ///< for the reader of the invoice
  std::string tax;      ///< category
};

}  // namespace reckoner::invoicing
