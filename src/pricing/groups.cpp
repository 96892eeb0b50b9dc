#include "pricing/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/error.hpp"
#include "pricing/units.hpp"

namespace reckoner::pricing {

namespace {

std::vector<const Group*> in_order(const std::vector<Group>& groups) {
  std::vector<const Group*> order;
  order.reserve(groups.size());
  for (const Group& group : groups) order.push_back(&group);
  std::ranges::stable_sort(order, [](const Group* a, const Group* b) {
    return std::tie(a->index, a->label) < std::tie(b->index, b->label);
  });
  return order;
}

}  // namespace

Rated rated_by_group(const domain::OfMeters& metering, const Measure& measure,
                     const Allowance& allowance, const RateOf& rate_of, Trace* trace) {
  Rated all;
  Allowance left = allowance;
  for (const Group* group : in_order(measure.groups)) {
    const money::Ratio used = in_units(metering, group->quantity);
    const money::Ratio billable = above(used, left);
    if (left) left = *left - (used - billable);
    all.used = all.used + used;
    all.billable = all.billable + billable;

    const domain::Rate* rate = rate_of(*group);
    if (rate == nullptr) {
      if (billable.sign() == 0) continue;
      throw Error(fmt::format("no row has a price for {}", group->label));
    }
    const std::size_t first = trace == nullptr ? 0 : trace->size();
    all.amount = all.amount + price(*rate, billable, trace);
    if (trace == nullptr) continue;
    for (std::size_t i = first; i < trace->size(); ++i) {
      Step& step = (*trace)[i];
      step.label = fmt::format("{}: {}", group->label, step.label);
    }
  }
  return all;
}

}  // namespace reckoner::pricing
