#pragma once

#include <cstddef>
#include <vector>

#include "rules/facts.hpp"
#include "rules/value.hpp"

namespace reckoner::rules {

/// No evaluation takes more steps. A turn of a loop, a call and each member of a list that is made,
/// compared or given to a function are a step each.
constexpr std::size_t kStepsMax = 1'000'000;

/// What an evaluation may still spend.
class Budget {
 public:
  /// Throws Error when it is used up.
  void spend(std::size_t steps) {
    if (steps > left_) refuse();
    left_ -= steps;
  }

 private:
  [[noreturn]] static void refuse();
  std::size_t left_ = kStepsMax;
};

/// What an evaluation works on: the facts, and the values of decisions, parameters and variables by
/// slot. Belongs to one thread.
struct Frame {
  Frame(const Facts& all, std::size_t local_count, Budget& steps)
      : facts(all), locals(local_count), budget(steps) {}

  const Facts& facts;
  std::vector<Value> locals;
  Budget& budget;
};

}  // namespace reckoner::rules
