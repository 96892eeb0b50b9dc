#include "invoicing/dunning.hpp"

#include <algorithm>

namespace reckoner::invoicing {

std::optional<NextStep> next_step(std::span<const DunningStep> steps,
                                  std::span<const TakenStep> taken, time::Date due_on) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool was_taken =
        std::ranges::any_of(taken, [&](const TakenStep& one) { return one.name == steps[i].name; });
    if (was_taken) next = i + 1;
  }
  if (next == steps.size()) return std::nullopt;
  time::Date on = time::add_days(due_on, steps[next].days);
  if (!taken.empty()) {
    const TakenStep& last = taken.back();
    const std::int64_t distance = std::max<std::int64_t>(1, steps[next].days - last.days);
    on = std::max(on, time::add_days(last.taken_on, distance));
  }
  return NextStep{next, on};
}

}  // namespace reckoner::invoicing
